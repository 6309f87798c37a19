"""New records of market access: a rule that follows another, an agreement, an admission by protocol."""

from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker.market_access import sentences, services
from matchmaker.market_access.models import EntryRule
from matchmaker.matching import tasks as matching_tasks
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console.rules.forms import AdmissionForm, NewAgreementForm, NewRuleForm
from matchmaker.web.forms.refusals import refusals_in_form


@organiser
def rule(request: HttpRequest, code: str) -> HttpResponse:
    like = get_object_or_404(EntryRule, code=code)
    form = NewRuleForm(request.POST or None, like=like)
    context = {
        "title": _("A new rule"),
        "lead": _("It begins as a copy of “%(name)s”; change what differs on the next page.")
        % {"name": sentences.in_language(like, "name")},
        "back": reverse("console_rule", args=[code]),
    }
    return _page(request, form, context, lambda **said: services.add_rule(by=request.user, like=like, **said))


@organiser
def agreement(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("A new agreement"),
        "lead": _("Its origins and rates are added on the next page."),
        "back": reverse("console_agreements"),
    }
    form = NewAgreementForm(request.POST or None)
    return _page(request, form, context, lambda **said: services.add_agreement(by=request.user, **said))


@organiser
def admission(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(EntryRule, code=code, evidence=EntryRule.Evidence.ACCESS)
    context = {
        "title": _("A new admission"),
        "lead": _("A product of a country that a protocol or a customs notice admits."),
        "back": reverse("console_rule", args=[code]),
    }
    form = AdmissionForm(request.POST or None)
    return _page(request, form, context, lambda **said: services.add_admission(by=request.user, rule=row, **said))


def _page(request: HttpRequest, form, context: dict, verb: Callable) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            made = verb(**form.cleaned_data)
            transaction.on_commit(matching_tasks.start_matching)
            messages.success(request, _("Recorded. The audit says who added it."))
            code = getattr(made, "rule_code", None) or made.code
            name = "console_agreement" if "agreement" in type(made).__name__.lower() else "console_rule"
            return redirect(name, code)
    return render(request, "console/rules_new.html", {**context, "form": form}, status=422 if form.errors else 200)
