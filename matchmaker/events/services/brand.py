"""How an event looks: short name, colour, logo and a picture of it. What is empty is that of the campaign."""

import hashlib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.services import require_organiser
from matchmaker.campaigns.services.brand import problems_of_colour, read_logo
from matchmaker.campaigns.services.letters import look_of
from matchmaker.core.files import CheckedFile, check_first
from matchmaker.core.pictures import NotAPicture, reencode
from matchmaker.events.models import Event, EventBrand

MAX_PICTURE_BYTES = 10 * 1024 * 1024
PICTURE_SIDE = 1280  # pixels
LOOKS_LIKE = "looks_like"  # in the context of a letter: the slug of the event it is about


def read_picture(upload: Any) -> tuple[bytes, dict[str, str]]:
    """As `read_logo`, for the picture."""
    if isinstance(upload, tuple):
        return upload
    if isinstance(upload, CheckedFile):
        return upload.content, {}
    if upload.size > MAX_PICTURE_BYTES:
        return b"", {"picture": _("A picture may have up to 10 MB.")}
    try:
        return reencode(upload.read(), PICTURE_SIDE)[0][1], {}
    except NotAPicture:
        return b"", {"picture": _("This is not a picture we can read. Use JPEG, PNG or WebP.")}


@check_first("logo", read_logo)
@check_first("picture", read_picture)
@transaction.atomic
def set_event_brand(
    *,
    by: User,
    event: Event,
    logo: Any = None,
    remove_logo: bool = False,
    picture: Any = None,
    remove_picture: bool = False,
    short_name: Any = None,
    colour: str = "",
) -> EventBrand:
    """Change the brand; `logo` and `picture` are uploads, which replace the ones before.

    Raises:
        ValidationError: by field; a colour on which white text cannot be read is refused.
    """
    require_organiser(by, event.campaign)
    brand, _new = EventBrand.objects.get_or_create(event=event)
    brand.short_name, brand.colour = short_name or {}, colour.strip().lower()
    problems = problems_of_colour(brand.colour)
    for name, upload, removed, read in (
        ("logo", logo, remove_logo, read_logo),
        ("picture", picture, remove_picture, read_picture),
    ):
        if upload is None and not removed:
            continue
        content, problem = read(upload) if upload is not None else (b"", {})
        problems |= problem
        setattr(brand, name, content)
        setattr(brand, f"{name}_digest", hashlib.sha256(content).hexdigest() if content else "")
    if problems:
        raise ValidationError(problems)
    brand.full_clean(exclude=["event"])
    brand.save()
    facts = {"colour": brand.colour, "logo": brand.logo_digest[:12], "picture": brand.picture_digest[:12]}
    record(by=by, verb="set_event_brand", on=event, organisation=event.campaign, facts=facts)
    return brand


def look_of_letter(context: Mapping[str, Any]) -> dict[str, str]:
    """Sender, footer and colour of a letter about an event, in the language set: the event's, else its campaign's."""
    slug = context.get(LOOKS_LIKE)
    event = Event.objects.select_related("campaign").filter(slug=slug).first() if slug else None
    if event is None:
        return {}
    own = event.look
    own_words = {"name": str(own.short_name), "colour": own.colour} if own else {}
    return look_of(event.campaign) | {key: value for key, value in own_words.items() if value}
