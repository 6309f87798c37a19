from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.accounts import services as accounts
        from matchmaker.campaigns import second_step  # it listens to signals of allauth as well
        from matchmaker.campaigns.services import campaign_names, company_invitations, letters, partners, team
        from matchmaker.companies import invitations, privacy
        from matchmaker.notifications import fanout, mail

        accounts.checks_before_key.append(second_step.require_set_up)
        privacy.transfers_on_erasure.append(team.campaigns_without_admin)
        mail.senders.extend([letters.send_waiting, company_invitations.send_waiting])
        mail.looks.append(letters.look)
        fanout.part_names.append(campaign_names.names_for_letters)
        invitations.vouchers.append(partners.is_vouched_for)
        invitations.introductions.extend([letters.introduce_partner, company_invitations.introduce_campaign])
