"""The trial lot of an enquiry, its application for a voucher, and the documents of the voucher."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core import reference
from matchmaker.core.downloads import SEALED, attachment
from matchmaker.core.formats import day, money, quantity
from matchmaker.core.lists import join_label
from matchmaker.core.uploads import MOST_BYTES
from matchmaker.first_orders import services
from matchmaker.first_orders.models import CostKind, Programme, TrialLot, VoucherApplication, VoucherDocument
from matchmaker.first_orders.models.trial_lots import TERMS
from matchmaker.messaging.models import Enquiry, Side
from matchmaker.messaging.payment import payment_facts
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.enquiries.trial_lot_forms import TrialLotForm, VoucherDocumentForm
from matchmaker.web.enquiries.view_steps import enquiry_of
from matchmaker.web.forms.fields import limit_upload, text_beside
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.rendering.cost_cells import PART_WORDS, CostInWords
from matchmaker.web.templatetags.trade import for_one


@signed_in
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    return _page(request, enquiry, side, VoucherDocumentForm())


def _page(request: HttpRequest, enquiry: Enquiry, side: Side, document_form, status: int = 200) -> HttpResponse:
    lot = services.lot_of(enquiry)
    context: dict[str, Any] = {"enquiry": enquiry, "side": side, "other": enquiry.company_of(side.other), "lot": lot}
    if lot is not None:
        lot.enquiry = enquiry
        application = services.voucher_of(lot)
        context |= {
            "facts": facts_of(lot),
            "cost": cost_rows(lot),
            "confirmations": [(row, row in lot.confirmed_by) for row in Side],
            "we_confirmed": side in lot.confirmed_by,
            "application": application,
            "programmes": [] if application and application.is_living else services.programmes_for(lot),
            "missing": [kind.label for kind in services.missing_proofs(application)] if application else [],
            "document_form": document_form,
        }
    return render(request, "enquiries/trial_lot.html", context, status=status)


def facts_of(lot: TrialLot) -> list[dict[str, str]]:
    """The terms with their labels, as both sides read them."""
    price = for_one(money(lot.price, lot.currency), lot.price_unit)
    success = lot.get_success_display()
    costs = [
        (kind.label, [getattr(lot, f"get_{kind}_by_display")(), money(getattr(lot, f"{kind}_cost"), lot.currency)])
        for kind in CostKind
    ]
    rows: list[tuple[Any, Any]] = [
        (_("Goods"), lot.goods),
        (_("Quantity"), quantity(lot.quantity.normalize(), lot.unit)),
        (_("Price"), f"{price} {lot.incoterm} {reference.place(lot.incoterm_place)}"),
        (_("Shipped by"), day(lot.ships_by)),
        *((join_label(_("Who pays"), label), " · ".join(filter(None, values))) for label, values in costs),
        (_("Inspection"), lot.get_inspection_display()),
        (_("Payment"), " · ".join(payment_facts(lot))),
        (_("It succeeds when"), " · ".join(filter(None, (success, day(lot.success_by))))),
        (_("Note"), lot.note),
    ]
    return [{"label": label, "value": value} for label, value in rows]


def cost_rows(lot: TrialLot) -> list[dict[str, Any]]:
    """Each part of landed cost and the sum, with what they rest on."""
    cost, duty, typed = services.landed_cost_of(lot)
    words = CostInWords(cost, duty, typed=typed)
    cells = [(PART_WORDS[part.name], words.cell(part.name)) for part in cost.parts]
    rows = [*cells, (_("Landed cost"), words.total())]
    return [{"label": label, "value": " · ".join(filter(None, [cell.text, *cell.lines]))} for label, cell in rows]


@signed_in
def change(request: HttpRequest, uid) -> HttpResponse:
    """Write the trial lot, or change it."""
    enquiry, _side = enquiry_of(request, uid)
    lot = services.lot_of(enquiry)
    form = TrialLotForm(request.POST or None, initial=_initial(enquiry, lot))
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            services.write_lot(by=request.user, enquiry=enquiry, campaign=_campaign(request, enquiry), **form.terms())
            transaction.on_commit(start_delivery)
            messages.success(request, _("Saved. The other side is asked to confirm it."))
            return redirect("trial_lot", enquiry.uid)
    context = {"enquiry": enquiry, "lot": lot, "form": form}
    return render(request, "enquiries/trial_lot_form.html", context, status=422 if form.errors else 200)


def _campaign(request: HttpRequest, enquiry: Enquiry):
    """The campaign of the address where both take part in it; otherwise the service chooses."""
    here = request.site_campaign  # type: ignore[attr-defined]  # set by the middleware
    return here if here and services.campaigns_for(enquiry).filter(pk=here.pk).exists() else None


def _initial(enquiry: Enquiry, lot: TrialLot | None) -> dict[str, Any]:
    """The terms as they stand; of a new one, the terms of the last quote or what the product says of itself."""
    if lot is not None:
        return {name: getattr(lot, name) for name in TERMS}
    source = enquiry.quotes.first() or services.product_of(enquiry)
    names = ("price", "currency", "price_unit", "quantity", "unit", "incoterm", "incoterm_place", "payment")
    values = {name: getattr(source, name, None) for name in (*names, "advance_percent", "credit_days")}
    values["price"] = values["price"] or getattr(source, "price_low", None)
    shared = {f"{kind}_by": "buyer" for kind in CostKind}
    return {"goods": enquiry.subject[:160], **shared, **{name: value for name, value in values.items() if value}}


def _lot(request: HttpRequest, uid) -> TrialLot:
    rows = TrialLot.objects.visible_to(request.user).select_related("campaign", "enquiry__supplier", "enquiry__buyer")
    return get_object_or_404(rows, uid=uid)


def _act(request: HttpRequest, enquiry: Enquiry, act, done: str) -> HttpResponse:
    with refusals_in_messages(request):
        act()
        transaction.on_commit(start_delivery)
        messages.success(request, done)
    return redirect("trial_lot", enquiry.uid)


@signed_in
@require_POST
def confirm(request: HttpRequest, uid) -> HttpResponse:
    lot = _lot(request, uid)
    written = request.POST.get("version", "")
    version = int(written) if written.isascii() and written.isdigit() else 0
    return _act(
        request,
        lot.enquiry,
        lambda: services.confirm_lot(by=request.user, lot=lot, version=version),
        _("You have confirmed the trial lot."),
    )


@signed_in
@require_POST
def end(request: HttpRequest, uid) -> HttpResponse:
    lot = _lot(request, uid)
    return _act(request, lot.enquiry, lambda: services.end_lot(by=request.user, lot=lot), _("The trial lot is ended."))


@signed_in
@require_POST
def apply(request: HttpRequest, uid, programme) -> HttpResponse:
    lot = _lot(request, uid)
    row = get_object_or_404(Programme.objects.visible_to(request.user), campaign=lot.campaign, uid=programme)
    return _act(
        request,
        lot.enquiry,
        lambda: services.apply(by=request.user, lot=lot, programme=row),
        _("Your application is received."),
    )


def _application(request: HttpRequest, uid) -> VoucherApplication:
    """One of the reader's own companies: the team has pages of its own."""
    lots = TrialLot.objects.visible_to(request.user)
    return get_object_or_404(VoucherApplication.objects.filter(lot__in=lots).for_lists(), uid=uid)


