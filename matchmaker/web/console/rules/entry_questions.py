"""The questions that decide a rule where no HS code does, and the admissions that satisfy one: read and changed."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.market_access import sentences, services
from matchmaker.market_access.models import AccessNotice, EntryQuestion, EntryRule, ReadinessAnswer
from matchmaker.matching import tasks as matching_tasks
from matchmaker.web.access.decorators import organiser, team
from matchmaker.web.console.rules.forms import AdmissionEdit, QuestionForm
from matchmaker.web.console.rules.records import done, history, previewed, products


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
            preview = previewed(form, lambda: services.preview_readiness(edit, products(), form.day()))
        elif done(form, edit):
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
