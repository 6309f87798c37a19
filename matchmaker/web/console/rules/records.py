"""Entry rules, agreements and rates: read, change with a preview of what changes for whom, and their history."""

import datetime as dt
import hashlib
from collections.abc import Callable

from django.contrib import messages
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.catalogue.models import Product
from matchmaker.core.lists import format_list, join_label, side_by_side
from matchmaker.core.problems import Refused
from matchmaker.market_access import sentences, services
from matchmaker.market_access.models import (
    AccessNotice,
    Agreement,
    AgreementPartner,
    EntryQuestion,
    EntryRule,
    ReadinessAnswer,
    TariffRate,
)
from matchmaker.market_access.readiness import SHIPS_IN, State
from matchmaker.market_access.schedules import regimes_of
from matchmaker.matching import tasks as matching_tasks
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.rules.forms import (
    AdmissionEdit,
    AdmissionForm,
    AgreementForm,
    NewAgreementForm,
    NewRuleForm,
    PartnerForm,
    QuestionForm,
    RateForm,
    RuleForm,
    TariffForm,
)
from matchmaker.web.forms.refusals import add_to_form, refusals_in_form

KEPT_SECONDS = 3600  # how long an uploaded tariff waits between preview and loading
SHOWN = 50


@team
@require_safe
def rules(request):
    """All rules by requirement: what holds today, what ended, what is to come."""
    today = timezone.localdate()
    rows = [
        {
            "rule": rule,
            "name": sentences.in_language(rule, "name"),
            "authority": sentences.in_language(rule, "authority"),
            "holds": sentences.period(rule.valid_from, rule.valid_until),
            "state": _state(rule, today),
        }
        for rule in EntryRule.objects.order_by("requirement", "valid_from", "pk")
    ]
    return render(request, "console/rules.html", {"rows": rows, "today": today})


def _state(rule: EntryRule, today: dt.date) -> str:
    if rule.valid_until and rule.valid_until < today:
        return "ended"
    return "coming" if rule.valid_from and rule.valid_from > today else "holds"


@organiser
def rule(request, code: str):
    row = get_object_or_404(EntryRule, code=code)
    form = RuleForm(request.POST or None, row=row)
    preview = None
    if request.method == "POST" and form.is_valid():
        fields = form.changed()
        if "preview" in request.POST:
            preview = preview_edit(form, lambda: services.preview_rule(row, form.day(), products(), **fields))
        elif apply_edit(form, lambda: services.edit_rule(by=request.user, rule=row, **fields)):
            transaction.on_commit(matching_tasks.start_matching)
            messages.success(request, _("Saved. The record keeps what it said before."))
            return redirect("console_rule", code)
    context = {
        "row": EntryRule.objects.get(pk=row.pk),
        "form": form,
        "preview": preview,
        "name": sentences.in_language(row, "name"),
        "history": history(row),
        "holds": sentences.period(row.valid_from, row.valid_until),
        "admissions": AccessNotice.objects.filter(rule_code=code).count() if row.evidence == "access" else None,
    }
    return render(request, "console/rule.html", context, status=422 if form.errors else 200)


def products():
    """Those an edit may touch."""
    return Product.objects.published().for_cards().order_by("pk")


def preview_edit(form, look) -> list | None:
    """What an edit would change; None and the refusal on the form when it cannot be made."""
    try:
        return list(look())
    except (Refused, ValidationError) as problem:
        add_to_form(form, problem)
        return None


def apply_edit(form, act) -> bool:
    with refusals_in_form(form):
        act()
        return True
    return False


def history(row) -> list[dict]:
    """Each edit as an entry of the timeline: which field, from what to what."""
    return [
        {
            "what": _("Changed") if "after" in entry.facts else _("Added"),
            "when": entry.at,
            "who": str(entry.actor or ""),
            "icon": "pencil",
            "more": side_by_side(
                f"{name}: {_short(entry.facts['before'].get(name))} → {_short(value)}"
                for name, value in entry.facts.get("after", {}).items()
            ),
        }
        for entry in services.history_of(row)
    ]


def _short(value) -> str:
    if isinstance(value, dict):
        value = side_by_side(join_label(code, text) for code, text in value.items())
    text = "–" if value in (None, "", []) else str(value)
    return text if len(text) <= 80 else text[:79] + "…"


