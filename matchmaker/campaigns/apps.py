from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.accounts import services as accounts
        from matchmaker.campaigns import second_step  # it listens to signals of allauth as well
        from matchmaker.campaigns.services import (
            campaign_names,
            company_invitations,
            invitation_texts,
            letters,
            partners,
            team,
        )
        from matchmaker.companies import invitations, privacy
        from matchmaker.notifications import fanout, mail, wording

        accounts.checks_before_key.register(second_step.require_set_up)
        privacy.transfers_on_erasure.register(team.campaigns_without_admin)
        mail.senders.register(letters.send_waiting)
        mail.senders.register(company_invitations.send_waiting)
        mail.looks.register(letters.look)
        fanout.part_names.register(campaign_names.names_for_letters)
        invitations.vouchers.register(partners.is_vouched_for)
        invitations.introductions.register(letters.introduce_partner)
        invitations.introductions.register(company_invitations.introduce_campaign)
        wording.of_parts.register(invitation_texts.words_for)
        fanout.part_keys.register(campaign_names.keys_for_letters)
