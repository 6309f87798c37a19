"""Addresses with demands that are read by the timetable: set up, watched, paused, removed."""

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from matchmaker.imports import sentences, services
from matchmaker.imports.kinds import KINDS
from matchmaker.imports.models import Feed, Import
from matchmaker.imports.tasks import start_feeds
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms import fields
from matchmaker.web.forms.refusals import refusals_in_form, refusals_in_messages
from matchmaker.web.imports import owners

SHOWN = 20  # readings
HOURS = (1, 3, 6, 12, 24, 72, 168)


class FeedForm(forms.Form):
    name = fields.LineField(
        label=gettext_lazy("Name"), max_length=80, help_text=gettext_lazy("Whose demands these are, in your words.")
    )
    url = fields.LineField(
        label=gettext_lazy("Address"),
        max_length=500,
        widget=forms.URLInput(attrs={"placeholder": "https://"}),
        help_text=gettext_lazy("A CSV file or JSON that anybody can read over https."),
    )
    hours = forms.TypedChoiceField(label=gettext_lazy("Read it every"), coerce=int, choices=())
    publish = forms.BooleanField(
        label=gettext_lazy("Open new demands at once"),
        required=False,
        help_text=gettext_lazy("Otherwise each waits as a draft until its buyer opens it. Both are screened."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        choices = [(hours, _("%(n)d h") % {"n": hours}) for hours in HOURS]
        self.fields["hours"].choices = choices  # type: ignore[attr-defined]  # a choice field has them


def list_feeds(request: HttpRequest) -> list[dict]:
    feeds = Feed.objects.visible_to(request.user).select_related("company", "campaign", "batch")
    return [{"feed": feed, "state": state_of(feed)} for feed in feeds]


def state_of(feed: Feed) -> dict:
    if feed.state == Feed.State.PAUSED:
        return {"label": feed.get_state_display(), "tone": "", "icon": "player-pause"}
    if feed.batch_id:
        return {"label": _("being imported"), "tone": "info", "icon": "clock"}
    if feed.problem:
        tone = "missing" if feed.problem["code"] in ("some_rejected", "many_gone") else "fail"
        return {"label": _("needs a look"), "tone": tone, "icon": "alert-triangle"}
    if feed.read_at is None:
        return {"label": _("not read yet"), "tone": "", "icon": "clock"}
    return {"label": _("up to date"), "tone": "met", "icon": "circle-check"}


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, owner: str) -> HttpResponse:
    found = owners.owner_for(request, owner, Import.Kind.DEMANDS)
    refusal = owners.why_not(request, found, Import.Kind.FEED)
    form = FeedForm(request.POST or None, initial={"hours": 6})
    is_sent = request.method == "POST" and not refusal and form.is_valid()
    if is_sent and (feed := _save(request, form, **found.takes())):
        return redirect("feed", feed.uid)
    columns = [c for c in KINDS[Import.Kind.FEED].columns if c.name != "company" or found.company is None]
    context = {"form": form, "owner": found, "columns": columns, "refusal": refusal}
    status = 403 if refusal else 422 if form.errors else 200
    return render(request, "imports/feed_new.html", context, status=status)


def _save(request: HttpRequest, form: FeedForm, **about) -> Feed | None:
    with refusals_in_form(form):
        feed = services.save_feed(by=request.user, **about, **form.cleaned_data)
        transaction.on_commit(start_feeds)
        messages.success(request, _("Saved. It is read within a minute."))
        return feed
    return None


def feed_for(request: HttpRequest, uid) -> Feed:
    feeds = Feed.objects.visible_to(request.user).select_related("company", "batch").with_counts()
    feed = get_object_or_404(feeds, uid=uid)
    request.area = "buyer" if feed.company_id else "console"  # type: ignore[attr-defined]
    return feed


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uid) -> HttpResponse:
    feed = feed_for(request, uid)
    initial = {name: getattr(feed, name) for name in FeedForm.base_fields}
    form = FeedForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid() and _save(request, form, feed=feed):
        return redirect("feed", uid)
    context = {
        "feed": feed,
        "form": form,
        "state": state_of(feed),
        "problem": sentences.unreadable(feed.problem["code"], feed.problem["facts"]) if feed.problem else "",
        "batches": feed.batches.defer("content")[:SHOWN],
    }
    return render(request, "imports/feed.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def turn(request: HttpRequest, uid, verb: str) -> HttpResponse:
    feed = feed_for(request, uid)
    templates = {
        "read": _("It is read within a minute."),
        "pause": _("Paused. Its demands stay as they are."),
        "resume": _("It is read within a minute."),
        "agree": _("What is not there any more is withdrawn at the next reading, within a minute."),
        "remove": _("The address is forgotten. The demands it brought stay."),
    }
    if verb not in templates:
        raise Http404
    with refusals_in_messages(request):
        if verb == "remove":
            services.remove_feed(by=request.user, feed=feed)
        else:
            services.turn_feed(by=request.user, feed=feed, verb=verb)
        transaction.on_commit(start_feeds)
        messages.success(request, templates[verb])
        return redirect("imports") if verb == "remove" else redirect("feed", uid)
    return redirect("feed", uid)
