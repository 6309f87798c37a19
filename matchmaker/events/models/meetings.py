"""Plans as drafts, and the meetings they become."""

import datetime as dt

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.events.models.event import Event
from matchmaker.events.models.participants import EventParticipation
from matchmaker.notifications.models import Promise


class OfATeamQuerySet(models.QuerySet):
    """Rows of an event that the team of its campaign alone reads."""

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        return self.filter(event__campaign__organisers__user=user)


class Interpreter(Public):
    """Interprets at an event between any two of her languages, one meeting a slot.

    She needs no account: `secret` is in the address of her timetable from the day she is invited. `told` is the digest
    of the timetable that her last letter showed.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="interpreters")
    name = models.CharField(_("name"), max_length=120, validators=[validate_one_line])
    languages = models.JSONField(_("languages"), default=list)
    away = models.JSONField(default=list, blank=True)
    email = models.EmailField(_("email address"), max_length=254, blank=True)
    language = models.CharField(_("language of emails"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    secret = models.CharField(max_length=40, null=True, unique=True, editable=False)
    told = models.CharField(max_length=64, blank=True, editable=False)
    code = models.CharField(max_length=10, null=True, unique=True, editable=False)  # on her badge
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    gate = models.CharField(max_length=40, blank=True)

    objects = OfATeamQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("interpreter")

    def __str__(self):
        return self.name

    @property
    def affiliation(self) -> str:
        return gettext("interpreter")

    @property
    def timetable(self):
        """Her meetings that hold a slot, in order."""
        return self.meetings.active().for_agenda()


class InterpreterLetter(Promise):
    """A letter with the timetable of that moment: the invitation, or that something changed."""

    interpreter = models.ForeignKey(Interpreter, models.CASCADE, related_name="letters")
    is_invitation = models.BooleanField(default=False)

    class Meta(Promise.Meta):
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(
                fields=["interpreter"], condition=Q(state="waiting"), name="one_waiting_letter_an_interpreter"
            ),
        ]

    def __str__(self):
        return f"{self.interpreter_id} {self.state}"


class PlanDraftQuerySet(OfATeamQuerySet):
    def light(self):
        """Without the plan itself, which may weigh megabytes: for lists and for asking how far it is."""
        return self.defer("instance", "result")


class PlanDraft(Public):
    """One run of the scheduler and its result: a draft until it is published.

    `instance` holds `parties` (company keys of suppliers and buyers in the order of the instance), `slots` (UTC
    instants), `interpreters` (keys) and `data` (the instance as the scheduler writes it); `result` is the plan as the
    scheduler writes it, `locked` the pairs [supplier, buyer] the organiser pinned, `reports` what was asked of it.
    """

    class State(models.TextChoices):
        COMPUTING = "computing", _("being computed")
        READY = "ready", _("draft")
        PUBLISHED = "published", _("published")
        REPLACED = "replaced", _("replaced by a later plan")
        DISCARDED = "discarded", _("discarded")
        FAILED = "failed", _("failed")

    event = models.ForeignKey(Event, models.CASCADE, related_name="plans")
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.COMPUTING)
    options = models.JSONField(default=dict)
    instance = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    locked = models.JSONField(default=list)
    stage = models.CharField(max_length=20, blank=True)
    meetings_count = models.PositiveIntegerField(default=0)
    objective = models.BigIntegerField(default=0)
    bound = models.BigIntegerField(default=0)
    gap = models.FloatField(default=1.0)
    seconds = models.FloatField(default=0)
    below_floor = models.PositiveIntegerField(default=0)
    last_error = models.CharField(max_length=300, blank=True)
    failure = models.JSONField(default=dict)  # {code, facts} where the reason has a sentence in every language
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)

    objects = PlanDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("plan")
        constraints = [
            models.UniqueConstraint(fields=["event"], condition=Q(state="computing"), name="one_plan_being_computed"),
            models.UniqueConstraint(fields=["event"], condition=Q(state="published"), name="one_published_plan"),
        ]

    def __str__(self):
        return f"{self.event_id} {self.state} {self.objective}/{self.bound}"

    @property
    def is_what_if(self) -> bool:
        """It has tables or hours that the event did not have."""
        return any(self.options.get(name) for name in ("tables", "opens_at", "closes_at"))


class MeetingQuerySet(models.QuerySet):
    def of(self, event):
        return self.filter(event=event)

    def active(self):
        """All that hold a slot."""
        return self.exclude(status=Meeting.Status.CANCELLED)

    def disputed(self):
        """One side says it was missed, the other that it took place, and the team has not decided."""
        return self.active().filter(self.is_disputed())

    @staticmethod
    def is_disputed() -> Q:
        """The property `Meeting.is_disputed` as a condition."""
        missed, met = Meeting.Outcome.MISSED, (Meeting.Outcome.HELD, Meeting.Outcome.CUT_SHORT)
        differ = Q(supplier_said=missed, buyer_said__in=met) | Q(supplier_said__in=met, buyer_said=missed)
        return Q(differ, team_said="")

    def of_company(self, company):
        return self.filter(Q(supplier=company) | Q(buyer=company))

    def visible_to(self, user):
        if not user.is_authenticated:
            return self.none()
        own = Company.objects.of(user).values("pk")
        run = Q(event__campaign__organisers__user=user)
        return self.filter(Q(supplier__in=own) | Q(buyer__in=own) | run).distinct()

    def for_agenda(self):
        """With all that an agenda shows, in four queries however many meetings there are."""
        part = EventParticipation.objects.filter(event=OuterRef("event"))
        return (
            self.select_related("event", "supplier", "buyer", "interpreter")
            .prefetch_related("event__halls")
            .annotate(
                supplier_booth=Subquery(part.filter(company=OuterRef("supplier")).values("booth")[:1]),
                buyer_booth=Subquery(part.filter(company=OuterRef("buyer")).values("booth")[:1]),
            )
            .order_by("starts_at", "table")
        )


_HOLDS_A_SLOT = ~Q(status="cancelled")


class Meeting(Public):
    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        HELD = "held", pgettext_lazy("meeting", "held")
        CUT_SHORT = "cut_short", _("cut short")
        MISSED = "missed", _("missed")
        CANCELLED = "cancelled", _("cancelled")

    class Outcome(models.TextChoices):
        HELD = "held", pgettext_lazy("meeting", "held")
        CUT_SHORT = "cut_short", _("cut short")
        MISSED = "missed", _("missed")

    class Side(models.TextChoices):
        SUPPLIER = "supplier", _("supplier")
        BUYER = "buyer", _("buyer")
        BOTH = "both", _("both")
        TEAM = "team", _("the team")

    event = models.ForeignKey(Event, models.CASCADE, related_name="meetings")
    supplier = models.ForeignKey(Company, models.CASCADE, related_name="meetings_as_supplier")
    buyer = models.ForeignKey(Company, models.CASCADE, related_name="meetings_as_buyer")
    starts_at = models.DateTimeField()
    table = models.PositiveSmallIntegerField()  # from 1; online the number of the room
    interpreter = models.ForeignKey(Interpreter, models.SET_NULL, null=True, blank=True, related_name="meetings")
    status = models.CharField(max_length=10, choices=Status, default=Status.PLANNED)
    locked = models.BooleanField(default=False)
    plan = models.ForeignKey(PlanDraft, models.SET_NULL, null=True, blank=True, related_name="meetings")
    sequence = models.PositiveIntegerField(default=0)  # raised by every change, as calendars expect (RFC 5545 3.8.7.4)
    supplier_said = models.CharField(max_length=10, choices=Outcome, blank=True)
    buyer_said = models.CharField(max_length=10, choices=Outcome, blank=True)
    team_said = models.CharField(max_length=10, choices=Outcome, blank=True)
    absent = models.CharField(max_length=10, choices=Side, blank=True)  # who did not come to a missed meeting
    cancelled_by = models.CharField(max_length=10, choices=Side, blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True)
    # What the site itself says stands here in English and is translated for each reader (`why`).
    why_cancelled = models.CharField(max_length=300, blank=True, validators=[validate_text])
    supplier_rating = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    buyer_rating = models.PositiveSmallIntegerField(
        null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    supplier_note = models.CharField(max_length=1000, blank=True, validators=[validate_text])
    buyer_note = models.CharField(max_length=1000, blank=True, validators=[validate_text])
    supplier_staff = models.CharField(max_length=120, blank=True, validators=[validate_one_line])
    buyer_staff = models.CharField(max_length=120, blank=True, validators=[validate_one_line])
    updated_at = models.DateTimeField(auto_now=True)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ["starts_at", "table"]
        verbose_name = _("meeting")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "supplier", "starts_at"], condition=_HOLDS_A_SLOT, name="supplier_once_in_a_slot"
            ),
            models.UniqueConstraint(
                fields=["event", "buyer", "starts_at"], condition=_HOLDS_A_SLOT, name="buyer_once_in_a_slot"
            ),
            models.UniqueConstraint(
                fields=["event", "table", "starts_at"], condition=_HOLDS_A_SLOT, name="table_once_in_a_slot"
            ),
            models.UniqueConstraint(
                fields=["interpreter", "starts_at"],
                condition=_HOLDS_A_SLOT & Q(interpreter__isnull=False),
                name="interpreter_once_in_a_slot",
            ),
            models.UniqueConstraint(
                fields=["event", "supplier", "buyer"], condition=_HOLDS_A_SLOT, name="pair_meets_once"
            ),
            models.CheckConstraint(condition=Q(table__gte=1), name="meeting_has_a_table"),
            models.CheckConstraint(condition=~Q(supplier=models.F("buyer")), name="meeting_of_two"),
        ]
        indexes = [models.Index(fields=["event", "starts_at"], name="meeting_by_time")]

    def __str__(self):
        return f"{self.supplier_id}–{self.buyer_id} {self.starts_at:%Y-%m-%d %H:%M}"

    @property
    def ends_at(self) -> dt.datetime:
        return self.starts_at + self.event.length

    @cached_property
    def booth(self) -> str:
        """Where they meet if one of the two has a booth, the supplier's first; '' where it is the table."""
        if not hasattr(self, "supplier_booth"):
            found = dict(self.event.participations.exclude(booth="").values_list("company", "booth"))
            return found.get(self.supplier_id) or found.get(self.buyer_id, "")
        return self.supplier_booth or self.buyer_booth or ""

    @property
    def where(self) -> str:
        """Where the two meet, in the reader's language: a booth, a table with its hall, or a room online."""
        if self.event.mode == Event.Mode.ONLINE:
            return gettext("online, room %(number)d") % {"number": self.table}
        if self.booth:
            return gettext("Booth %(booth)s") % {"booth": self.booth}
        table = gettext("Table %(table)d") % {"table": self.table}
        hall = self.event.place_of(self.table)
        return gettext("%(table)s, %(hall)s") % {"table": table, "hall": hall} if hall else table

    @property
    def why(self) -> str:
        """Why it was called off: a person's own words, or the site's in the reader's language."""
        return gettext(self.why_cancelled) if self.why_cancelled else ""

    @property
    def is_disputed(self) -> bool:
        """One side says it was missed, the other that it took place, and the team has not decided."""
        statements = {self.supplier_said, self.buyer_said} - {""}
        return not self.team_said and self.Outcome.MISSED in statements and len(statements) == 2

    @property
    def room_url(self) -> str:
        """The meeting's own room where the event is online and the organiser named an address; otherwise ''.

        The name of the room is a keyed hash: who knows one room cannot guess the next.
        """
        if self.event.mode != Event.Mode.ONLINE or not self.event.room_url:
            return ""
        room = salted_hmac("matchmaker.events.room", str(self.uid), algorithm="sha256").hexdigest()[:20]
        return self.event.room_url.replace("{room}", f"{self.event.slug}-{room}")
