from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class AdminConfig(admin_apps.SimpleAdminConfig):
    """The site's administration, with the pages of this project only: those of libraries change rows unrecorded."""

    default = False
    default_site = "matchmaker.web.access.administration.Administration"

    def ready(self):
        super().ready()
        from matchmaker.market_access import admin  # noqa: F401 - registers its pages


class WebConfig(AppConfig):
    default = True
    name = "matchmaker.web"

    def ready(self):
        from django.db.models import fields

        from matchmaker.directory.services import alerts
        from matchmaker.web.access import rights_table  # noqa: F401 - registers its checks and those of the routes
        from matchmaker.web.public.attending import attending_anywhere

        fields.BLANK_CHOICE_LABEL = _("Choose …")  # Django's own hook for the empty line of a list
        alerts.known_elsewhere.register(attending_anywhere, key="event")
