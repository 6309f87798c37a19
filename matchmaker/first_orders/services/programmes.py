"""What the campaign's team does with a programme: rules, opening, list, draw, end."""

import secrets
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services import require_organiser
from matchmaker.campaigns.services.approval import require_takes_new
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Category
from matchmaker.core import reference
from matchmaker.core.fields import validate
from matchmaker.core.problems import NotFound, Refused
from matchmaker.first_orders.draw import Entry, digest_of_list, draw, drawn_order, hash_of_seed
from matchmaker.first_orders.models import CostKind, Draw, Posting, Programme, VoucherApplication, VoucherDocument
from matchmaker.first_orders.services.accounts import give_vouchers, lock_programme, post
from matchmaker.first_orders.services.notices import tell_sides

State = Programme.State
RULES = (
    *("name", "currency", "budget", "opens_on", "closes_on", "share_percent", "cap", "covers", "small_only"),
    *("first_time_only", "small_first", "categories", "countries", "proofs", "seed_source"),
)
# Rules that are lists of codes → the codes there are.
CODES: dict[str, Any] = {
    "covers": lambda: CostKind.values,
    "proofs": lambda: VoucherDocument.Kind.values,
    "countries": reference.countries,
    "categories": lambda: set(Category.objects.values_list("code", flat=True)),
}


@transaction.atomic
def create_programme(*, by: User, campaign: Campaign, **fields) -> Programme:
    """A draft of a programme; companies see nothing of it.

    Raises:
        Refused: 404 for those who do not decide in the campaign; 409 `campaign_closed`.
        ValidationError: by field.
    """
    require_organiser(by, campaign)
    require_takes_new(campaign)
    programme = Programme(campaign=campaign)
    _set_rules(programme, fields)
    programme.save()
    record(by=by, verb="create_programme", on=programme, organisation=campaign)
    return programme


@transaction.atomic
def change_programme(*, by: User, programme: Programme, **fields) -> Programme:
    """Change the rules of a draft; those of a published programme never change.

    Raises:
        Refused: 409 `programme_published`.
        ValidationError: by field.
    """
    row = _lock(by, programme)
    if row.state != State.DRAFT:
        raise Refused("programme_published", _("The rules are published and do not change any more."))
    _set_rules(row, fields)
    row.save()
    record(by=by, verb="change_programme", on=row, organisation=row.campaign)
    return row


def _set_rules(row: Programme, fields: dict[str, Any]) -> None:
    for name, value in fields.items():
        if name not in RULES:
            raise ValueError(f"{name} is not a rule of a programme")
        setattr(row, name, value)
    row.seed_source = row.seed_source.strip()
    problems: dict = {}
    rules.check_known(problems, "currency", row.currency, reference.currencies(), rules.CURRENCY)
    if row.opens_on and row.closes_on and row.closes_on < row.opens_on:
        problems["closes_on"] = _("The end lies before the beginning.")
    if not row.covers:
        problems["covers"] = _("Choose at least one kind of cost.")
    for name, known in CODES.items():
        if set(getattr(row, name)) - set(known()):
            problems[name] = ValidationError(_("Choose from the list."), f"unknown_{name}")
    validate(row, problems, exclude=["campaign"], validate_constraints=False)


def _lock(by: User, programme: Programme) -> Programme:
    row = lock_programme(programme)
    require_organiser(by, row.campaign)
    return row


def _require(row: Programme, state: str) -> None:
    if row.state != state:
        sentence = _("This cannot be done now. State of the programme: %(state)s.")
        raise Refused("programme_state", sentence % {"state": row.get_state_display()})


@transaction.atomic
def open_programme(*, by: User, programme: Programme) -> Programme:
    """Publish the rules and, unless a public source was named, the hash of a new secret seed; book the budget.

    Raises:
        Refused: 409 `programme_state`, `day_is_past`.
    """
    row = _lock(by, programme)
    _require(row, State.DRAFT)
    if row.closes_on < timezone.localdate():
        raise Refused("day_is_past", _("Choose a day from today on."), field="closes_on")
    if not row.seed_source:
        row.secret_seed = secrets.token_hex(32)
        row.seed_sha256 = hash_of_seed(row.secret_seed)
    row.state, row.opened_at = State.OPEN, timezone.now()
    row.save()
    post(by=by, programme=row, kind=Posting.Kind.BUDGET, amount=row.budget)
    facts = {"budget": str(row.budget), "currency": row.currency, "seed_sha256": row.seed_sha256}
    record(by=by, verb="open_programme", on=row, organisation=row.campaign, facts=facts)
    return row


