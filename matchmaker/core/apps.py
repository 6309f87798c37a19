from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "matchmaker.core"

    def ready(self):
        from matchmaker.core import telemetry

        telemetry.start()