# -- agreements --------------------------------------------------------------------------------------------------------
@team
@require_safe
def agreements(request):
    today = timezone.localdate()
    rows = [
        {
            "agreement": row,
            "name": sentences.in_language(row, "name"),
            "partners": [p for p in row.partners.all() if p.valid_from <= today <= (p.valid_until or dt.date.max)],
            "rates": TariffRate.objects.filter(regime__in=regimes_of(row.code)).count(),
        }
        for row in Agreement.objects.prefetch_related("partners")
    ]
    return render(request, "console/agreements.html", {"rows": rows, "mfn": TariffRate.objects.filter(regime="MFN")})


@organiser
def agreement(request, code: str):
    row = get_object_or_404(Agreement, code=code)
    action = request.POST.get("what", "")
    form = AgreementForm(request.POST if action == "agreement" else None, row=row)
    adding = PartnerForm(request.POST if action == "partner" else None, prefix="new")
    preview = None
    if action == "agreement" and form.is_valid():
        fields = form.changed()

        def edit():
            services.edit_agreement(by=request.user, agreement=Agreement.objects.get(pk=row.pk), **fields)

        preview, saved = _try(request, form, edit, _of_origins(row.partners.values_list("origin", flat=True)))
        if saved:
            return redirect("console_agreement", code)
    if action == "partner" and adding.is_valid():
        fields = adding.values()

        def add():
            services.add_partner(by=request.user, agreement=row, **fields)

        preview, saved = _try(request, adding, add, _of_origins([fields["origin"]]))
        if saved:
            return redirect("console_agreement", code)
    context = {
        "row": Agreement.objects.get(pk=row.pk),
        "name": sentences.in_language(row, "name"),
        "form": form,
        "adding": adding,
        "partners": row.partners.order_by("origin", "valid_from"),
        "preview": preview,
        "history": history(row),
    }
    return render(request, "console/agreement.html", context, status=422 if form.errors or adding.errors else 200)


@organiser
def partner(request, uid):
    row = get_object_or_404(AgreementPartner.objects.select_related("agreement"), uid=uid)
    form = PartnerForm(request.POST or None, row=row)
    preview = None
    if request.method == "POST" and form.is_valid():
        fields = form.values()
        fields.pop("origin", None)

        def edit():
            services.edit_partner(by=request.user, partner=AgreementPartner.objects.get(pk=row.pk), **fields)

        preview, saved = _try(request, form, edit, _of_origins([row.origin]))
        if saved:
            return redirect("console_agreement", row.agreement.code)
    context = {
        "row": row,
        "form": form,
        "preview": preview,
        "history": history(row),
        "name": sentences.in_language(row.agreement, "name"),
    }
    return render(request, "console/agreement_partner.html", context, status=422 if form.errors else 200)


def _of_origins(origins):
    return products().filter(origin__in=list(origins))


def _try(request, form, act, looked_at) -> tuple[list | None, bool]:
    """Preview or save, as the button says: (what changes for whom, whether it was saved)."""
    if "preview" in request.POST:
        found = preview_edit(form, lambda: services.preview_duty(act, looked_at, form.day()))
        return (None if found is None else [duty_row(one) for one in found]), False
    if not apply_edit(form, act):
        return None, False
    messages.success(request, _("Saved. The record keeps what it said before."))
    return None, True


def duty_row(one) -> dict:
    """A product with its duty before and after, in words."""
    return {"product": one.product, "before": _duty_words(one.before), "after": _duty_words(one.after)}


def _duty_words(answer) -> str:
    if answer.best is not None and answer.best.rate is not None:
        return join_label(sentences.in_language(answer.best.agreement, "name"), sentences.percent(answer.best.rate))
    if answer.mfn is not None:
        return sentences.percent(answer.mfn)
    names = format_list(sentences.in_language(option.agreement, "name") for option in answer.options)
    return _("%(names)s, rate not loaded") % {"names": names} if names else _("no agreement, rate not loaded")


# -- rates -------------------------------------------------------------------------------------------------------------
@organiser
def tariff(request):
    """Loaded rates by code, and a file to load: looked at first, written on the second button."""
    form = TariffForm(request.POST or None, request.FILES or None)
    found = None
    if request.method == "POST" and form.is_valid():
        content = _content(request, form)
        if content is None:
            form.add_error("file", _("Choose the file again: it was kept for an hour only."))
        else:
            found = _loading(request, content)
            if isinstance(found, HttpResponse):
                return found
    query = request.GET.get("q", "").strip()[:10]
    rows = TariffRate.objects.filter(hs_code__startswith=query) if query.isascii() else TariffRate.objects.none()
    context = {
        "form": form,
        "found": found,
        "query": query,
        "page": Paginator(rows.order_by("hs_code", "regime", "valid_from"), SHOWN).get_page(request.GET.get("page")),
        "total": TariffRate.objects.count(),
    }
    return render(request, "console/tariff.html", context, status=422 if form.errors else 200)


