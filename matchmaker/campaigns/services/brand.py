"""How a campaign looks: short name, colour, logo, sender and footer."""

import hashlib
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign, CampaignLogo
from matchmaker.campaigns.services.approval import require_organiser
from matchmaker.core import colours
from matchmaker.core.files import CheckedFile, check_first
from matchmaker.core.pictures import NotAPicture, reencode_logo

FIELDS = ("short_name", "colour", "sender_name", "reply_to", "footer")
MAX_LOGO_BYTES = 2 * 1024 * 1024


def read_logo(logo: Any) -> tuple[bytes, dict[str, str]]:
    """An uploaded picture as it is stored, and what is wrong with it by field; what was read is returned as it is."""
    if isinstance(logo, tuple):
        return logo
    if isinstance(logo, CheckedFile):
        return logo.content, {}
    if logo.size > MAX_LOGO_BYTES:
        return b"", {"logo": _("A logo may have up to 2 MB.")}
    try:
        return reencode_logo(logo.read()), {}
    except NotAPicture:
        return b"", {"logo": _("This is not a picture we can read. Use JPEG, PNG or WebP.")}


@check_first("logo", read_logo)
@transaction.atomic
def set_brand(*, by: User, campaign: Campaign, logo: Any = None, remove_logo: bool = False, **fields: Any) -> Campaign:
    """Change the brand; `logo` is an uploaded picture, which replaces the one before.

    Raises:
        ValidationError: by field; a colour on which white text cannot be read is refused.
    """
    require_organiser(by, campaign)
    for name, value in fields.items():
        if name not in FIELDS:
            raise ValueError(f"{name} is not part of the brand")
        setattr(campaign, name, value)
    campaign.colour = campaign.colour.strip().lower()
    picture, problem = read_logo(logo) if logo is not None else (b"", {})
    problems = problems_of_colour(campaign.colour) | problem
    if problems:
        raise ValidationError(problems)
    if picture:
        CampaignLogo.objects.update_or_create(campaign=campaign, defaults={"picture": picture})
        campaign.logo_digest = hashlib.sha256(picture).hexdigest()
    elif remove_logo:
        CampaignLogo.objects.filter(campaign=campaign).delete()
        campaign.logo_digest = ""
    campaign.full_clean(validate_constraints=False)
    campaign.save(update_fields=[*FIELDS, "logo_digest"])
    changed = sorted([*fields, *(["logo"] if picture or remove_logo else [])])
    record(by=by, verb="set_brand", on=campaign, organisation=campaign, facts={"changed": changed})
    return campaign


def problems_of_colour(colour: str) -> dict[str, str]:
    """By field: no colour at all is none, one on which white text cannot be read is."""
    if not colour:
        return {}
    if not colours.is_colour(colour):
        return {"colour": _("Write the colour as # and six digits, such as #0a5c8c.")}
    ratio = colours.contrast(colour, colours.WHITE)
    if ratio < colours.READABLE:
        sentence = _(
            "White text on this colour has a contrast of %(ratio).1f; 4.5 is needed to read it. Choose a darker one."
        )
        return {"colour": sentence % {"ratio": ratio}}
    return {}
