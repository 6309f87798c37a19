"""Actions on many companies: prepared from the list, looked at, confirmed, and their record."""

from uuid import UUID

from django import forms
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from matchmaker.campaigns.models import BulkAction, BulkItem, Tag
from matchmaker.campaigns.models.bulk import NEEDS
from matchmaker.campaigns.services import bulk, bulk_invite
from matchmaker.campaigns.tasks import start_bulk
from matchmaker.companies.tasks import start_invitations
from matchmaker.engines.language import detect
from matchmaker.events.models import Event
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import organiser
from matchmaker.web.console.company_list import CompanyFilter, companies_of
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages

PER_PAGE = 50
# Why a company is left out, by the code of its item.
WHY = {
    "not_waiting": gettext_lazy("does not wait for approval"),
    "own_company": gettext_lazy("your own company: another person of the team decides"),
    "has_tag": gettext_lazy("has the tag already"),
    "no_tag": gettext_lazy("does not have the tag"),
    "no_account": gettext_lazy("nobody has an account: invite the contact person first"),
    "not_approved": gettext_lazy("not approved yet"),
    "registered": gettext_lazy("registered already"),
    "invited": gettext_lazy("invited already"),
    "not_invited": gettext_lazy("not invited"),
    "answered": gettext_lazy("has answered"),
    "just_reminded": gettext_lazy("invited or reminded less than three days ago, or three times"),
    "complete": gettext_lazy("nothing is missing"),
    "just_asked": gettext_lazy("asked less than three days ago"),
    **bulk_invite.REASONS,
    "too_many_invitations": gettext_lazy("too many emails today: continue tomorrow"),
    "gone_on": gettext_lazy("notified already, or it has changed since then"),
}
OTHER = gettext_lazy("it changed meanwhile")


