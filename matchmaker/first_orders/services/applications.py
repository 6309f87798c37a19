"""A trial lot that both sides confirmed takes part in a programme; an application is withdrawn."""

import secrets
from decimal import ROUND_DOWN, Decimal

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.campaigns.models import Participation
from matchmaker.campaigns.services import require_organiser
from matchmaker.companies.models import Company
from matchmaker.core.exchange import yuan_rates
from matchmaker.core.problems import NotFound, Refused
from matchmaker.engines.language import exchange
from matchmaker.first_orders.models import Posting, Programme, TrialLot, VoucherApplication
from matchmaker.first_orders.services.accounts import give_vouchers, lock_programme, post
from matchmaker.first_orders.services.notices import tell_side, tell_sides
from matchmaker.first_orders.services.trial_lots import covered_costs, lock_lot, product_of, terms_of
from matchmaker.messaging.models import Enquiry
from matchmaker.messaging.services.writing import lock_enquiry, note_news

State = VoucherApplication.State
SMALL = (Company.Size.MICRO, Company.Size.SMALL)
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without 0, O, 1 and I, which people confuse
CENT = Decimal("0.01")


def programmes_for(lot: TrialLot) -> list[tuple[Programme, str]]:
    """The programmes of its campaign that take applications, each with why this lot cannot apply, or ''."""
    rows = Programme.objects.taking_applications().filter(campaign=lot.campaign_id).order_by("closes_on", "pk")
    return [(programme, _why_not(programme, lot)) for programme in rows]


def voucher_of(lot: TrialLot) -> VoucherApplication | None:
    """The application of the lot that stands; otherwise the last one that was withdrawn."""
    rows = lot.applications.for_lists().prefetch_related("documents").order_by("-pk")
    return rows.exclude(state=State.WITHDRAWN).first() or rows.first()


def is_small_or_new(company: Company) -> bool:
    """Fewer than 50 employees, or selling to China for the first time, as the company says of itself."""
    return company.size in SMALL or company.first_time_exporter


def _why_not(programme: Programme, lot: TrialLot) -> str:
    """Why the rules of the programme leave the lot out, as a sentence; '' where they do not."""
    enquiry = lot.enquiry
    supplier = enquiry.supplier
    product = product_of(enquiry)
    seats = Participation.objects.filter(campaign=programme.campaign_id)
    in_campaign = all(
        seats.filter(company=enquiry.company_of(side), side=side).exists() for side in ("supplier", "buyer")
    )
    refusals = {
        _("Both companies have to be approved and take part in the campaign."): not in_campaign
        or not (supplier.is_approved and enquiry.buyer.is_approved),
        _("Only suppliers with fewer than 50 employees take part."): programme.small_only
        and supplier.size not in SMALL,
        _("Only suppliers that sell to China for the first time take part."): programme.first_time_only
        and not supplier.first_time_exporter,
        _("The programme is for suppliers of other countries."): bool(programme.countries)
        and supplier.country not in programme.countries,
        _("The programme is for products of other categories."): bool(programme.categories)
        and (product is None or product.category_id not in programme.categories),
    }
    return next((sentence for sentence, holds in refusals.items() if holds), "")


def _amounts(programme: Programme, lot: TrialLot) -> tuple[Decimal, Decimal]:
    """The costs that are covered and the amount of the voucher, in the currency of the programme.

    Raises:
        Refused: 409 `no_costs`, `no_rate`.
    """
    estimate = covered_costs(lot, programme.covers)
    if not estimate:
        raise Refused("no_costs", _("Write the estimated costs that the programme covers into the trial lot first."))
    costs = exchange(estimate, lot.currency, programme.currency, yuan_rates())
    if costs is None:
        raise Refused("no_rate", _("The site has no exchange rate for the currency of the trial lot."))
    amount = min(programme.cap, costs * programme.share_percent / 100).quantize(CENT, ROUND_DOWN)
    if amount <= 0:
        raise Refused("no_costs", _("Write the estimated costs that the programme covers into the trial lot first."))
    return costs.quantize(CENT, ROUND_DOWN), amount


