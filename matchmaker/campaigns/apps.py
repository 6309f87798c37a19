from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.campaigns import second_step  # noqa: F401 - it listens to signals of allauth
        from matchmaker.campaigns.services import campaign_names, company_invitations, letters, team
        from matchmaker.companies import invitations, privacy
        from matchmaker.notifications import fanout, mail

        privacy.transfers_on_erasure.register(team.campaigns_without_admin)
        mail.senders.register(letters.send_waiting)
        mail.senders.register(company_invitations.send_waiting)
        mail.looks.register(letters.look)
        fanout.part_names.register(campaign_names.names_for_letters)
        invitations.introductions.register(letters.introduce_partner)
        invitations.introductions.register(company_invitations.introduce_campaign)
