from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.campaigns import team
        from matchmaker.companies import privacy

        privacy.hands_over.append(team.without_her)