def _content(request, form) -> bytes | None:
    upload = form.cleaned_data["file"]
    if upload is not None:
        return upload.read()
    return cache.get(f"tariff:{request.user.pk}:{form.cleaned_data['kept']}")


def _loading(request, content: bytes) -> dict | HttpResponse:
    load = "load" in request.POST
    partial = "partial" in request.POST

    def act():
        return services.import_tariff(by=request.user, content=content, apply=True, accept_partial=True)

    if load:
        result = services.import_tariff(by=request.user, content=content, apply=True, accept_partial=partial)
        if result.applied:
            messages.success(request, _("Loaded: %(n)d new rates.") % {"n": result.created})
            return redirect("console_tariff")
    else:
        result = services.import_tariff(by=request.user, content=content)
    digest = hashlib.sha256(content).hexdigest()
    cache.set(f"tariff:{request.user.pk}:{digest}", content, KEPT_SECONDS)
    changes = services.preview_duty(act, products().exclude(hs_code=""), timezone.localdate()) if result.created else []
    return {
        "result": result,
        "kept": digest,
        "faults": [
            {"row": one.row, "column": one.column, "text": sentences.about_fault(one)} for one in result.faults[:SHOWN]
        ],
        "more_faults": max(0, len(result.faults) - SHOWN),
        "changes": [duty_row(one) for one in changes],
    }


@organiser
def tariff_rate(request, pk: int):
    row = get_object_or_404(TariffRate, pk=pk)
    form = RateForm(request.POST or None, row=row)
    preview = None
    if request.method == "POST" and form.is_valid():
        fields = form.values()

        def edit():
            services.edit_rate(by=request.user, rate=TariffRate.objects.get(pk=row.pk), **fields)

        preview, saved = _try(request, form, edit, products().filter(hs_code=row.hs_code[:6]))
        if saved:
            return redirect("console_tariff")
    context = {"row": row, "form": form, "preview": preview, "history": history(row)}
    return render(request, "console/tariff_rate.html", context, status=422 if form.errors else 200)


# -- readiness ---------------------------------------------------------------------------------------------------------
@team
@require_safe
def nearly_ready(request):
    """Published products that miss one or two things, or wait for one or two answers: where a call helps most."""
    day = timezone.localdate() + SHIPS_IN
    listed = list(products())
    ready = services.readiness_of_many(listed, day)
    counts = {state.value: 0 for state in State}
    near = []
    for product in listed:
        answer = ready[product.pk]
        counts[answer.state.value] += 1
        if answer.state.value != "ready" and 1 <= answer.still_open <= 2:
            near.append({"product": product, "answer": answer, "open": _open_items(answer)})
    near.sort(key=lambda row: (row["answer"].state.value != "missing", row["answer"].still_open))
    context = {"day": day, "counts": counts, "page": Paginator(near, SHOWN).get_page(request.GET.get("page"))}
    return render(request, "console/nearly_ready.html", context)


def _open_items(answer) -> list[dict]:
    return [
        {"name": sentences.in_language(item.rule, "name"), "status": sentences.status(item.status)}
        for item in answer.items
        if item.status.value in ("missing", "unknown")
    ]


# New records of market access: a rule that follows another, an agreement, an admission by protocol.


@organiser
def new_rule(request: HttpRequest, code: str) -> HttpResponse:
    like = get_object_or_404(EntryRule, code=code)
    form = NewRuleForm(request.POST or None, like=like)
    context = {
        "title": _("A new rule"),
        "lead": _("It begins as a copy of “%(name)s”; change what differs on the next page.")
        % {"name": sentences.in_language(like, "name")},
        "back": reverse("console_rule", args=[code]),
    }
    return _page_of_addition(
        request, form, context, lambda **values: services.add_rule(by=request.user, like=like, **values)
    )


