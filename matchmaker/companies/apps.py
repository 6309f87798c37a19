from django.apps import AppConfig


class CompaniesConfig(AppConfig):
    name = "matchmaker.companies"

    def ready(self):
        from matchmaker.companies import programs
        from matchmaker.notifications import webhooks

        webhooks.keepers_of = programs.keepers
