from django.apps import AppConfig


class CoreConfig(AppConfig):
    name = "matchmaker.core"

    def ready(self):
        from matchmaker.core import telemetry, upgrades  # noqa: F401 - upgrades registers its check

        telemetry.start()
