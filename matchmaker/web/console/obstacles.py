"""Obstacles of the campaign's companies: what waits, who is responsible until when, how it ended."""

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import F, Q
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from matchmaker.accounts.models import User
from matchmaker.messaging.models import Obstacle
from matchmaker.messaging.models.obstacles import LONGEST
from matchmaker.messaging.services import obstacles
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form

PAGE = 30
SHOWN = {
    "waiting": gettext_lazy("Waiting for the team"),
    "open": gettext_lazy("All that are open"),
    "closed": gettext_lazy("Closed"),
}


class AnswerForm(forms.Form):
    text = fields.TextField(
        label=gettext_lazy("Answer"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 4, "maxlength": LONGEST}),
        help_text=gettext_lazy("The company and the partners that follow it read it."),
    )


class WorkForm(forms.Form):
    responsible = forms.ModelChoiceField(
        label=gettext_lazy("Who is responsible"),
        queryset=User.objects.none(),
        required=False,
        empty_label=gettext_lazy("not decided"),
    )
    due_on = forms.DateField(
        label=gettext_lazy("Answer by"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args, case: Obstacle, **kwargs):
        super().__init__(*args, initial={"responsible": case.responsible_id, "due_on": case.due_on}, **kwargs)
        self.fields["responsible"].queryset = obstacles.deciders(case.campaign)


class CloseForm(forms.Form):
    prefix = "close"  # it stands beside the form of an answer

    outcome = forms.ChoiceField(label=gettext_lazy("How did it end?"), widget=forms.RadioSelect)
    text = fields.TextField(
        label=gettext_lazy("What the company should know"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": LONGEST}),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        outcomes = obstacles.outcomes_of(obstacles.Side.TEAM)
        self.fields["outcome"].choices = [(one.value, one.label) for one in outcomes]


def _cases(request):
    return Obstacle.objects.visible_to(request.user).filter(campaign=request.campaign).for_lists()


@organiser
@require_safe
def index(request):
    rows = _cases(request)
    shown = request.GET.get("show") if request.GET.get("show") in SHOWN else "waiting"
    lists = {"waiting": rows.waiting(), "open": rows.open(), "closed": rows.filter(state=Obstacle.State.CLOSED)}
    chosen = lists[shown]
    kind = request.GET.get("kind") if request.GET.get("kind") in Obstacle.Kind.values else ""
    if kind:
        chosen = chosen.filter(kind=kind)
    by_day = [F("due_on").asc(nulls_last=True), "pk"] if shown != "closed" else ["-closed_at"]
    context = {
        "page": Paginator(chosen.order_by(*by_day), PAGE).get_page(request.GET.get("page")),
        "tabs": [(code, label, lists[code].count(), code == shown) for code, label in SHOWN.items()],
        "kinds": Obstacle.Kind.choices,
        "shown": shown,
        "kind": kind,
    }
    return render(request, "console/obstacles.html", context)


def _page(request, case, **forms_in):
    context = {
        "case": case,
        "answers": case.answers.select_related("author"),
        "partners": case.company.enrolments.filter(
            Q(partner__campaign=case.campaign), partner__closed_at__isnull=True
        ).select_related("partner"),
        "form": forms_in.get("answer") or AnswerForm(),
        "work": forms_in.get("work") or WorkForm(case=case),
        "close_form": forms_in.get("close") or CloseForm(),
    }
    return render(request, "console/obstacle.html", context, status=422 if forms_in else 200)


def _case(request, uid):
    return get_object_or_404(_cases(request).select_related("enquiry", "product", "partner"), uid=uid)


@organiser
@require_safe
def show(request, uid):
    return _page(request, _case(request, uid))


@organiser
@require_POST
def answer(request, uid):
    case, form = _case(request, uid), AnswerForm(request.POST)
    if form.is_valid():
        with refusals_in_form(form):
            obstacles.answer_obstacle(by=request.user, obstacle=case, text=form.cleaned_data["text"])
            transaction.on_commit(start_delivery)
            messages.success(request, _("Your answer is written."))
            return redirect("console_obstacle", uid)
    return _page(request, case, answer=form)


@organiser
@require_POST
def work_on(request, uid):
    case = _case(request, uid)
    form = WorkForm(request.POST, case=case)
    if form.is_valid():
        with refusals_in_form(form):
            obstacles.work_on_obstacle(by=request.user, obstacle=case, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("Saved."))
            return redirect("console_obstacle", uid)
    return _page(request, case, work=form)


@organiser
@require_POST
def close(request, uid):
    case, form = _case(request, uid), CloseForm(request.POST)
    if form.is_valid():
        with refusals_in_form(form):
            obstacles.close_obstacle(by=request.user, obstacle=case, **form.cleaned_data)
            transaction.on_commit(start_delivery)
            messages.success(request, _("The case is closed."))
            return redirect("console_obstacle", uid)
    return _page(request, case, close=form)
