from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.campaigns import second_step  # noqa: F401 - it listens to signals of allauth
        from matchmaker.campaigns.services import company_invitations, letters, team
        from matchmaker.companies import invitations, privacy
        from matchmaker.notifications import mail

        privacy.transfers_on_erasure.append(team.campaigns_without_admin)
        mail.senders.extend([letters.send_waiting, company_invitations.send_waiting])
        mail.sender_names.append(letters.campaign_name)
        mail.looks.append(letters.look)
        invitations.introductions.extend([letters.introduce_partner, company_invitations.introduce_campaign])
