"""The trial lot of two companies: written, changed, confirmed by both, ended."""

from decimal import Decimal
from typing import Any

from babel.numbers import get_currency_precision
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Campaign
from matchmaker.campaigns.services.approval import require_takes_new
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Product
from matchmaker.core import reference
from matchmaker.core.exchange import yuan_rates
from matchmaker.core.fields import validate
from matchmaker.core.problems import NotFound, Refused
from matchmaker.engines.language import exchange
from matchmaker.first_orders.models import LotConfirmation, TrialLot, VoucherApplication
from matchmaker.first_orders.models.trial_lots import COSTS, TERMS
from matchmaker.first_orders.services.notices import tell_side
from matchmaker.market_access.duty import DutyAnswer
from matchmaker.market_access.readiness import SHIPS_IN
from matchmaker.market_access.services import duty_of
from matchmaker.messaging.landed_cost import LandedCost, Offer, Rates, TargetQuantity, landed_cost
from matchmaker.messaging.models import Enquiry, Side
from matchmaker.messaging.payment import check_payment
from matchmaker.messaging.services.entry_cost import TypedCosts, costs_under
from matchmaker.messaging.services.writing import lock_enquiry, note_news


def campaigns_for(enquiry: Enquiry) -> QuerySet[Campaign]:
    """Campaigns in which both companies take part, each on its side, and in which something new may begin."""
    rows = Campaign.objects.filter(participations__company=enquiry.supplier_id, participations__side="supplier")
    rows = rows.filter(
        pk__in=Campaign.objects.filter(participations__company=enquiry.buyer_id, participations__side="buyer").values(
            "pk"
        )
    )
    return rows.filter(state__in=[Campaign.State.PLANNED, Campaign.State.OPEN]).order_by("-starts_on", "-pk").distinct()


def lot_of(enquiry: Enquiry) -> TrialLot | None:
    """The trial lot that the two plan now, or None."""
    return enquiry.trial_lots.living().select_related("campaign").prefetch_related("confirmations").first()


@transaction.atomic
def write_lot(*, by: User, enquiry: Enquiry, campaign: Campaign | None = None, **terms) -> TrialLot:
    """Write the terms of a trial lot, or change them: that makes a new version, which both sides confirm again.

    The side that writes confirms its version by that. Terms that are the same as before change nothing.

    Args:
        campaign: needed for a new one where the two meet in several campaigns.

    Raises:
        Refused: 404 for those who may not see the enquiry; 409 `not_open`, `no_campaign`, `lot_applied`.
        ValidationError: by field.
    """
    enquiry, side = lock_enquiry(by, enquiry)
    if enquiry.status != Enquiry.Status.OPEN:
        raise Refused("not_open", _("The other side has to answer your request first."))
    lot = lot_of(enquiry)
    before = terms_of(lot) if lot else None
    if lot is None:
        lot = TrialLot(enquiry=enquiry, campaign=_campaign(enquiry, campaign), version=0)
    lot.enquiry = enquiry
    require_takes_new(lot.campaign)
    _require_no_application(lot)
    for name, value in terms.items():
        if name not in TERMS:
            raise ValueError(f"{name} is not a term of a trial lot")
        setattr(lot, name, value)
    lot.written_by, lot.written_at = side, timezone.now()
    _check(lot)
    if lot.pk and terms_of(lot) == before:
        return lot
    lot.version += 1
    lot.save()
    _confirm(by, lot, side)
    note_news(enquiry, side.other, lot.written_at)
    enquiry.save()
    facts = {"version": lot.version, "campaign": str(lot.campaign.uid)}
    record(by=by, verb="write_trial_lot", on=lot, organisation=enquiry.company_of(side), facts=facts)
    tell_side("enquiry_trial_lot", lot, side.other, f"written{lot.version}", about=lot, step="written")
    return fresh(lot)


def fresh(lot: TrialLot) -> TrialLot:
    """The row read again with its confirmations."""
    return TrialLot.objects.select_related("campaign", "enquiry").prefetch_related("confirmations").get(pk=lot.pk)


def _campaign(enquiry: Enquiry, campaign: Campaign | None) -> Campaign:
    rows = campaigns_for(enquiry)
    chosen = rows.filter(pk=campaign.pk).first() if campaign else rows.first()
    if chosen is None:
        raise Refused("no_campaign", _("You and the other side take part in no common campaign that is open."))
    return chosen


