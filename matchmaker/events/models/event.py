"""Events of a campaign: where and when people meet."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from matchmaker.campaigns.models import Campaign
from matchmaker.core import languages, reference
from matchmaker.core.clocks import CHINA
from matchmaker.core.ids import Public
from matchmaker.core.multilingual import MultilingualField
from matchmaker.events.slots import Hours, slot_starts

HOURS = ("opens_at", "closes_at", "pause_from", "pause_until")


def room_pattern(text: str) -> None:
    """An address with a place for each meeting's own room."""
    if not text.startswith("https://") or text.count("{room}") != 1 or set(text) & set(' \t\n"<>'):
        raise ValidationError(_("Write an https address with {room} where each meeting's own name goes."))


def _hours_of(row: dict[str, str]) -> Hours:
    """The hours of a row of `Event.day_hours`."""
    clocks = {name: dt.time.fromisoformat(row[name]) for name in HOURS if row[name]}
    pause = (clocks["pause_from"], clocks["pause_until"]) if "pause_from" in clocks else None
    return Hours(clocks["opens_at"], clocks["closes_at"], pause)


class EventQuerySet(models.QuerySet):
    def published(self):
        """What the calendar shows. A cancelled event stays in it, marked as such, so that no one travels."""
        return self.filter(status__in=[Event.Status.PUBLISHED, Event.Status.CANCELLED])

    def upcoming(self):
        return self.filter(ends_on__gte=timezone.localdate())

    def visible_to(self, user):
        """Published ones; drafts only for those who run the campaign."""
        if not user.is_authenticated:
            return self.published()
        shown = Q(status__in=[Event.Status.PUBLISHED, Event.Status.CANCELLED])
        return self.filter(shown | Q(campaign__organisers__user=user)).distinct()


