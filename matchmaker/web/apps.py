from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class WebConfig(AppConfig):
    name = "matchmaker.web"

    def ready(self):
        from django.db.models import fields

        from matchmaker.directory.services import alerts
        from matchmaker.web import policies, rights  # noqa: F401 - register the checks of routes and rights
        from matchmaker.web.public.attending import attending

        fields.BLANK_CHOICE_LABEL = _("Choose …")  # Django's own hook for the empty line of a list
        alerts.known_elsewhere.append(attending)