def _require_no_application(lot: TrialLot) -> None:
    if lot.pk and lot.applications.exclude(state=VoucherApplication.State.WITHDRAWN).exists():
        sentence = _("This trial lot takes part in a programme. Withdraw the application before you change it.")
        raise Refused("lot_applied", sentence)


def _check(lot: TrialLot) -> None:
    problems: dict = {}
    rules.check_terms(lot, problems)
    rules.check_known(problems, "unit", lot.unit, reference.units(), rules.UNIT)
    check_payment(lot, problems)
    for name in ("quantity", "price"):
        if getattr(lot, name) is not None and getattr(lot, name) <= 0:
            problems[name] = _("Write an amount above 0.")
    lot.goods, lot.note = lot.goods.strip(), lot.note.strip()
    lot.incoterm_place = lot.incoterm_place.strip()
    validate(lot, problems, exclude=["enquiry", "campaign"], validate_unique=False, validate_constraints=False)


def terms_of(lot: TrialLot) -> dict[str, str]:
    """Every term as text, amounts without zeros at their end: what a version says, and what an application stores."""
    return {name: _text(getattr(lot, name)) for name in TERMS}


def _text(value: Any) -> str:
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _confirm(by: User, lot: TrialLot, side: Side) -> bool:
    """Whether this was the first time that the side confirmed the version."""
    values = {"person": by, "at": timezone.now()}
    return LotConfirmation.objects.get_or_create(lot=lot, version=lot.version, side=side, defaults=values)[1]


def lock_lot(by: User, lot: TrialLot) -> tuple[TrialLot, Enquiry, Side]:
    """The living trial lot of an enquiry, locked with the enquiry, and this person's side.

    Raises:
        Refused: 404 for those who may not see it; 409 `lot_ended`.
    """
    enquiry, side = lock_enquiry(by, lot.enquiry)
    row = TrialLot.objects.select_related("campaign").filter(pk=lot.pk, enquiry=enquiry).first()
    if row is None:
        raise NotFound()
    if row.ended_at is not None:
        raise Refused("lot_ended", _("This trial lot was ended."))
    row.enquiry = enquiry
    return row, enquiry, side


@transaction.atomic
def confirm_lot(*, by: User, lot: TrialLot, version: int) -> TrialLot:
    """Confirm the version that one has read.

    Raises:
        Refused: 409 `lot_ended`; `lot_changed` where there is a newer version.
    """
    row, enquiry, side = lock_lot(by, lot)
    require_takes_new(row.campaign)
    if row.version != version:
        raise Refused("lot_changed", _("The terms were changed meanwhile. Read them again before you confirm."))
    if _confirm(by, row, side):
        note_news(enquiry, side.other, timezone.now())
        enquiry.save()
        facts = {"version": version}
        record(by=by, verb="confirm_trial_lot", on=row, organisation=enquiry.company_of(side), facts=facts)
        tell_side("enquiry_trial_lot", row, side.other, f"confirmed{version}", about=row, step="confirmed")
    return fresh(row)


def landed_cost_of(lot: TrialLot) -> tuple[LandedCost, DutyAnswer | None, TypedCosts]:
    """What the lot costs until it is cleared, in yuan where there is a rate; what is not known is named in it.

    Duty and taxes are what the site knows of the product; freight is the estimate of the lot, insurance is not known.

    Returns:
        The cost, what is known of the product's duties (None without a product), and what the lot says.
    """
    rates = yuan_rates()
    currency = "CNY" if lot.currency in rates else lot.currency
    product = product_of(lot.enquiry)
    answer = duty_of(product, lot.ships_by or timezone.localdate() + SHIPS_IN) if product else None
    freight = lot.freight_cost
    typed = TypedCosts(freight=None if freight is None else exchange(freight, lot.currency, currency, rates))
    offer = Offer(lot.price, lot.currency, lot.price_unit, lot.incoterm)
    wanted = TargetQuantity(lot.quantity, lot.unit)
    decimals = get_currency_precision(currency)
    cost = landed_cost(offer, wanted, costs_under(typed, answer, None), currency, Rates(rates, decimals))
    return cost, answer, typed


def product_of(enquiry: Enquiry) -> Product | None:
    """The product that an enquiry is about, itself or by its match."""
    return enquiry.product or (enquiry.match.product if enquiry.match else None)


def covered_costs(lot: TrialLot, covers: list[str]) -> Decimal:
    """The sum of the estimates of the kinds that are covered, in the currency of the lot."""
    names = [name for name in COSTS if name.removesuffix("_cost") in covers]
    return sum((getattr(lot, name) or Decimal(0) for name in names), Decimal(0))
