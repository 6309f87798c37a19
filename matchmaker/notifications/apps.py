from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "matchmaker.notifications"

    def ready(self):
        from matchmaker.notifications import bounces  # noqa: F401 - connects its receiver
