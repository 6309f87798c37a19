from django.apps import AppConfig


class RunningConfig(AppConfig):
    name = "matchmaker.running"

    def ready(self):
        # Tasks of the site belong to this Celery app. Imported here and not by the package itself, which the supervisor
        # of `make run` imports, too: it needs neither Celery nor Django (35 MB).
        import matchmaker.celery  # noqa: F401
