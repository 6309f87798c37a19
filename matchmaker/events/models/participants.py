"""Companies that come to an event, and their people."""

import secrets

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.events.models.event import Event

# Crockford's base 32: no I, L, O or U, so that a code read aloud or from a badge is typed right.
LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_code() -> str:
    """Ten characters, 50 bits: no one guesses one at check-in."""
    return "".join(secrets.choice(LETTERS) for _place in range(10))


def new_token() -> str:
    return secrets.token_urlsafe(24)


class EventParticipationQuerySet(models.QuerySet):
    def registered(self):
        return self.filter(status=EventParticipation.Status.REGISTERED)

    def waiting(self):
        """The waiting list, first come first."""
        return self.filter(status=EventParticipation.Status.WAITING).order_by("registered_at", "pk")

    def of(self, company):
        return self.filter(company=company)

    def suppliers(self):
        return self._offering(EventParticipation.Side.SUPPLIER)

    def buyers(self):
        return self._offering(EventParticipation.Side.BUYER)

    def _offering(self, side):
        """Those on a side; of companies that meet as equals, those that have this role in the campaign."""
        return self.filter(Q(side=side) | Q(side=EventParticipation.Side.BOTH, **{f"company__is_{side}": True}))

    def visible_to(self, user):
        """One's own companies', and all of an event one's team runs."""
        if not user.is_authenticated:
            return self.none()
        own = Company.objects.of(user).values("pk")
        return self.filter(Q(company__in=own) | Q(event__campaign__organisers__user=user)).distinct()


class EventParticipation(Public):
    """A company takes part in the meetings of an event, on one side."""

    class Side(models.TextChoices):
        SUPPLIER = "supplier", _("supplier")
        BUYER = "buyer", _("buyer")
        BOTH = "both", _("participant")  # at an event of equals

    class Status(models.TextChoices):
        REGISTERED = "registered", _("registered")
        WAITING = "waiting", _("on the waiting list")
        WITHDRAWN = "withdrawn", _("withdrawn")

    event = models.ForeignKey(Event, models.CASCADE, related_name="participations")
    company = models.ForeignKey(Company, models.CASCADE, related_name="event_participations")
    side = models.CharField(max_length=10, choices=Side)
    status = models.CharField(max_length=10, choices=Status, default=Status.REGISTERED)
    languages = models.JSONField(_("languages your people speak"), default=list, blank=True)
    seeks = models.CharField(_("whom you hope to meet"), max_length=500, blank=True, validators=[validate_text])
    note = models.CharField(_("note for the organiser"), max_length=500, blank=True, validators=[validate_text])
    most = models.PositiveSmallIntegerField(
        _("at most this many meetings"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(200)],
    )
    booth = models.CharField(_("booth"), max_length=20, blank=True, validators=[validate_one_line])
    shares_contacts_since = models.DateTimeField(null=True, blank=True)  # consent: who scans a badge may keep them
    # Once the plan is published, a company that may ask books a time that is free for both; no answer is needed.
    opens_free_times = models.BooleanField(default=False)
    by_request = models.JSONField(null=True, blank=True)  # slots that others cannot book themselves, only ask for
    away = models.JSONField(default=list, blank=True)  # slots in which none of its people can meet: UTC, ISO 8601
    absent = models.JSONField(default=list, blank=True)  # slots for which the team marked it as not there, as `away`
    registered_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = EventParticipationQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("registration")
        constraints = [models.UniqueConstraint(fields=["event", "company"], name="company_at_event_once")]
        indexes = [models.Index(fields=["event", "status", "side"], name="participation_of_event")]

    def __str__(self):
        return f"{self.company} at {self.event}"

    @property
    def is_registered(self) -> bool:
        return self.status == self.Status.REGISTERED


class CalendarAddressQuerySet(models.QuerySet):
    def open(self):
        """Those that still give a calendar: their person belongs to the company, and the company is not suspended."""
        return self.filter(
            user__is_active=True,
            user__memberships__company=models.F("participation__company"),
        ).exclude(participation__company__status=Company.Status.SUSPENDED)


class CalendarAddress(models.Model):
    """The address under which one person's calendar reads one registration: anyone who holds it reads the meetings."""

    participation = models.ForeignKey(EventParticipation, models.CASCADE, related_name="calendar_addresses")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="calendar_addresses")
    secret = models.CharField(max_length=40, unique=True, default=new_token, editable=False)
    made_at = models.DateTimeField(auto_now=True)

    objects = CalendarAddressQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["participation", "user"], name="calendar_address_once")]

    def __str__(self):
        return f"{self.user}: {self.participation}"


class AttendeeQuerySet(models.QuerySet):
    def expected(self):
        return self.filter(participation__status=EventParticipation.Status.REGISTERED)

    def count_inside(self) -> dict[str, int]:
        """`all` of them, and how many were let `inside`."""
        inside = models.Count("pk", filter=Q(checked_in_at__isnull=False))
        return self.order_by().aggregate(all=models.Count("pk"), inside=inside)

    def visible_to(self, user):
        return self.filter(participation__in=EventParticipation.objects.visible_to(user))


class Attendee(Public):
    """A person who comes, with the code on her badge."""

    participation = models.ForeignKey(EventParticipation, models.CASCADE, related_name="attendees")
    name = models.CharField(_("name"), max_length=120, validators=[validate_one_line])
    role = models.CharField(_("what they do"), max_length=120, blank=True, validators=[validate_one_line])
    away = models.JSONField(default=list, blank=True)  # slots in which she cannot meet: UTC, ISO 8601
    code = models.CharField(max_length=10, unique=True, default=new_code, editable=False)
    checked_in_at = models.DateTimeField(null=True, blank=True)
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    gate = models.CharField(max_length=40, blank=True)

    objects = AttendeeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("person at the event")

    def __str__(self):
        return self.name

    @property
    def affiliation(self) -> str:
        return self.participation.company.display_name
