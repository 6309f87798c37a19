"""A campaign's own words for the letter that invites companies, in the languages it writes them in.

In every other language the letter has the words of the site (`notifications.wording`), or those of its templates.
"""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services.approval import require_organiser
from matchmaker.core.lists import format_list
from matchmaker.core.multilingual_texts import read_texts
from matchmaker.notifications import wording
from matchmaker.notifications.fanout import BELONGS_TO
from matchmaker.notifications.models import Wording

KIND = "company_invitation"


def words_for(kind: str, language: str, context: Mapping[str, Any]) -> Wording | None:
    """The words of the campaign that a letter with this context is about; None for those of the site."""
    slug = context.get(BELONGS_TO)
    if kind != KIND or not slug or context.get("partner"):
        return None
    campaign = Campaign.objects.filter(slug=slug).first()
    subject = campaign.invitation_subject.get(language) if campaign else ""
    body = campaign.invitation_text.get(language) if campaign else ""
    return Wording(kind=kind, language=language, subject=subject, body=body) if subject and body else None


@transaction.atomic
def set_invitation_text(
    *, by: User, campaign: Campaign, invitation_subject: Mapping[str, str], invitation_text: Mapping[str, str]
) -> Campaign:
    """Write the campaign's own subject and text, by language; empty ones go back to the words of the site.

    Raises:
        ValidationError: by field, for an unknown placeholder, or a language with a subject and no text.
    """
    require_organiser(by, campaign)
    campaign.invitation_subject, campaign.invitation_text = read_texts(invitation_subject), read_texts(invitation_text)
    wrong = {
        name: [problem for text in getattr(campaign, name).values() for problem in wording.mistakes(KIND, text)]
        for name in ("invitation_subject", "invitation_text")
    }
    only_one = sorted(set(campaign.invitation_subject) ^ set(campaign.invitation_text))
    if only_one:
        sentence = _("Write subject and text in the same languages. Only one of them is there in: %(languages)s.")
        wrong["invitation_text"].append(sentence % {"languages": format_list(only_one)})
    if any(wrong.values()):
        raise ValidationError({name: problems for name, problems in wrong.items() if problems})
    campaign.full_clean(validate_constraints=False)
    campaign.save(update_fields=["invitation_subject", "invitation_text"])
    languages = sorted(campaign.invitation_text)
    record(by=by, verb="set_invitation_text", on=campaign, organisation=campaign, facts={"languages": languages})
    return campaign
