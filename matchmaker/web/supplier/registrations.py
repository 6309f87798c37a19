"""Numbers a company holds with China's authorities: recorded beside the rule that asks for them, seen in one list."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core.lists import join_sentences, labelled
from matchmaker.core.problems import Refused
from matchmaker.market_access import sentences
from matchmaker.market_access.models import EntryRule, Registration
from matchmaker.market_access.number_formats import example_of, is_in_form
from matchmaker.market_access.registrations import CLOSES_MONTHS, OPENS_MONTHS, months_before
from matchmaker.market_access.services import record_registration, remove_registration
from matchmaker.matching.tasks import start_matching
from matchmaker.web.access.decorators import supplier
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import add_to_messages
from matchmaker.web.supplier.market import back_to_market
from matchmaker.web.supplier.products import own_product


class RegistrationForm(forms.Form):
    code = fields.LineField(max_length=40)
    number = fields.LineField(label=gettext_lazy("Number"), max_length=80)
    valid_from = forms.DateField(label=gettext_lazy("Valid from"), required=False)
    valid_until = forms.DateField(label=gettext_lazy("Valid until"), required=False)


@supplier
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    today = timezone.localdate()
    rows = Registration.objects.of(request.company).select_related("product").order_by("valid_until", "code", "pk")
    names = {code: sentences.in_language(rule, "name") for rule in EntryRule.objects.all() for code in rule.accepts}
    context = {"rows": [_row(row, names, today) for row in rows], "company": request.company}
    return render(request, "supplier/registrations.html", context)


def _row(row: Registration, names: dict[str, str], today) -> dict:
    """`window` is when to apply for renewal: 12 to 3 months before the end."""
    ends = row.valid_until
    opens, closes = (months_before(ends, months) if ends else None for months in (OPENS_MONTHS, CLOSES_MONTHS))
    state = "holds"
    if ends and ends < today:
        state = "ended"
    elif closes and today >= closes:
        state = "late"
    elif opens and today >= opens:
        state = "renew"
    elif row.valid_from and row.valid_from > today:
        state = "coming"
    return {
        "row": row,
        "name": names.get(row.code, row.code),
        "in_form": is_in_form(row.code, row.number),
        "state": state,
        "opens": opens,
        "closes": closes,
    }


@supplier
@require_POST
def add(request: HttpRequest, uid) -> HttpResponse:
    """Record a number from the product's page; where each product has its own, for this product alone."""
    product = own_product(request, uid)
    form = RegistrationForm(request.POST)
    if not form.is_valid():
        for name, problems in form.errors.items():
            messages.error(
                request,
                labelled(form.fields[name].label or name, join_sentences(problems)),
            )
        return back_to_market(request, product)
    values = form.cleaned_data
    single = any(values["code"] in rule.accepts for rule in EntryRule.objects.filter(per_product=True))
    try:
        record_registration(by=request.user, company=product.company, product=product if single else None, **values)
    except (Refused, ValidationError) as problem:
        add_to_messages(request, problem)
    else:
        transaction.on_commit(start_matching)
        messages.success(request, _("Recorded. You are reminded when it has to be renewed."))
        if not is_in_form(values["code"], values["number"]):
            hint = _(
                "Such a number usually looks like %(example)s. Compare yours with the paper: in another form it stays "
                "“stated by the supplier”."
            )
            messages.warning(request, hint % {"example": example_of(values["code"])})
    return back_to_market(request, product)


@supplier
@require_POST
def remove(request: HttpRequest, uid) -> HttpResponse:
    row = get_object_or_404(Registration.objects.of(request.company), uid=uid)
    remove_registration(by=request.user, registration=row)
    transaction.on_commit(start_matching)
    messages.success(request, _("Taken off the list; the record keeps it."))
    return redirect("supplier_registrations")
