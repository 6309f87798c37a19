"""The first page of an event: where it stands, what is next, what is late, who is responsible, which days matter."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from matchmaker.core.formats import number, percent
from matchmaker.core.lists import join_label
from matchmaker.events.models import Event, EventInvitation
from matchmaker.reporting.services import event_overview
from matchmaker.reporting.services.overview import EventCounts, EventOverview, LateThing, Step
from matchmaker.web.access.decorators import may_change, opens_for, team
from matchmaker.web.console.events.event import event_of

STEPS = {
    "invited": pgettext_lazy("companies", "Invited"),
    "answered": gettext_lazy("Answered the invitation"),
    "registered": gettext_lazy("Registered"),
    "wishes": gettext_lazy("Wrote wishes"),
    "plan": gettext_lazy("Plan computed"),
    "published": gettext_lazy("Plan published"),
    "checked_in": gettext_lazy("Checked in"),
    "held": gettext_lazy("Meetings held"),
    "survey": gettext_lazy("Survey answered"),
}
NEXT = {
    "publish_event": gettext_lazy("Publish the event"),
    "invite": gettext_lazy("Invite companies"),
    "remind": gettext_lazy("Remind those who have not answered"),
    "wishes": gettext_lazy("Write to those without wishes"),
    "plan": gettext_lazy("Compute the plan"),
    "computing": gettext_lazy("See how far the plan is"),
    "publish_plan": gettext_lazy("Look at the plan and publish it"),
    "unplaced": gettext_lazy("Give agreed meetings a time"),
    "paper": gettext_lazy("Print badges and papers"),
    "today": gettext_lazy("Open the day"),
    "outcomes": gettext_lazy("Complete what became of the meetings"),
    "results": gettext_lazy("Read the results"),
}
WHY = {
    "publish_event": gettext_lazy("It is a draft: nobody outside the team sees it or can register."),
    "invite": gettext_lazy("No company is registered yet."),
    "remind": gettext_lazy("Companies that answer now can still write their wishes."),
    "wishes": gettext_lazy("A plan knows only what companies wish for."),
    "plan": gettext_lazy("Compute as many drafts as you like; nobody sees them before you publish one."),
    "computing": gettext_lazy("The scheduler works on a draft."),
    "publish_plan": gettext_lazy("A draft is ready. Companies learn their times when you publish it."),
    "unplaced": gettext_lazy("Both sides agreed after the plan was published."),
    "paper": gettext_lazy("The plan is published. Badges, table signs and agendas can be printed."),
    "today": gettext_lazy("The event is on: who is inside, who is late, which tables are free."),
    "outcomes": gettext_lazy("The event is over, but what became of some meetings is open."),
    "results": gettext_lazy("The event is over, and every meeting has its outcome."),
}
DAYS = {
    "registration_opens": gettext_lazy("Registration opens"),
    "registration_closes": gettext_lazy("Registration closes"),
    "planned": gettext_lazy("Plan computed"),
    "published": gettext_lazy("Plan published"),
    "to_publish": gettext_lazy("Plan to be published"),
    "event": gettext_lazy("Day of the event"),
    "survey": gettext_lazy("The survey is sent"),
}


@dataclass(frozen=True, slots=True)
class NextStep:
    """The one button: a link, or a form where `is_form`."""

    label: str
    why: str
    url: str
    is_form: bool = False


@team
def overview(request: HttpRequest, slug: str) -> HttpResponse:
    """A form that was opened at this address while it was the page of the settings is sent on to these."""
    if request.method == "POST":
        return redirect("console_event_settings", slug, preserve_request=True)
    event = event_of(request, slug)
    found = event_overview(event)
    urls = {code: url if opens_for(request.role, url) else "" for code, url in _urls(event).items()}
    context = {
        "event": event,
        "tab": "overview",
        "steps": [_step(step, found, urls) for step in found.steps],
        "next": _next(request, found, urls),
        "late": [_late(thing, urls) for thing in found.late],
        "days": [{"label": DAYS[mark.code], "day": mark.day} for mark in found.days],
        "people": event.campaign.organisers.select_related("user").order_by("role", "pk"),
    }
    return render(request, "console/event_overview.html", context)


def _urls(event: Event) -> dict[str, str]:
    """The page on which each step is worked on, and what is next or late is done."""
    page = {
        name: reverse(f"console_event_{name}", args=[event.slug])
        for name in (
            "settings", "publish", "participants", "invitations", "plans", "meetings", "today", "checkin", "paper",
            "results",
        )
    }  # fmt: skip
    companies = f"{reverse('console_companies')}?event={event.slug}&answer="
    return {
        "publish_event": page["publish"],
        "draft": page["settings"],
        "room": page["settings"],
        "invite": f"{companies}not_invited&status=approved",
        "invited": page["invitations"],
        "answered": page["invitations"],
        "answers": f"{page['invitations']}?state=none",
        "remind": f"{page['invitations']}?state=none",
        "registered": page["participants"],
        "wishes": f"{companies}no_wishes",
        "checked_in": page["checkin"],
        "today": page["today"],
        "paper": page["paper"],
        "survey": page["results"],
        "results": page["results"],
        **dict.fromkeys(("plan", "published", "computing", "publish_plan", "plan_failed", "unplaced"), page["plans"]),
        **dict.fromkeys(("held", "outcomes", "disputed"), page["meetings"]),
    }


def _next(request: HttpRequest, found: EventOverview, urls: dict[str, str]) -> NextStep | None:
    """None where nothing is left, or where the reader may not do it."""
    code = found.next
    if not code or not urls[code] or (code == "publish_event" and not may_change(request)):
        return None
    return NextStep(str(NEXT[code]), str(WHY[code]), urls[code], is_form=code == "publish_event")


def _step(step: Step, found: EventOverview, urls: dict[str, str]) -> dict:
    """A row of the component `step_list`."""
    return {
        "label": STEPS[step.code],
        "state": step.state,
        "n": number(step.n),
        "detail": _detail(step, found.counts),
        "url": urls[step.code],
    }


def _detail(step: Step, counts: EventCounts) -> list[str]:
    """Facts of the small line below the name of a step."""
    of = _("of %(n)s") % {"n": number(step.of)} if step.of else ""
    texts = {
        "answered": lambda: [of, *_answers(counts)],
        "registered": lambda: [
            _("places: %(n)s") % {"n": number(step.of)},
            _("on the waiting list: %(n)s") % {"n": number(counts.waiting)} if counts.waiting else "",
        ],
        "wishes": lambda: [of, _wishes(counts)],
        "plan": lambda: [_("meetings in the plan"), counts.plan.get_state_display()] if counts.plan else [],
        "published": lambda: [_("meetings in the plan")] if counts.is_published else [],
        "checked_in": lambda: [_("of %(n)s people expected") % {"n": number(step.of)} if step.of else ""],
        "held": lambda: [of, *_outcomes(counts)],
        "survey": lambda: [_("of %(n)s people who were sent it") % {"n": number(step.of)} if step.of else ""],
    }
    return [text for text in texts[step.code]() if text] if step.code in texts else []


def _wishes(counts: EventCounts) -> str:
    count = counts.wishes
    return ngettext("%(n)s wish", "%(n)s wishes", count) % {"n": number(count)} if count else ""


def _answers(counts: EventCounts) -> list[str]:
    given = [(label, counts.answers.get(value, 0)) for value, label in EventInvitation.Answer.choices if value]
    return [join_label(label, number(count)) for label, count in given if count]


def _outcomes(counts: EventCounts) -> list[str]:
    """How many of the meetings that were held or missed were held, and how many were missed."""
    row = counts.row
    held = _("%(percent)s of them kept") % {"percent": percent(row.kept)} if row.kept is not None else ""
    return [held, join_label(_("Missed"), number(row.missed)) if row.missed else ""]


def _late(thing: LateThing, urls: dict[str, str]) -> dict:
    """A row of the list of what is late: a sentence, its day, and the page that mends it."""
    counted = {"n": number(thing.n)}
    sentences = {
        "draft": lambda: _("Registration was to begin, but the event is still a draft."),
        "room": lambda: _("This online event has no address of its rooms."),
        "answers": lambda: (
            ngettext("%(n)s company has not answered.", "%(n)s companies have not answered.", thing.n) % counted
        ),
        "unplaced": lambda: (
            ngettext("%(n)s agreed meeting has no time.", "%(n)s agreed meetings have no time.", thing.n) % counted
        ),
        "plan_failed": lambda: _("The last plan could not be computed."),
        "plan": lambda: _("Registration is closed, and no plan is published."),
        "wishes": lambda: (
            ngettext("%(n)s company has no wishes.", "%(n)s companies have no wishes.", thing.n) % counted
        ),
        "outcomes": lambda: (
            ngettext("%(n)s meeting has no outcome.", "%(n)s meetings have no outcome.", thing.n) % counted
        ),
        "disputed": lambda: (
            ngettext("%(n)s meeting is in dispute.", "%(n)s meetings are in dispute.", thing.n) % counted
        ),
    }
    until = thing.code in ("answers", "room")
    return {"text": sentences[thing.code](), "day": thing.day, "is_deadline": until, "url": urls[thing.code]}
