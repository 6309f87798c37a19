from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.campaigns import second_step  # noqa: F401 - it listens to signals of allauth
        from matchmaker.campaigns.services import letters, team
        from matchmaker.companies import invitations, privacy
        from matchmaker.notifications import mail

        privacy.transfers_on_erasure.append(team.campaigns_without_admin)
        mail.senders.append(letters.send_waiting)
        mail.sender_names.append(letters.campaign_name)
        mail.looks.append(letters.look)
        invitations.introductions.append(letters.introduce_partner)