@transaction.atomic
def publish_list(*, by: User, programme: Programme) -> Draw:
    """End the applications and publish their list with its hash. Nobody is added or changed afterwards.

    Raises:
        Refused: 409 `programme_state`; `still_open` until the last day is over.
    """
    row = _lock(by, programme)
    _require(row, State.OPEN)
    if row.closes_on >= timezone.localdate():
        raise Refused("still_open", _("Companies can apply until the end of the last day."))
    entries = sorted(_entries(row), key=lambda entry: entry.number)
    listed = Draw.objects.create(
        programme=row,
        entries=[{"number": e.number, "group": e.group, "amount": f"{e.amount:.2f}"} for e in entries],
        list_sha256=digest_of_list(entries),
        listed_at=timezone.now(),
        listed_by=by,
    )
    row.state = State.LISTED
    row.save(update_fields=["state"])
    facts = {"applications": len(entries), "list_sha256": listed.list_sha256}
    record(by=by, verb="publish_list", on=row, organisation=row.campaign, facts=facts)
    return listed


def _entries(row: Programme) -> list[Entry]:
    rows = row.applications.filter(state=VoucherApplication.State.APPLIED).order_by("number")
    return [Entry(*values) for values in rows.values_list("number", "group", "amount")]


def _listed_entries(listed: Draw) -> list[Entry]:
    return [Entry(row["number"], row["group"], Decimal(row["amount"])) for row in listed.entries]


@transaction.atomic
def draw_vouchers(*, by: User, programme: Programme, seed: str = "") -> Draw:
    """Draw the published list with the secret seed, or with what the named public source says.

    All in one transaction: order, vouchers, postings and notices stand together or not at all.

    Args:
        seed: what the public source says; left out where the seed is the secret one.

    Raises:
        Refused: 409 `programme_state`; 400 `seed_missing`.
    """
    row = _lock(by, programme)
    _require(row, State.LISTED)
    seed = " ".join(seed.split())[:200] if row.seed_source else row.secret_seed
    if not seed:
        raise Refused("seed_missing", _("Write what the public source says."), field="seed", status=400)
    listed = Draw.objects.get(programme=row)
    by_number = {application.number: application for application in row.applications.for_lists()}
    gone = VoucherApplication.State.WITHDRAWN
    listed.withdrawn = sorted(e["number"] for e in listed.entries if by_number[e["number"]].state == gone)
    listed.seed, listed.drawn_at, listed.drawn_by = seed, timezone.now(), by
    listed.save()
    row.state = State.DRAWN
    row.save(update_fields=["state"])
    places = drawn_order(_listed_entries(listed), seed)
    for place, entry in enumerate(places, 1):
        application = by_number[entry.number]
        application.place = place
        if application.state != gone:
            application.state = VoucherApplication.State.WAITING
    VoucherApplication.objects.bulk_update([by_number[e.number] for e in places], ["place", "state"], batch_size=500)
    winners = {application.pk for application in give_vouchers(by, row)}
    for application in by_number.values():
        if application.state == VoucherApplication.State.WAITING and application.pk not in winners:
            tell_sides("enquiry_voucher", application, step="waiting")
    facts = {"seed": seed, "list_sha256": listed.list_sha256, "vouchers": len(winners)}
    record(by=by, verb="draw_vouchers", on=row, organisation=row.campaign, facts=facts)
    return listed


@transaction.atomic
def end_programme(*, by: User, programme: Programme) -> Programme:
    """End a programme whose vouchers are all paid or withdrawn; what is left goes back to the funder.

    Raises:
        Refused: 409 `programme_state`, `vouchers_open`.
    """
    row = _lock(by, programme)
    _require(row, State.DRAWN)
    if row.applications.filter(state=VoucherApplication.State.VOUCHER).exists():
        raise Refused("vouchers_open", _("Vouchers are open: pay them out or withdraw them first."))
    left = row.available
    if left:
        post(by=by, programme=row, kind=Posting.Kind.LEFT, amount=left)
    row.state, row.ended_at = State.ENDED, timezone.now()
    row.save(update_fields=["state", "ended_at"])
    facts = {"paid": str(row.paid), "left": str(left), "currency": row.currency}
    record(by=by, verb="end_programme", on=row, organisation=row.campaign, facts=facts)
    return row


def published_draw(programme: Programme) -> dict[str, Any]:
    """The file of a draw: the list and its hash, and after the draw the seed, the order and the vouchers.

    Raises:
        Refused: 404 before the list is published.
    """
    listed = Draw.objects.filter(programme=programme).first()
    if listed is None:
        raise NotFound()
    published: dict[str, Any] = {
        "programme": str(programme.uid),
        "currency": programme.currency,
        "budget": f"{programme.budget:.2f}",
        "seed_source": programme.seed_source,
        "seed_sha256": programme.seed_sha256,
        "list_sha256": listed.list_sha256,
        "listed_at": listed.listed_at.isoformat(),
        "applications": listed.entries,
    }
    if listed.drawn_at is None:
        return published
    result = draw(_listed_entries(listed), listed.seed, programme.budget, listed.withdrawn)
    return {
        **published,
        "seed": listed.seed,
        "drawn_at": listed.drawn_at.isoformat(),
        "withdrawn": listed.withdrawn,
        "order": list(result.order),
        "winners": list(result.winners),
    }
