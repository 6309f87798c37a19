from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "matchmaker.web"

    def ready(self):
        from matchmaker.web import policies  # noqa: F401 - registers the check of the routes