class Event(Public):
    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", _("published")
        CANCELLED = "cancelled", _("cancelled")

    class Mode(models.TextChoices):
        ON_SITE = "on_site", _("on site")
        ONLINE = "online", _("online")

    class Kind(models.TextChoices):
        SIDES = "sides", _("suppliers meet buyers")
        EQUALS = "equals", _("any company meets any other")

    class Sides(models.TextChoices):
        BOTH = "both", _("suppliers and buyers")
        SUPPLIERS = "supplier", _("suppliers only; buyers are invited by the team")
        BUYERS = "buyer", _("buyers only; suppliers are invited by the team")

    class Asks(models.TextChoices):
        BOTH = "both", _("both sides")
        SUPPLIERS = "supplier", _("suppliers ask, buyers answer")
        BUYERS = "buyer", _("buyers ask, suppliers answer")
        NOBODY = "nobody", _("nobody; wishes only")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="events")
    slug = models.SlugField(unique=True)
    name = MultilingualField(_("name"), max_length=160, required_languages=settings.STAFF_LANGUAGES)
    about = MultilingualField(_("about"), max_length=4000, multiline=True, blank=True)
    theme = MultilingualField(_("theme"), max_length=160, blank=True)
    kind = models.CharField(_("who meets whom"), max_length=10, choices=Kind, default=Kind.SIDES, db_default="sides")
    guest_country = models.CharField(_("guest country"), max_length=2, blank=True)
    mode = models.CharField(_("held"), max_length=10, choices=Mode, default=Mode.ON_SITE)
    venue = MultilingualField(_("venue"), max_length=160, blank=True)
    city = MultilingualField(_("city"), max_length=80, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=40, default=CHINA)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    opens_at = models.TimeField(_("meetings from"), default="09:00")
    closes_at = models.TimeField(_("meetings until"), default="17:00")
    slot_minutes = models.PositiveSmallIntegerField(_("minutes a meeting"), default=25)
    break_minutes = models.PositiveSmallIntegerField(_("minutes between meetings"), default=5)
    tables = models.PositiveSmallIntegerField(_("tables"), default=20)
    pause_from = models.TimeField(_("pause from"), null=True, blank=True)
    pause_until = models.TimeField(_("pause until"), null=True, blank=True)
    # Days whose hours differ: {day (1 is the first), opens_at, closes_at, pause_from, pause_until}, times as "09:00" or
    # None; without hours the day has no meetings. `services.day_hours` writes them.
    day_hours = models.JSONField(
        _("days with other hours"), default=list, db_default=models.Value([], models.JSONField()), blank=True
    )
    # Tables that are closed for a time: {tables: [numbers], from: instant, until: instant or None}.
    closed_tables = models.JSONField(default=list, db_default=models.Value([], models.JSONField()), blank=True)
    registration_from = models.DateField(_("registration from"), null=True, blank=True)
    registration_until = models.DateField(_("registration until"), null=True, blank=True)
    capacity = models.PositiveIntegerField(pgettext_lazy("event", "capacity"), default=200)
    sides_open = models.CharField(_("who may register"), max_length=10, choices=Sides, default=Sides.BOTH)
    asks_from = models.CharField(_("who may ask for meetings"), max_length=10, choices=Asks, default=Asks.BOTH)
    asks_matched_only = models.BooleanField(_("only companies that matched may be asked"), default=False)
    asks_again = models.BooleanField(_("a company that declined may be asked again"), default=False)
    requests_a_company = models.PositiveSmallIntegerField(_("open requests a company"), default=10)
    requests_in_all = models.PositiveSmallIntegerField(_("requests a company in all"), null=True, blank=True)
    room_url = models.CharField(_("address of the online rooms"), max_length=200, blank=True, validators=[room_pattern])
    remind_hours = models.PositiveSmallIntegerField(
        _("remind people this many hours before their first meeting of a day"),
        default=14,
        validators=[MaxValueValidator(72)],
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ["starts_on", "id"]
        verbose_name = _("event")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")),
                name="event_ends_after_start",
                violation_error_message=_("The last day must not be before the first."),
            ),
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="event_closes_after_opening",
                violation_error_message=_("Meetings must end after they begin."),
            ),
            models.CheckConstraint(
                condition=Q(pause_from__isnull=True, pause_until__isnull=True) | Q(pause_until__gt=F("pause_from")),
                name="event_pause_in_order",
                violation_error_message=_("The pause needs a beginning and a later end."),
            ),
            models.CheckConstraint(
                condition=Q(registration_from__isnull=True)
                | Q(registration_until__isnull=True)
                | Q(registration_until__gte=F("registration_from")),
                name="event_registration_in_order",
                violation_error_message=_("Registration must end after it begins."),
            ),
        ]

    def __str__(self):
        return str(self.name)

    @property
    def is_of_equals(self) -> bool:
        return self.kind == self.Kind.EQUALS

    @cached_property
    def look(self) -> "EventBrand | None":
        """Its own brand without the pictures; None where it looks like its campaign."""
        return EventBrand.objects.filter(event=self).select_related("event").defer("logo", "picture").first()

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def length(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.slot_minutes)

    @property
    def rhythm(self) -> dt.timedelta:
        """From the beginning of a meeting to that of the next, where no pause lies between."""
        return dt.timedelta(minutes=self.slot_minutes + self.break_minutes)

    @property
    def days(self) -> list[dt.date]:
        return [self.starts_on + dt.timedelta(days=n) for n in range((self.ends_on - self.starts_on).days + 1)]

    @property
    def own_hours(self) -> dict[dt.date, Hours | None]:
        """The days whose hours differ from those of the event; None where a day has no meetings."""
        days = self.days
        return {
            days[row["day"] - 1]: _hours_of(row) if row["opens_at"] else None
            for row in self.day_hours
            if row["day"] <= len(days)
        }

    def hours_on(self, day: dt.date) -> Hours | None:
        """The hours of a day; None where it has no meetings."""
        pause = (self.pause_from, self.pause_until) if self.pause_from and self.pause_until else None
        return self.own_hours.get(day, Hours(self.opens_at, self.closes_at, pause))

    def slots(self, **changed) -> list[dt.datetime]:
        """When meetings begin, as UTC instants in order.

        `changed` answers a what-if about the opening hours; days with hours of their own keep them.
        """
        return slot_starts(
            **{
                "first_day": self.starts_on,
                "last_day": self.ends_on,
                "opens": self.opens_at,
                "closes": self.closes_at,
                "minutes": self.slot_minutes,
                "rest": self.break_minutes,
                "zone": self.zone,
                "pause": (self.pause_from, self.pause_until) if self.pause_from else None,
                "own_hours": self.own_hours,
                **changed,
            }
        )

    @property
    def is_open_for_registration(self) -> bool:
        today, last = timezone.localdate(timezone=self.zone), self.registration_until or self.ends_on
        begun = self.registration_from is None or self.registration_from <= today
        return self.status == self.Status.PUBLISHED and begun and today <= last

    @property
    def opens_later(self) -> bool:
        """Registration has a first day, and it is still to come."""
        return (
            self.registration_from is not None
            and timezone.localdate(timezone=self.zone) < self.registration_from
            and self.status == self.Status.PUBLISHED
        )

    def closed_at(self, slot: dt.datetime) -> set[int]:
        """The numbers of the tables that are closed in a slot."""
        closed: set[int] = set()
        for row in self.closed_tables:
            since, until = dt.datetime.fromisoformat(row["from"]), row["until"]
            if since <= slot and (until is None or slot < dt.datetime.fromisoformat(until)):
                closed.update(row["tables"])
        return closed

    def open_tables(self, slot: dt.datetime) -> list[int]:
        """The numbers of the tables that can be used in a slot, in order."""
        closed = self.closed_at(slot) if self.closed_tables else ()
        return [table for table in range(1, self.tables + 1) if table not in closed]

    @cached_property
    def hall_of_table(self) -> "list[Hall]":
        """The hall of each table, first to last; empty where the event has one room without a name."""
        return [hall for hall in self.halls.all() for _table in range(hall.tables)]

    def place_of(self, table: int) -> str:
        """The name of the hall a table stands in; '' where halls have no names."""
        halls = self.hall_of_table
        return str(halls[table - 1].name) if 0 < table <= len(halls) else ""

    @property
    def place(self) -> str:
        """Venue and city as one line; '' where neither is known; an event online has its mode instead."""
        if self.mode == Event.Mode.ONLINE:
            return str(self.get_mode_display())
        return pgettext("between two facts", ", ").join(str(text) for text in (self.venue, self.city) if text)

    @property
    def change_to_take_back(self):
        """The latest step of the team that can still be taken back, without its rows."""
        return self.bulk_changes.open().defer("rows", "letters").first()

    @property
    def guest_country_name(self) -> str:
        return reference.name(reference.countries().get(self.guest_country), self.guest_country)


