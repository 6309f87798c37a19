from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.campaigns import letters, second_step, team  # noqa: F401 - second_step listens to allauth
        from matchmaker.companies import privacy
        from matchmaker.notifications import mail

        privacy.hands_over.append(team.without_her)
        mail.senders.append(letters.send_waiting)