class ChoiceForm(forms.Form):
    """What the verb of an action needs; it has the fields of that verb alone."""

    reason = forms.CharField(
        label=gettext_lazy("What is missing"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Each of the companies reads this."),
    )
    tag = forms.CharField(label=gettext_lazy("Tag"), required=False, max_length=40)
    event = forms.ChoiceField(label=gettext_lazy("Event"), required=False)

    def __init__(self, data=None, *, action: BulkAction):
        super().__init__(data, initial=action.values)
        for name in set(self.fields) - set(NEEDS.get(action.verb, [])):
            del self.fields[name]
        if "event" in self.fields:
            events = Event.objects.filter(campaign=action.campaign, status=Event.Status.PUBLISHED).upcoming()
            self.fields["event"].choices = [(row.slug, str(row)) for row in events]  # type: ignore[attr-defined]
        if "tag" in self.fields:
            self.known = list(Tag.objects.filter(campaign=action.campaign).values_list("name", flat=True))
            self.fields["tag"].widget.attrs["list"] = "known-tags"


@organiser
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """What was done to many companies, newest first."""
    rows = BulkAction.objects.filter(campaign=request.campaign, confirmed_at__isnull=False)
    page = Paginator(rows.select_related("by"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "console/bulk_list.html", {"page": page})


@organiser
@require_POST
def new(request: HttpRequest) -> HttpResponse:
    """From the ticked boxes, or from the filters where all that match are meant."""
    query = request.POST.get("query", "")[:1000]
    if request.POST.get("all"):
        rows = CompanyFilter(QueryDict(query), campaign=request.campaign).rows()
    else:
        rows = companies_of(request.campaign).filter(uid__in=_uids(request.POST.getlist("company")))
    with refusals_in_messages(request):
        verb = request.POST.get("verb", "")
        action = bulk.prepare(by=request.user, campaign=request.campaign, verb=verb, companies=rows)
        _count(action)
        return redirect("console_bulk", action.uid)
    return redirect(f"{reverse('console_companies')}?{QueryDict(query).urlencode()}")


def _uids(texts: list[str]) -> list[UUID]:
    found = []
    for text in texts[:1000]:
        try:
            found.append(UUID(text))
        except ValueError:
            raise Http404 from None
    return found


def _one(request: HttpRequest, uid) -> BulkAction:
    return get_object_or_404(BulkAction.objects.select_related("campaign", "by"), campaign=request.campaign, uid=uid)


@organiser
@require_safe
def show(request: HttpRequest, uid) -> HttpResponse:
    action = _one(request, uid)
    return _page(request, action, ChoiceForm(action=action))


def _page(request: HttpRequest, action: BulkAction, form: ChoiceForm) -> HttpResponse:
    """Before it begins: how many, who is left out and why. Afterwards: what became of each."""
    counts = bulk.counts(action)
    total = sum(counts.values())
    out = {why: n for (outcome, why), n in counts.items() if outcome == BulkItem.Outcome.LEFT_OUT}
    waiting, done = (counts.get((outcome, ""), 0) for outcome in (BulkItem.Outcome.WAITING, BulkItem.Outcome.DONE))
    # The companies apart: PostgreSQL knows nothing yet of rows just written, and would join and sort all of them.
    rows = action.items.prefetch_related("company").order_by("outcome", "why", "pk")
    items = Paginator(rows, PER_PAGE)
    items.count = total  # counted above
    page = items.get_page(request.GET.get("page"))
    context = {
        "action": action,
        "form": form if form.fields and action.state == action.State.PREPARED else None,
        "total": total,
        "will": waiting,
        "figures": _figures(action, counts, total),
        "left_out": sorted(((WHY.get(why, OTHER), n) for why, n in out.items()), key=lambda pair: -pair[1]),
        "page": page,
        "rows": [(item, WHY.get(item.why, OTHER) if item.why else "") for item in page.object_list],
        "facts": _facts(action),
        "job": _job(action, total - waiting, total),
        "event": Event.objects.filter(campaign=action.campaign, slug=action.values.get("event", "")).first(),
        "group": done if action.verb == action.Verb.ANNOUNCE and action.state == action.State.DONE else 0,
    }
    return render(request, "console/bulk.html", context, status=422 if form.errors else 200)


def _figures(action: BulkAction, counts: dict, total: int) -> list[dict]:
    def of(outcome: str) -> int:
        return sum(n for (one, _why), n in counts.items() if one == outcome)

    entries = [
        (_("companies chosen"), total),
        (_("to be done"), of(BulkItem.Outcome.WAITING) if action.is_set else 0),
        (_("done"), of(BulkItem.Outcome.DONE)),
        (_("left out"), of(BulkItem.Outcome.LEFT_OUT)),
        (_("taken back"), of(BulkItem.Outcome.UNDONE)),
    ]
    return [{"label": label, "value": n, "first": number == 1} for number, (label, n) in enumerate(entries) if n]


def _facts(action: BulkAction) -> list[dict]:
    reason, tag = action.values.get("reason", ""), action.values.get("tag", "")
    return [
        {"label": _("Reason"), "value": reason, "lang": detect(reason) if reason else ""},
        {"label": _("Tag"), "value": tag, "lang": detect(tag) if tag else ""},
        {"label": _("Confirmed by"), "value": str(action.by) if action.confirmed_at else ""},
    ]


def _job(action: BulkAction, done: int, total: int) -> dict | None:
    if action.state not in BulkAction.FOR_WORKERS:
        return None
    if action.state == BulkAction.State.COUNTING:
        return {"state": "running", "label": _("The companies are being counted")}
    return {"state": "running", "label": action.get_verb_display(), "done": done, "total": total}


@organiser
@require_safe
def progress(request: HttpRequest, uid) -> HttpResponse:
    """The progress bar alone, which asks for itself again; when the work has ended it opens the page anew.

    After counting, the page shows what would be done and asks for it; after the work, the result and the way back.
    """
    action = _one(request, uid)
    total = action.items.count()
    done = total - action.items.filter(outcome=BulkItem.Outcome.WAITING).count()
    job, page = _job(action, done, total), reverse("console_bulk", args=[uid])
    if job is None and request.htmx:
        return HttpResponseClientRedirect(page)
    context = {"job": job, "poll_url": request.path, "result_url": page}
    if job is None:
        context["job"] = {"state": "done", "label": action.get_verb_display()}
    if action.state == action.State.PREPARED:
        context["job"]["message"] = _("Counted. Look and confirm: nothing is done yet.")
        context["result_label"] = _("Look and confirm")
    return render(request, "components/job.html", context)


@organiser
@require_POST
def choose(request: HttpRequest, uid) -> HttpResponse:
    action = _one(request, uid)
    form = ChoiceForm(request.POST, action=action)
    if form.is_valid():
        with refusals_in_form(form):
            _count(bulk.choose(by=request.user, action=action, **form.cleaned_data))
            return redirect("console_bulk", uid)
    return _page(request, action, form)


@organiser
@require_POST
def confirm(request: HttpRequest, uid) -> HttpResponse:
    """Few companies are done when the next page opens; a worker goes on with many."""
    with refusals_in_messages(request):
        action = bulk.confirm(by=request.user, action=_one(request, uid))
        _go_on(action)
    return redirect("console_bulk", uid)


@organiser
@require_POST
def undo(request: HttpRequest, uid) -> HttpResponse:
    with refusals_in_messages(request):
        _go_on(bulk.undo(by=request.user, action=_one(request, uid)))
    return redirect("console_bulk", uid)


def _count(action: BulkAction) -> None:
    """Many companies are counted by a worker, now."""
    if action.state == BulkAction.State.COUNTING:
        transaction.on_commit(start_bulk)


def _go_on(action: BulkAction) -> None:
    def work() -> None:
        if action.state == BulkAction.State.COUNTING or not bulk.work_on(action.pk):
            start_bulk()
        start_delivery()
        start_invitations()

    transaction.on_commit(work)