@organiser
def new_agreement(request: HttpRequest) -> HttpResponse:
    context = {
        "title": _("A new agreement"),
        "lead": _("Its origins and rates are added on the next page."),
        "back": reverse("console_agreements"),
    }
    form = NewAgreementForm(request.POST or None)
    return _page_of_addition(request, form, context, lambda **values: services.add_agreement(by=request.user, **values))


@organiser
def new_admission(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(EntryRule, code=code, evidence=EntryRule.Evidence.ACCESS)
    context = {
        "title": _("A new admission"),
        "lead": _("A product of a country that a protocol or a customs notice admits."),
        "back": reverse("console_rule", args=[code]),
    }
    form = AdmissionForm(request.POST or None)
    return _page_of_addition(
        request, form, context, lambda **values: services.add_admission(by=request.user, rule=row, **values)
    )


def _page_of_addition(request: HttpRequest, form, context: dict, verb: Callable) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        with refusals_in_form(form):
            made = verb(**form.cleaned_data)
            transaction.on_commit(matching_tasks.start_matching)
            messages.success(request, _("Recorded. The audit says who added it."))
            code = getattr(made, "rule_code", None) or made.code
            name = "console_agreement" if "agreement" in type(made).__name__.lower() else "console_rule"
            return redirect(name, code)
    return render(request, "console/rules_new.html", {**context, "form": form}, status=422 if form.errors else 200)


# The questions that decide a rule where no HS code does, and the admissions that satisfy one: read and changed.


@team
@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    rules = list(EntryRule.objects.all())
    rows = [
        {
            "question": row,
            "text": sentences.in_language(row, "text"),
            "decides": [
                sentences.in_language(rule, "name")
                for rule in rules
                if any(code == row.code for code, _answer in rule.conditions)
            ],
            "answers": ReadinessAnswer.objects.filter(question=row.code).count(),
        }
        for row in EntryQuestion.objects.all()
    ]
    return render(request, "console/entry_questions.html", {"rows": rows})


@organiser
def question(request: HttpRequest, code: str) -> HttpResponse:
    row = get_object_or_404(EntryQuestion, code=code)
    form = QuestionForm(request.POST or None, row=row)
    fields = form.changed() if form.is_valid() else {}

    def edit():
        services.edit_question(by=request.user, question=EntryQuestion.objects.get(pk=row.pk), **fields)

    title = sentences.in_language(row, "text")
    return _page(request, row, form, edit, title=title, eyebrow=code, back_url=reverse("console_entry_questions"))


@team
@require_safe
def admissions(request: HttpRequest, code: str) -> HttpResponse:
    rule = get_object_or_404(EntryRule, code=code, evidence=EntryRule.Evidence.ACCESS)
    rows = [
        {
            "row": row,
            "product": sentences.in_language(row, "product"),
            "holds": sentences.period(row.valid_from, row.valid_until),
        }
        for row in AccessNotice.objects.filter(rule_code=code).order_by("origin", "pk")
    ]
    context = {"rule": rule, "name": sentences.in_language(rule, "name"), "rows": rows}
    return render(request, "console/admissions.html", context)


@organiser
def admission(request: HttpRequest, pk: int) -> HttpResponse:
    row = get_object_or_404(AccessNotice, pk=pk)
    form = AdmissionEdit(request.POST or None, row=row)
    fields = form.changed() if form.is_valid() else {}

    def edit():
        services.edit_admission(by=request.user, admission=AccessNotice.objects.get(pk=row.pk), **fields)

    title, back = sentences.in_language(row, "product"), reverse("console_admissions", args=[row.rule_code])
    return _page(request, row, form, edit, title=title, eyebrow=row.basis, back_url=back)


def _page(request: HttpRequest, row, form, edit, *, title: str, eyebrow: str, back_url: str) -> HttpResponse:
    """Preview or save, as the button says."""
    preview = None
    if request.method == "POST" and form.is_valid():
        if "preview" in request.POST:
            preview = preview_edit(form, lambda: services.preview_readiness(edit, products(), form.day()))
        elif apply_edit(form, edit):
            transaction.on_commit(matching_tasks.start_matching)
            messages.success(request, _("Saved. The record keeps what it said before."))
            return redirect(back_url)
    context = {
        "form": form,
        "preview": preview,
        "title": title,
        "eyebrow": eyebrow,
        "back_url": back_url,
        "history": history(row),
    }
    return render(request, "console/rules_asked.html", context, status=422 if form.errors else 200)
