from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "matchmaker.notifications"

    def ready(self):
        from matchmaker.notifications import (
            bounces,  # noqa: F401 - connects its receiver
            topics,  # noqa: F401 - registers its check
        )