class Hall(Public):
    """A hall of the venue. Tables are numbered through the event: the first hall has 1 to n, the next goes on."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="halls")
    name = MultilingualField(_("name"), max_length=80, required_languages=[languages.ENGLISH])
    tables = models.PositiveSmallIntegerField(_("tables"), validators=[MinValueValidator(1), MaxValueValidator(2000)])

    class Meta:
        ordering = ["id"]
        verbose_name = _("hall")
        constraints = [models.CheckConstraint(condition=Q(tables__gte=1), name="hall_has_tables")]

    def __str__(self):
        return str(self.name)


class EventBrand(models.Model):
    """How an event looks where it differs from its campaign; a table of its own, because it holds two pictures."""

    event = models.OneToOneField(Event, models.CASCADE, related_name="brand")
    short_name = MultilingualField(_("short name"), max_length=40, blank=True)
    colour = models.CharField(_("colour"), max_length=7, blank=True)
    logo = models.BinaryField(default=bytes, blank=True)  # PNG
    logo_digest = models.CharField(max_length=64, blank=True, editable=False)
    picture = models.BinaryField(default=bytes, blank=True)  # WebP, for the event's pages
    picture_digest = models.CharField(max_length=64, blank=True, editable=False)

    def __str__(self):
        return f"brand of {self.event_id}"
