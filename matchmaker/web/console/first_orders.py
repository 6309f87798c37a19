"""First-order programmes of the campaign: rules, list, draw, vouchers, documents, payments, accounts."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matchmaker.catalogue.models import Category
from matchmaker.first_orders import services
from matchmaker.first_orders.models import CostKind, Programme, VoucherApplication, VoucherDocument
from matchmaker.first_orders.services.programmes import RULES
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import may_change, organiser
from matchmaker.web.forms import fields
from matchmaker.web.forms.fields import text_beside
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

PAGE = 50
State = Programme.State


def _categories() -> list[tuple[str, str]]:
    return [(row.code, f"{row.code} {row.name}") for row in Category.objects.order_by("code")]


class ProgrammeForm(forms.ModelForm):
    currency = fields.CodeField(
        label=gettext_lazy("Currency"),
        choices=fields.currencies,
        sentence=gettext_lazy("Choose a currency from the list."),
    )
    budget = fields.TradeNumberField(label=gettext_lazy("Budget"), max_digits=18, decimal_places=2)
    cap = fields.TradeNumberField(label=gettext_lazy("at most, for one order"), max_digits=18, decimal_places=2)
    covers = fields.CodesField(label=gettext_lazy("Costs that are covered"), choices=lambda: CostKind.choices)
    proofs = fields.CodesField(
        label=gettext_lazy("Needed for the payment"), choices=lambda: VoucherDocument.Kind.choices, required=False
    )
    categories = forms.MultipleChoiceField(
        label=gettext_lazy("Categories (none chosen: all)"), choices=_categories, required=False
    )
    countries = forms.MultipleChoiceField(
        label=gettext_lazy("Countries of suppliers (none chosen: all)"), choices=fields.countries, required=False
    )

    class Meta:
        model = Programme
        fields = RULES
        labels = {"name": gettext_lazy("Name")}
        help_texts = {
            "seed_source": gettext_lazy(
                "Such as the close of a stock index on a day after the list is published. Empty: the site makes a "
                "secret seed and publishes its hash when the programme opens."
            )
        }
        widgets = {
            "opens_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "closes_on": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def _post_clean(self):
        """Rules are checked by the service; the form only reads what was typed."""


class PaymentForm(forms.Form):
    amount = fields.TradeNumberField(label=gettext_lazy("Amount"), max_digits=18, decimal_places=2)
    reference = fields.LineField(label=gettext_lazy("Reference of the transfer"), max_length=80)
    day = forms.DateField(label=gettext_lazy("On"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


def _programmes(request: HttpRequest):
    return Programme.objects.filter(campaign=request.campaign)  # type: ignore[attr-defined]  # set by `organiser`


def _programme(request: HttpRequest, uid) -> Programme:
    return get_object_or_404(_programmes(request), uid=uid)


@organiser
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    waiting = VoucherApplication.objects.filter(
        programme__campaign=request.campaign,  # type: ignore[attr-defined]
        state=VoucherApplication.State.VOUCHER,
        documents__state=VoucherDocument.State.WAITING,
    )
    context = {
        "programmes": _programmes(request),
        "waiting": waiting.for_lists().distinct()[:PAGE],
        "may_change": may_change(request),
    }
    return render(request, "console/first_orders.html", context)


@organiser
def new(request: HttpRequest) -> HttpResponse:
    return _edit(request, None)


@organiser
def edit(request: HttpRequest, uid) -> HttpResponse:
    return _edit(request, _programme(request, uid))


def _edit(request: HttpRequest, programme: Programme | None) -> HttpResponse:
    form = ProgrammeForm(request.POST or None, instance=programme)
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            if programme is None:
                campaign = request.campaign  # type: ignore[attr-defined]
                row = services.create_programme(by=request.user, campaign=campaign, **form.cleaned_data)
            else:
                row = services.change_programme(by=request.user, programme=programme, **form.cleaned_data)
            messages.success(request, _("Saved."))
            return redirect("console_programme", row.uid)
    context = {"form": form, "programme": programme}
    return render(request, "console/first_order_form.html", context, status=422 if form.errors else 200)


@organiser
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    programme = _programme(request, uid)
    rows = programme.applications.for_lists().order_by("place", "number")
    context = {
        "programme": programme,
        "draw": getattr(programme, "draw", None),
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "postings": programme.postings.select_related("application").order_by("-pk")[:PAGE],
        "may_change": may_change(request),
        "can_list": programme.state == State.OPEN and programme.closes_on < timezone.localdate(),
    }
    return render(request, "console/first_order.html", context)


STEPS: dict[str, Callable] = {
    "open": services.open_programme,
    "list": services.publish_list,
    "end": services.end_programme,
}


@organiser
@require_POST
def act(request: HttpRequest, uid) -> HttpResponse:
    """Open, publish the list, draw, end."""
    programme, step = _programme(request, uid), request.POST.get("act", "")
    with refusals_in_messages(request):
        if step == "draw":
            seed = text_beside(request, "seed", most=200)
            services.draw_vouchers(by=request.user, programme=programme, seed=seed)
        elif step in STEPS:
            STEPS[step](by=request.user, programme=programme)
        transaction.on_commit(start_delivery)
        messages.success(request, _("Saved."))
    return redirect("console_programme", uid)


def _application(request: HttpRequest, uid) -> VoucherApplication:
    rows = VoucherApplication.objects.filter(programme__campaign=request.campaign)  # type: ignore[attr-defined]
    return get_object_or_404(rows.for_lists().prefetch_related("documents"), uid=uid)


@organiser
@require_safe
def application(request: HttpRequest, uid) -> HttpResponse:
    return _application_page(request, _application(request, uid))


def _application_page(request: HttpRequest, row: VoucherApplication, form=None) -> HttpResponse:
    context = {
        "application": row,
        "enquiry": row.lot.enquiry,
        "missing": [kind.label for kind in services.missing_proofs(row)],
        "postings": row.postings.all(),
        "form": form or PaymentForm(initial={"amount": row.amount, "day": timezone.localdate()}),
        "may_change": may_change(request),
    }
    return render(request, "console/voucher.html", context, status=422 if form else 200)


@organiser
@require_POST
def pay(request: HttpRequest, uid) -> HttpResponse:
    """Record the payment, or that it came back."""
    row, form = _application(request, uid), PaymentForm(request.POST)
    if form.is_valid():
        with refusals_in_form(form):
            is_return = row.state == VoucherApplication.State.PAID and "return" in request.POST
            service = services.record_return if is_return else services.pay_voucher
            service(by=request.user, application=row, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Saved."))
            return redirect("console_voucher", uid)
    return _application_page(request, row, form)


@organiser
@require_POST
def withdraw(request: HttpRequest, uid) -> HttpResponse:
    row = _application(request, uid)
    with refusals_in_messages(request):
        services.withdraw(by=request.user, application=row, why=text_beside(request, "why", most=300))
        transaction.on_commit(start_delivery)
        messages.success(request, _("Saved."))
    return redirect("console_voucher", uid)


@organiser
@require_POST
def decide(request: HttpRequest, uid, key) -> HttpResponse:
    """Accept a document or not."""
    row = _application(request, uid)
    document = get_object_or_404(row.documents.select_related("application__programme"), uid=key)
    with refusals_in_messages(request):
        if request.POST.get("answer") == "accept":
            services.accept_document(by=request.user, document=document)
        else:
            why = text_beside(request, "why", most=300)
            services.refuse_document(by=request.user, document=document, why=why)
        transaction.on_commit(start_delivery)
        messages.success(request, _("Saved."))
    return redirect("console_voucher", uid)
