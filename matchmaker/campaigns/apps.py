from django.apps import AppConfig


class CampaignsConfig(AppConfig):
    name = "matchmaker.campaigns"

    def ready(self):
        from matchmaker.campaigns import second_step  # noqa: F401 - it listens to signals of allauth
        from matchmaker.campaigns.services import campaign_names, company_invitations, invitation_texts, letters, team
        from matchmaker.companies import invitations, privacy
        from matchmaker.notifications import fanout, mail, wording

        privacy.transfers_on_erasure.append(team.campaigns_without_admin)
        mail.senders.extend([letters.send_waiting, company_invitations.send_waiting])
        mail.looks.append(letters.look)
        fanout.part_names.append(campaign_names.names_for_letters)
        wording.of_parts.append(invitation_texts.words_for)
        fanout.part_keys.append(campaign_names.keys_for_letters)
        invitations.introductions.extend([letters.introduce_partner, company_invitations.introduce_campaign])
