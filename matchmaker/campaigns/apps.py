from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.campaigns import second_step  # noqa: F401 - it listens to signals of allauth
        from matchmaker.campaigns.services import campaign_names, company_invitations, letters, team
        from matchmaker.companies import invitations, privacy
        from matchmaker.notifications import fanout, mail

        privacy.transfers_on_erasure.append(team.campaigns_without_admin)
        mail.senders.extend([letters.send_waiting, company_invitations.send_waiting])
        mail.looks.append(letters.look)
        fanout.part_names.append(campaign_names.names_for_letters)
        invitations.introductions.extend([letters.introduce_partner, company_invitations.introduce_campaign])
