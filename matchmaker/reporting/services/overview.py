"""Where an event or a campaign stands: its steps with figures, what is late, days that matter, and what comes next.

Codes and figures only: pages put them into words and lead to the page where a step is worked on.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from django.db.models import Case, Count, Q, When
from django.utils import timezone

from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.events.models import (
    Attendee,
    Event,
    EventInvitation,
    EventParticipation,
    MeetingRequest,
    PlanDraft,
    Wish,
)
from matchmaker.reporting.services.facts import Scope
from matchmaker.reporting.services.report import EventRow, event_row
from matchmaker.reporting.services.surveys import SEND_WITHIN

DONE, NEXT, UNDER_WAY, NOT_YET, LEFT_OUT = "done", "next", "under_way", "not_yet", "left_out"
OPTIONAL = "optional"
MOST = 1_000  # companies of a campaign that are counted: the list behind the step counts them all
# What is next → the step it belongs to.
STEP_OF = {
    "invite": "invited",
    "remind": "answered",
    "wishes": "wishes",
    "plan": "plan",
    "computing": "plan",
    "publish_plan": "published",
    "unplaced": "published",
    "today": "checked_in",
    "outcomes": "held",
}
SOON = dt.timedelta(days=7)  # before the last day of registration: who has not answered by then is late
MOST_PLANS = 20  # looked at for the one that counts
MOST_DAYS = 5  # of a long event the first and the last day are named


@dataclass(frozen=True, slots=True)
class Step:
    """`n` of what the step is about, `of` how many where that is known; `state` is one of those above."""

    code: str
    state: str
    n: int
    of: int | None = None


@dataclass(frozen=True, slots=True)
class LateThing:
    """What should have happened by a day, or waits for a person; `day` is None where it has none."""

    code: str
    n: int = 0
    day: dt.date | None = None


@dataclass(frozen=True, slots=True)
class DayMark:
    """A day that matters, on the clock of the event; None where no day is set."""

    code: str
    day: dt.date | None


@dataclass(frozen=True, slots=True)
class EventCounts:
    """Figures of an event: companies unless a name says otherwise."""

    invited: int
    answers: dict[str, int]
    registered: int
    waiting: int
    with_wishes: int
    wishes: int  # wishes, not companies
    plan: PlanDraft | None  # the published one, else the newest that was not discarded
    people: int  # expected
    inside: int  # people who were let in
    unplaced: int  # requests that both agreed to, without a time
    row: EventRow  # as the report counts the event

    @property
    def unanswered(self) -> int:
        return self.answers.get(EventInvitation.Answer.NONE, 0)

    @property
    def meetings(self) -> int:
        """Those that hold a slot or held one."""
        return self.row.held + self.row.missed + self.row.disputed + self.row.open

    @property
    def is_published(self) -> bool:
        return self.plan is not None and self.plan.state == PlanDraft.State.PUBLISHED


@dataclass(frozen=True, slots=True)
class EventOverview:
    """`next` is the code of the one thing to do now; '' where nothing is left."""

    counts: EventCounts
    steps: tuple[Step, ...]
    late: tuple[LateThing, ...]
    days: tuple[DayMark, ...]
    next: str


def event_overview(event: Event) -> EventOverview:
    """Where an event stands today on its own clock. Twelve queries, however many companies it has."""
    counts = _counts(event)
    today = timezone.localdate(timezone=event.zone)
    code = _next(event, counts, today)
    steps = _steps(event, counts, today)
    if event.ends_on < today:  # the survey is still to be sent
        steps = tuple(replace(one, state=LEFT_OUT) if one.state == NOT_YET else one for one in steps[:-1]) + steps[-1:]
    return EventOverview(
        counts,
        steps=mark_next(steps, STEP_OF.get(code, "")),
        late=tuple(_late(event, counts, today)),
        days=_days(event, counts, today),
        next=code,
    )


def mark_next(steps: Iterable[Step], code: str) -> tuple[Step, ...]:
    """The steps with the one of this code as the next, unless it is done."""
    return tuple(replace(one, state=NEXT) if one.code == code and one.state != DONE else one for one in steps)


def _counts(event: Event) -> EventCounts:
    answers = event.invitations.count_by_answer()
    states = dict(event.participations.order_by().values_list("status").annotate(n=Count("pk")))
    wishes = Wish.objects.positive().filter(event=event)
    people = Attendee.objects.expected().filter(participation__event=event).count_inside()
    status = EventParticipation.Status
    return EventCounts(
        invited=sum(answers.values()),
        answers=answers,
        registered=states.get(status.REGISTERED, 0),
        waiting=states.get(status.WAITING, 0),
        with_wishes=event.participations.registered().filter(company__in=wishes.values("company")).count(),
        wishes=wishes.count(),
        plan=_plan(event),
        people=people["all"],
        inside=people["inside"],
        unplaced=MeetingRequest.objects.filter(event=event).waiting_for_a_time().count(),
        row=event_row(event),
    )


def _plan(event: Event) -> PlanDraft | None:
    """The published plan; without one the newest that can still become it."""
    state = PlanDraft.State
    first = Case(When(state=state.PUBLISHED, then=0), default=1)
    plans = event.plans.light().exclude(state__in=[state.DISCARDED, state.REPLACED]).order_by(first, "-pk")
    return next((one for one in plans[:MOST_PLANS] if not one.is_what_if), None)


def _steps(event: Event, counts: EventCounts, today: dt.date) -> tuple[Step, ...]:
    """Each step by its own figures; what a later step has made needless counts as done."""
    row, plan = counts.row, counts.plan
    begun, over = event.starts_on <= today, event.ends_on < today
    closed = begun or (event.registration_until is not None and event.registration_until < today)
    is_ready = plan is not None and plan.state in (PlanDraft.State.READY, PlanDraft.State.PUBLISHED)
    ended = row.held + row.missed + row.disputed
    return (
        Step("invited", _state(counts.invited, is_done=counts.invited > 0), counts.invited),
        Step(
            "answered",
            _state(counts.invited - counts.unanswered, is_done=counts.invited > 0 and not counts.unanswered),
            counts.invited - counts.unanswered,
            counts.invited,
        ),
        Step(
            "registered",
            _state(counts.registered, is_done=closed and counts.registered > 0),
            counts.registered,
            event.capacity,
        ),
        Step(
            "wishes",
            _state(counts.with_wishes, is_done=counts.is_published or 0 < counts.registered == counts.with_wishes),
            counts.with_wishes,
            counts.registered,
        ),
        Step("plan", _state(plan, is_done=is_ready), plan.meetings_count if plan else 0),
        Step("published", _state(0, is_done=counts.is_published), counts.meetings if counts.is_published else 0),
        Step("checked_in", _state(counts.inside, is_done=over and counts.inside > 0), counts.inside, counts.people),
        Step(
            "held", _state(ended, is_done=over and ended > 0 and not row.open + row.disputed), row.held, counts.meetings
        ),
        Step(
            "survey",
            _state(row.surveyed, is_done=row.surveyed > 0 and event.ends_on + SEND_WITHIN < today),
            row.answers,
            row.surveyed,
        ),
    )


def _state(begun: object, *, is_done: bool) -> str:
    return DONE if is_done else UNDER_WAY if begun else NOT_YET


def _late(event: Event, counts: EventCounts, today: dt.date) -> Iterable[LateThing]:
    if event.status == Event.Status.CANCELLED:
        return
    opening = event.registration_from or event.starts_on
    if event.status == Event.Status.DRAFT and opening <= today:
        yield LateThing("draft", day=opening)
    if event.mode == Event.Mode.ONLINE and not event.room_url:
        yield LateThing("room", day=event.starts_on)
    if event.ends_on >= today:
        yield from _late_before(event, counts, today)
    elif counts.row.open:
        yield LateThing("outcomes", counts.row.open, event.ends_on)
    if counts.row.disputed:
        yield LateThing("disputed", counts.row.disputed)


def _late_before(event: Event, counts: EventCounts, today: dt.date) -> Iterable[LateThing]:
    """What is late before the last day is over."""
    last = event.registration_until or event.starts_on
    if counts.unanswered and last <= today + SOON:
        yield LateThing("answers", counts.unanswered, last)
    if counts.unplaced:
        yield LateThing("unplaced", counts.unplaced)
    if counts.is_published:
        return
    if counts.plan is not None and counts.plan.state == PlanDraft.State.FAILED:
        yield LateThing("plan_failed", day=timezone.localdate(counts.plan.created_at, timezone=event.zone))
    if counts.registered and last < today:
        yield LateThing("plan", day=last)
        if counts.registered > counts.with_wishes:
            yield LateThing("wishes", counts.registered - counts.with_wishes, last)


def _days(event: Event, counts: EventCounts, today: dt.date) -> tuple[DayMark, ...]:
    """In order of time; a plan that is still to be published stands without a day after the registration."""
    plan, zone = counts.plan, event.zone
    days = [("registration_opens", event.registration_from), ("registration_closes", event.registration_until)]
    if plan is not None and plan.finished_at and plan.state != PlanDraft.State.FAILED:
        days.append(("planned", timezone.localdate(plan.finished_at, timezone=zone)))
    if plan is not None and counts.is_published and plan.published_at:
        days.append(("published", timezone.localdate(plan.published_at, timezone=zone)))
    held = event.days if len(event.days) <= MOST_DAYS else [event.starts_on, event.ends_on]
    dated = [DayMark(code, day) for code, day in days if day is not None]
    dated = sorted(dated, key=lambda mark: mark.day or event.starts_on)
    without = [] if counts.is_published or event.ends_on < today else [DayMark("to_publish", None)]
    after = event.ends_on + dt.timedelta(days=1)
    return (*dated, *without, *(DayMark("event", day) for day in held), DayMark("survey", after))


def _next(event: Event, counts: EventCounts, today: dt.date) -> str:
    """The one thing to do now."""
    if event.status != Event.Status.PUBLISHED:
        return "publish_event" if event.status == Event.Status.DRAFT else ""
    if event.ends_on < today:
        return "outcomes" if counts.row.open or counts.row.disputed else "results"
    if counts.unplaced:
        return "unplaced"
    if event.starts_on <= today and counts.is_published:
        return "today"
    return "paper" if counts.is_published else _next_before(event, counts, today)


def _next_before(event: Event, counts: EventCounts, today: dt.date) -> str:
    """Before a plan is published: people first, then the plan."""
    state = counts.plan.state if counts.plan else ""
    if state == PlanDraft.State.COMPUTING:
        return "computing"
    if state == PlanDraft.State.READY:
        return "publish_plan"
    if not counts.registered:
        return "remind" if counts.unanswered else "invite"
    last = event.registration_until or event.starts_on - SOON
    if last >= today and counts.unanswered:
        return "remind"
    if last >= today and counts.with_wishes < counts.registered:
        return "wishes"
    return "plan"


@dataclass(frozen=True, slots=True)
class CampaignDay:
    """A day of a campaign or, where `event` is set, of one of its events."""

    code: str
    day: dt.date
    event: Event | None = None


@dataclass(frozen=True, slots=True)
class CampaignOverview:
    """`next` is the code of the step to take now; '' where none is left. `came` of the invited `companies` came."""

    steps: tuple[Step, ...]
    days: tuple[CampaignDay, ...]
    next: str
    came: int


def campaign_overview(campaign: Campaign) -> CampaignOverview:
    """The way of a campaign from its brand to its report. Six queries, however many companies and events it has."""
    today = timezone.localdate()
    events = list(campaign.events.exclude(status=Event.Status.CANCELLED).order_by("starts_on", "pk"))
    invited = campaign.company_invitations.order_by().aggregate(
        all=Count("pk"), came=Count("pk", filter=Q(invitation__accepted_at__isnull=False))
    )
    partners = Partner.objects.open().filter(campaign=campaign).order_by().count()
    companies = Scope((campaign,)).companies()[: MOST + 1].count()
    steps = (
        _brand(campaign),
        Step("partners", DONE if partners else OPTIONAL, partners),
        Step("companies", _state(companies, is_done=companies > 0), companies),
        Step("invitations", _state(0, is_done=invited["all"] > 0), invited["all"]),
        *_steps_of_events(campaign, events, today),
        _report(campaign, events, today),
    )
    code = _next_of_campaign(campaign, steps)
    return CampaignOverview(mark_next(steps, code), _campaign_days(campaign, events, today), code, invited["came"])


def _brand(campaign: Campaign) -> Step:
    """How many parts of the brand are set: short name, colour, logo, sender."""
    parts = (campaign.short_name, campaign.colour, campaign.logo_digest, campaign.sender_name)
    n = sum(map(bool, parts))
    return Step("brand", _state(n, is_done=n > 0), n, len(parts))


def _steps_of_events(campaign: Campaign, events: Sequence[Event], today: dt.date) -> tuple[Step, ...]:
    """Events, their plans, and the papers of those whose plan is published."""
    plans = PlanDraft.objects.filter(event__campaign=campaign, state=PlanDraft.State.PUBLISHED)
    planned = set(plans.order_by().values_list("event", flat=True))
    published = [event for event in events if event.status == Event.Status.PUBLISHED]
    to_plan = [event for event in published if event.ends_on >= today and event.pk not in planned]
    with_plan = [event for event in published if event.pk in planned]
    at_events = Attendee.objects.expected().filter(participation__event__in=[event.pk for event in with_plan])
    people = at_events.count_inside()
    printed = people["inside"] > 0 or any(event.ends_on < today for event in with_plan)
    return (
        Step("event", _state(events, is_done=bool(published)), len(events)),
        Step("plan", _state(with_plan, is_done=bool(with_plan) and not to_plan), len(with_plan), len(published)),
        Step("papers", _state(people["all"], is_done=printed), people["all"]),
    )


def _report(campaign: Campaign, events: Sequence[Event], today: dt.date) -> Step:
    """It has something to show once an event is over, and is complete once the campaign takes nothing new."""
    over = sum(event.ends_on < today for event in events)
    return Step("report", _state(over, is_done=over > 0 and not campaign.takes_new), over, len(events))


def _next_of_campaign(campaign: Campaign, steps: Sequence[Step]) -> str:
    """The first step that is not done after the last that is; a campaign that takes nothing new has its report left."""
    last = max((place for place, step in enumerate(steps) if step.state == DONE), default=-1)
    left = [step.code for step in steps[last + 1 :] if step.state != OPTIONAL]
    if campaign.is_archived or not left:
        return ""
    return left[0] if campaign.takes_new else left[-1]


def _campaign_days(campaign: Campaign, events: Iterable[Event], today: dt.date) -> tuple[CampaignDay, ...]:
    """The next days that matter, in order of time."""
    days = [CampaignDay("starts", campaign.starts_on), CampaignDay("ends", campaign.ends_on)]
    for event in events:
        if event.registration_until is not None:
            days.append(CampaignDay("registration_closes", event.registration_until, event))
        # one that has begun is shown until it ends
        days.append(CampaignDay("event", min(max(event.starts_on, today), event.ends_on), event))
    to_come = sorted((one for one in days if one.day >= today), key=lambda one: one.day)
    return tuple(to_come[: MOST_DAYS + 1])
