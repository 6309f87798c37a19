"""Letters of the campaign's team to many: previewed, capped, and to more than a thousand only by two people.

Attention is spent once: a person who had `PER_WEEK` announcements in the last seven days is left out, and the preview
says how many those are.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import BulkItem, Campaign, Participation
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company, Membership
from matchmaker.core import reference
from matchmaker.core.languages import site_languages
from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.notifications import topics
from matchmaker.notifications.models import Announcement, Notice
from matchmaker.notifications.models.texts import ALONE
from matchmaker.notifications.services import close_notices, notify

KIND = topics.ANNOUNCEMENT
PER_WEEK = 2  # announcements one person gets in seven days
SIDES = ("suppliers", "buyers")
STATES = (Company.Status.APPROVED, Company.Status.PENDING, Company.Status.DRAFT, Company.Status.RETURNED)


@dataclass(frozen=True, slots=True)
class Reach:
    """How far an announcement would go."""

    people: int
    left_out: int  # had enough this week
    languages: dict[str, int]  # people by the language they read

    @property
    def needs_two(self) -> bool:
        return self.people > ALONE


def everybody(segment: Mapping[str, Any], campaign: Campaign) -> QuerySet[User]:
    """The people a segment means: members of companies of the campaign by side, country, state and role.

    Keys, all optional: `side` ("suppliers", "buyers"), `countries` (ISO codes; empty means all), `state` (approved by
    default), `only_admins`; or `selection`, the uid of a bulk action whose companies are meant in place of the others.
    """
    member = Q(company__in=Participation.objects.filter(campaign=campaign).values("company"))
    if segment.get("state") == Company.Status.DRAFT:  # it takes part from the day it is submitted
        member |= Q(company__participations=None)
    if segment.get("selection"):
        member &= Q(company__in=selected_items(segment, campaign).values("company"))
    else:
        member &= Q(company__status=segment.get("state") or Company.Status.APPROVED)
    if segment.get("side") in SIDES:
        member &= Q(company__is_supplier=True) if segment["side"] == "suppliers" else Q(company__is_buyer=True)
    if segment.get("countries"):
        member &= Q(company__country__in=segment["countries"])
    if segment.get("only_admins"):
        member &= Q(role=Membership.Role.ADMIN)
    return User.objects.filter(is_active=True, pk__in=Membership.objects.filter(member).values("user"))


def selected_items(segment: Mapping[str, Any], campaign: Campaign) -> QuerySet[BulkItem]:
    """The companies of the bulk action that a segment names."""
    chosen = BulkItem.objects.filter(action__campaign=campaign, action__uid=segment["selection"])
    return chosen.filter(outcome=BulkItem.Outcome.DONE)


def audience(segment: Mapping[str, Any], campaign: Campaign) -> QuerySet[User]:
    """Those of them who have not had their share of announcements this week."""
    return everybody(segment, campaign).exclude(pk__in=_people_at_limit())


def reach(segment: Mapping[str, Any], campaign: Campaign) -> Reach:
    languages = dict(audience(segment, campaign).order_by().values_list("language").annotate(n=Count("pk")))
    people = sum(languages.values())
    return Reach(people, everybody(segment, campaign).count() - people, languages)


@transaction.atomic
def write(
    *, by: User, campaign: Campaign, segment: Mapping[str, Any], texts: Mapping[str, Mapping[str, str]], draft=None
) -> Announcement:
    """Keep a draft, or change one; a change takes back what was asked of a second person.

    Raises:
        ValidationError: by field (`subject_en`, `body_zh-hans`, `side`, …).
        Refused: it was sent already.
    """
    require_organiser(by, campaign)
    row = Announcement(owner_uid=campaign.uid) if draft is None else _lock_draft(campaign, draft)
    if row is None:
        raise Refused("already_sent", _("This announcement was sent and cannot be changed any more."))
    row.audience, row.texts = _check_segment(segment, campaign), _check_texts(texts)
    row.sender = {language.code: _name(campaign, language.code) for language in site_languages()}
    row.state, row.written_by = Announcement.State.DRAFT, by
    row.save()
    return row


@transaction.atomic
def try_out(*, by: User, campaign: Campaign, draft: Announcement) -> None:
    """Send it to its author alone, as the others would get it."""
    require_organiser(by, campaign)
    notify(
        kind=KIND,
        to=[by],
        about=campaign.uid,  # `take_back`: who leaves the team reads no letter that is still written
        event_key=f"{KIND}_trial:{draft.uid}:{timezone.now().isoformat()}",
        context={"announcement": str(draft.uid)},
        path=f"/announcements/{draft.uid}/",
    )


@transaction.atomic
def send(*, by: User, campaign: Campaign, draft: Announcement, read: str = "") -> Announcement:
    """Send it, or ask for a second person's consent when it would reach more than a thousand people.

    Anyone who sends what another person wrote and wants to have sent consents by that, to the revision that was read.

    Args:
        read: the `revision` that the sender has read; "" for whichever there is, where no one's consent is needed.

    Raises:
        Refused: it reaches no one, was sent already, its author would consent to it herself, or `stale_version` (412):
            it is not what the sender has read.
    """
    require_organiser(by, campaign)
    row = _lock_draft(campaign, draft)
    if row is None:
        raise Refused("already_sent", _("This announcement has been sent already."))
    if read and read != row.revision:
        raise _stale()
    far = reach(row.audience, campaign)
    if not far.people:
        raise Refused("nobody", _("Nobody would get this. Change who is meant."))
    if far.needs_two and row.state == Announcement.State.WAITING and row.written_by_id == by.pk:
        raise Refused(
            "second_person", _("Another person of the team has to agree: it goes to more than a thousand people.")
        )
    if far.needs_two and row.state == Announcement.State.DRAFT:
        row.state, row.written_by = Announcement.State.WAITING, by
        row.save(update_fields=["state", "written_by"])
        record(by=by, verb="ask_to_announce", on=row, organisation=campaign, facts={"people": far.people})
        return row
    if far.needs_two and not read:
        raise _stale()
    row.agreed_by = by if row.written_by_id != by.pk else None
    context, path = {"announcement": str(row.uid)}, f"/announcements/{row.uid}/"
    letter: dict[str, Any] = {"kind": KIND, "event_key": row.event_key, "context": context, "path": path}
    row.reached = notify(to=audience(row.audience, campaign), about=None, part_of=campaign.pk, **letter)
    row.state, row.sent_at = Announcement.State.SENT, timezone.now()
    row.save(update_fields=["state", "sent_at", "agreed_by", "reached"])
    facts = {"people": row.reached, "audience": row.audience, "written_by": str(row.written_by.uid)}
    record(by=by, verb="announce", on=row, organisation=campaign, facts=facts)
    return row


@transaction.atomic
def call_back(*, by: User, campaign: Campaign, announcement: Announcement) -> None:
    """Stop the emails that were not sent yet and mark it as read where no one has read it; what has left stays sent.

    Raises: Refused: `not_sent`.
    """
    require_organiser(by, campaign)
    if _drafts(campaign).filter(pk=announcement.pk).exists():
        raise Refused("not_sent", _("This announcement was not sent yet."))
    close_notices(event_key=announcement.event_key)
    record(by=by, verb="call_back_announcement", on=announcement, organisation=campaign)


@transaction.atomic
def discard(*, by: User, campaign: Campaign, draft: Announcement) -> None:
    """Delete one that was not sent.

    Raises: Refused: `already_sent`.
    """
    require_organiser(by, campaign)
    deleted, _rows = _drafts(campaign).filter(pk=draft.pk).delete()
    if not deleted:
        raise Refused("already_sent", _("This announcement was sent and cannot be changed any more."))


def _drafts(campaign: Campaign) -> QuerySet[Announcement]:
    return Announcement.objects.filter(owner_uid=campaign.uid).exclude(state=Announcement.State.SENT)


def _lock_draft(campaign: Campaign, draft: Announcement) -> Announcement | None:
    """The row as it is now, locked; None where it was sent, so that no one changes what others already get."""
    return _drafts(campaign).select_for_update().filter(pk=draft.pk).first()


def _stale() -> Refused:
    return Refused(
        "stale_version", _("This was changed since you read it, or you have not read it. Read it first."), status=412
    )


def _people_at_limit() -> QuerySet:
    week = timezone.now() - timedelta(days=7)
    recent = Notice.objects.filter(kind=KIND, event_key__startswith=f"{KIND}:", created_at__gt=week).order_by()
    counted = recent.values("recipient").annotate(n=Count("pk")).filter(n__gte=PER_WEEK)
    return counted.values("recipient")


def _check_segment(segment: Mapping[str, Any], campaign: Campaign) -> dict[str, Any]:
    only_admins = bool(segment.get("only_admins"))
    if segment.get("selection"):
        try:
            exists = selected_items(segment, campaign).exists()
        except ValidationError:  # not a UUID
            exists = False
        if not exists:
            raise ValidationError({"selection": _("These companies are no longer chosen. Choose them again.")})
        return {"selection": str(segment["selection"]), "only_admins": only_admins}
    side, state = segment.get("side") or "", segment.get("state") or Company.Status.APPROVED
    countries = sorted(set(segment.get("countries") or []))
    wrong = {}
    if side not in ("", *SIDES):
        wrong["side"] = _("Choose one of the sides.")
    if state not in STATES:
        wrong["state"] = _("Choose one of the states.")
    if any(country not in reference.countries() for country in countries):
        wrong["countries"] = _("Choose countries from the list.")
    if wrong:
        raise ValidationError(wrong)
    return {"side": side, "state": str(state), "countries": countries, "only_admins": only_admins}


def _check_texts(texts: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    """Subject and body by language: those in which organisers always write, and any others."""
    found: dict[str, dict[str, str]] = {}
    wrong: dict[str, Any] = {}
    checks = {
        "subject": (validate_one_line, MaxLengthValidator(150)),
        "body": (validate_text, MaxLengthValidator(5000)),
    }
    for language in site_languages():
        code = language.code
        parts = {part: (texts.get(code, {}).get(part) or "").replace("\r\n", "\n").strip() for part in checks}
        is_needed = code in settings.STAFF_LANGUAGES
        if not is_needed and not any(parts.values()):
            continue
        found[code] = parts
        for part, validators in checks.items():
            text = parts[part]
            try:
                if not text and is_needed:
                    raise ValidationError(_("Write it in this language too: some of your readers read only this one."))
                if not text:
                    raise ValidationError(_("Write this in the same language, or leave both boxes empty."))
                for validator in validators:
                    validator(text)
            except ValidationError as error:
                wrong[f"{part}_{code}"] = error.messages
    if wrong:
        raise ValidationError(wrong)
    return found


def _name(campaign: Campaign, language: str) -> str:
    with override(language):
        return str(campaign.name)