@transaction.atomic
def apply(*, by: User, lot: TrialLot, programme: Programme) -> VoucherApplication:
    """Apply for a voucher with the version that both sides confirmed; one application a supplier in a programme.

    Raises:
        Refused: 404 for a programme that is not of the lot's campaign; 409 `lot_not_confirmed`, `programme_closed`,
            `not_eligible`, `no_costs`, `no_rate`, `applied_already`.
    """
    row, enquiry, side = lock_lot(by, lot)
    programme = lock_programme(programme)
    if programme.campaign_id != row.campaign_id or programme.state == Programme.State.DRAFT:
        raise NotFound()
    if not programme.takes_applications or not programme.campaign.takes_new:
        raise Refused("programme_closed", _("The programme takes no applications now."))
    if not row.is_confirmed:
        raise Refused("lot_not_confirmed", _("Both sides confirm the trial lot first."))
    if sentence := _why_not(programme, row):
        raise Refused("not_eligible", sentence)
    costs, amount = _amounts(programme, row)
    application = VoucherApplication(
        programme=programme,
        lot=row,
        supplier=enquiry.supplier,
        number=_number(programme),
        group=1 if programme.small_first and not is_small_or_new(enquiry.supplier) else 0,
        costs=costs,
        amount=amount,
        version=row.version,
        terms=terms_of(row),
        applied_by=side,
        applied_by_person=by,
        applied_at=timezone.now(),
    )
    try:
        with transaction.atomic():
            application.save()
    except IntegrityError:
        raise Refused("applied_already", _("This supplier takes part in the programme already.")) from None
    facts = {"programme": str(programme.uid), "number": application.number, "amount": str(amount)}
    record(by=by, verb="apply_for_voucher", on=application, organisation=enquiry.company_of(side), facts=facts)
    tell_sides("enquiry_voucher", application, step="applied")
    return application


def _number(programme: Programme) -> str:
    """A new number, by chance: it says nothing of who applied and when."""
    taken = set(programme.applications.values_list("number", flat=True))
    while (number := "".join(secrets.choice(LETTERS) for _ in range(8))) in taken:
        pass
    return number


@transaction.atomic
def withdraw(*, by: User, application: VoucherApplication, why: str) -> VoucherApplication:
    """Take an application back, or a voucher that is not paid out: it goes to the next on the waiting list.

    Either side may, and the campaign's team.

    Raises:
        Refused: 404 for others; 409 `voucher_paid`, `withdrawn_already`.
        ValidationError: without a reason.
    """
    if not why.strip():
        raise ValidationError({"why": _("Say why.")})
    enquiry = application.lot.enquiry
    if Enquiry.objects.visible_to(by).filter(pk=enquiry.pk).exists():
        enquiry, side = lock_enquiry(by, enquiry)
        return withdraw_locked(by, application, why, enquiry.company_of(side))
    require_organiser(by, application.programme.campaign)
    return withdraw_locked(by, application, why, application.programme.campaign)


def withdraw_locked(by: User, application: VoucherApplication, why: str, organisation) -> VoucherApplication:
    """`withdraw` in the transaction of the caller, who checked the right."""
    programme = lock_programme(application.programme)
    row = lock_application(programme, application)
    if row.state == State.PAID:
        raise Refused("voucher_paid", _("This voucher is paid out."))
    if row.state == State.WITHDRAWN:
        raise Refused("withdrawn_already", _("This application is withdrawn."))
    had_voucher = row.state == State.VOUCHER
    row.state, row.withdrawn_at, row.withdrawn_why = State.WITHDRAWN, timezone.now(), why.strip()
    row.full_clean(validate_constraints=False)
    row.save()
    if had_voucher:
        post(by=by, programme=programme, kind=Posting.Kind.RELEASE, amount=row.amount, application=row)
    facts = {"number": row.number, "had_voucher": had_voucher}
    record(by=by, verb="withdraw_application", on=row, organisation=organisation, facts=facts)
    tell_sides("enquiry_voucher", row, step="withdrawn")
    if had_voucher:
        give_vouchers(by, programme)
    return row


@transaction.atomic
def end_lot(*, by: User, lot: TrialLot) -> TrialLot:
    """End it without an order: its application is withdrawn, and a voucher goes to the next.

    Raises:
        Refused: 409 `lot_ended`, `voucher_paid`.
    """
    row, enquiry, side = lock_lot(by, lot)
    for application in row.applications.exclude(state=State.WITHDRAWN).for_lists():
        withdraw_locked(by, application, _("The trial lot was ended."), enquiry.company_of(side))
    row.ended_at = timezone.now()
    row.save(update_fields=["ended_at"])
    note_news(enquiry, side.other, row.ended_at)
    enquiry.save()
    record(by=by, verb="end_trial_lot", on=row, organisation=enquiry.company_of(side))
    tell_side("enquiry_trial_lot", row, side.other, "ended", about=row, step="ended")
    return row


def lock_application(programme: Programme, application: VoucherApplication) -> VoucherApplication:
    """The application as it stands now, in the programme that the caller has locked."""
    row = VoucherApplication.objects.for_lists().get(pk=application.pk, programme=programme)
    row.programme = programme
    return row
