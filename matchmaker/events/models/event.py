"""Events of a campaign: where and when people meet."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Campaign
from matchmaker.core import reference
from matchmaker.core.ids import Public
from matchmaker.core.text import one_line, sound_text
from matchmaker.events.slots import slot_starts


class EventQuerySet(models.QuerySet):
    def published(self):
        """What the calendar shows. A cancelled event stays in it, marked as such, so that nobody travels."""
        return self.filter(status__in=[Event.Status.PUBLISHED, Event.Status.CANCELLED])

    def upcoming(self):
        return self.filter(ends_on__gte=timezone.localdate())

    def visible_to(self, user):
        """Published ones; drafts only for those who run the campaign."""
        if not user.is_authenticated:
            return self.published()
        if user.is_superuser:
            return self.all()
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

    class Sides(models.TextChoices):
        BOTH = "both", _("suppliers and buyers")
        SUPPLIERS = "supplier", _("suppliers only; buyers are invited by the team")
        BUYERS = "buyer", _("buyers only; suppliers are invited by the team")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="events")
    slug = models.SlugField(unique=True)
    name_en = models.CharField(_("name in English"), max_length=160, validators=[one_line])
    name_zh = models.CharField(_("name in Chinese"), max_length=160, validators=[one_line])
    about_en = models.TextField(
        _("about, in English"), max_length=4000, blank=True, validators=[sound_text, MaxLengthValidator(4000)]
    )
    about_zh = models.TextField(
        _("about, in Chinese"), max_length=4000, blank=True, validators=[sound_text, MaxLengthValidator(4000)]
    )
    theme_en = models.CharField(_("theme in English"), max_length=160, blank=True, validators=[one_line])
    theme_zh = models.CharField(_("theme in Chinese"), max_length=160, blank=True, validators=[one_line])
    guest_country = models.CharField(_("guest country"), max_length=2, blank=True)
    mode = models.CharField(_("held"), max_length=10, choices=Mode, default=Mode.ON_SITE)
    venue_en = models.CharField(_("venue in English"), max_length=160, blank=True, validators=[one_line])
    venue_zh = models.CharField(_("venue in Chinese"), max_length=160, blank=True, validators=[one_line])
    city_en = models.CharField(_("city in English"), max_length=80, blank=True, validators=[one_line])
    city_zh = models.CharField(_("city in Chinese"), max_length=80, blank=True, validators=[one_line])
    time_zone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"))
    opens_at = models.TimeField(_("meetings from"), default="09:00")
    closes_at = models.TimeField(_("meetings until"), default="17:00")
    slot_minutes = models.PositiveSmallIntegerField(_("minutes a meeting"), default=25)
    break_minutes = models.PositiveSmallIntegerField(_("minutes between meetings"), default=5)
    tables = models.PositiveSmallIntegerField(_("tables"), default=20)
    pause_from = models.TimeField(_("pause from"), null=True, blank=True)
    pause_until = models.TimeField(_("pause until"), null=True, blank=True)
    registration_until = models.DateField(_("registration until"), null=True, blank=True)
    capacity = models.PositiveIntegerField(_("capacity"), default=200)
    sides_open = models.CharField(_("who may register"), max_length=10, choices=Sides, default=Sides.BOTH)
    requests_a_company = models.PositiveSmallIntegerField(_("open requests a company"), default=10)
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
        ]

    def __str__(self):
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def length(self) -> dt.timedelta:
        return dt.timedelta(minutes=self.slot_minutes)

    def slots(self, **changed) -> list[dt.datetime]:
        """When meetings begin, as UTC instants in order; `changed` answers a what-if about the opening hours."""
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
                **changed,
            }
        )

    @property
    def is_open_for_registration(self) -> bool:
        last = self.registration_until or self.ends_on
        return self.status == self.Status.PUBLISHED and timezone.localdate(timezone=self.zone) <= last

    def _in_language(self, field: str) -> str:
        first, second = ("zh", "en") if (get_language() or "").startswith("zh") else ("en", "zh")
        return getattr(self, f"{field}_{first}") or getattr(self, f"{field}_{second}")

    @property
    def name(self) -> str:
        return self._in_language("name")

    @property
    def about(self) -> str:
        return self._in_language("about")

    @property
    def theme(self) -> str:
        return self._in_language("theme")

    @property
    def venue(self) -> str:
        return self._in_language("venue")

    @property
    def city(self) -> str:
        return self._in_language("city")

    @property
    def guest_country_name(self) -> str:
        return reference.name(reference.countries().get(self.guest_country), self.guest_country)