@signed_in
@require_POST
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    row = _application(request, uid)
    return _act(
        request,
        row.lot.enquiry,
        lambda: services.withdraw(by=request.user, application=row, why=text_beside(request, "why", most=300)),
        _("The application is withdrawn."),
    )


@limit_upload(MOST_BYTES)
@signed_in
@require_POST
def hand_in(request: HttpRequest, uid) -> HttpResponse:
    row = _application(request, uid)
    if request.too_large:  # type: ignore[attr-defined]  # set by `limit_upload`
        messages.error(request, _("A document may have up to 10 MB."))
        return redirect("trial_lot", row.lot.enquiry.uid)
    form = VoucherDocumentForm(request.POST, request.FILES)
    if form.is_valid():
        with refusals_in_form(form, {"files": "file"}):
            services.hand_in(by=request.user, application=row, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("The campaign’s team has your document."))
            return redirect("trial_lot", row.lot.enquiry.uid)
    enquiry, side = enquiry_of(request, row.lot.enquiry.uid)
    return _page(request, enquiry, side, form, status=422)


@signed_in
@require_safe
@csp_override(SEALED)
def document(request: HttpRequest, uid) -> FileResponse:
    return attachment(get_object_or_404(VoucherDocument.objects.visible_to(request.user), uid=uid))
