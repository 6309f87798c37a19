"""A company's bank details, for its people: one enters a version, another confirms it."""

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from matchmaker.companies import bank_accounts
from matchmaker.companies.models import BankAccount, Membership
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import member
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

VERBS = {"confirm": bank_accounts.confirm_account, "withdraw": bank_accounts.withdraw_account}


def _label(name: str):
    return capfirst(BankAccount._meta.get_field(name).verbose_name)


class AccountForm(forms.Form):
    holder = fields.of_model(BankAccount, "holder")
    bank = fields.of_model(BankAccount, "bank")
    country = fields.CodeField(label=_label("country"), choices=fields.countries)
    number = fields.of_model(BankAccount, "number", max_length=60)  # people write it with spaces
    bic = fields.of_model(BankAccount, "bic")
    currency = fields.CodeField(label=_label("currency"), choices=fields.currencies)


@member
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication_required  # for reading, too: asked on the way to the form, what was typed into it is not lost
def show(request: HttpRequest, uid) -> HttpResponse:
    """All versions with who entered and who confirmed them; administrators enter, confirm and withdraw here."""
    company, form = request.company, AccountForm(initial={"country": request.company.country, "currency": "USD"})
    if not company.is_supplier:
        raise Http404
    if request.method == "POST" and "version" in request.POST:
        return _act(request)
    if request.method == "POST":
        form = AccountForm(request.POST)
        if form.is_valid():
            with refusals_in_form(form):
                bank_accounts.enter_account(by=request.user, company=company, **form.cleaned_data)
                transaction.on_commit(start_delivery)
                return redirect("company_bank", uid)
    versions = company.bank_accounts.select_related("company", "entered_by", "confirmed_by")
    context = {
        "company": company,
        "is_admin": request.membership.role == Membership.Role.ADMIN,
        "form": form,
        "versions": versions,
        "team_confirms": bank_accounts.waiting_for_team().filter(company=company).exists(),
    }
    return render(request, "public/members/bank.html", context, status=422 if form.errors else 200)


def _act(request: HttpRequest) -> HttpResponse:
    """Confirm or withdraw the version that the button names."""
    verb, version = VERBS.get(request.POST.get("act", "")), request.POST["version"]
    account = next((row for row in request.company.bank_accounts.all() if str(row.uid) == version), None)
    if verb is None or account is None:
        raise Http404
    with refusals_in_messages(request):
        verb(by=request.user, account=account)
        transaction.on_commit(start_delivery)
        messages.success(request, _("Saved."))
    return redirect("company_bank", request.company.uid)
