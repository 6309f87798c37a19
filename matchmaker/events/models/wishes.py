"""Whom a company wishes to meet, whom never, and whom it has asked."""

import datetime as dt

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text
from matchmaker.events.models.event import Event
from matchmaker.events.models.meetings import Meeting, PlanDraft

REMIND_BEFORE = dt.timedelta(days=2)  # a request ends


class WishQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Only the company that wished: a wish is never shown to the other side, and `never` not even to the team."""
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()

    def never(self):
        return self.filter(kind=Wish.Kind.NEVER)

    def positive(self):
        return self.exclude(kind=Wish.Kind.NEVER)


class Wish(Public):
    class Kind(models.TextChoices):
        MUST = "must", _("must meet")
        WOULD = "would", _("would like to meet")
        NEVER = "never", _("never")

    event = models.ForeignKey(Event, models.CASCADE, related_name="wishes")
    company = models.ForeignKey(Company, models.CASCADE, related_name="wishes")
    other = models.ForeignKey(Company, models.CASCADE, related_name="wished_by")
    kind = models.CharField(max_length=10, choices=Kind)
    wished_at = models.DateTimeField(auto_now=True)

    objects = WishQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("wish")
        verbose_name_plural = _("wishes")
        constraints = [
            models.UniqueConstraint(fields=["event", "company", "other"], name="wish_once"),
            models.CheckConstraint(condition=~Q(company=F("other")), name="wish_is_for_another"),
        ]

    def __str__(self):
        return f"{self.company_id} {self.kind} {self.other_id}"


class MeetingRequestQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(status=MeetingRequest.Status.PENDING)

    def waiting_for_a_time(self):
        """Agreed by both, but without a meeting although the plan is published: the team has to place them.

        A pair whose meeting was called off by a side or by the team is done with.
        """
        pair = Q(supplier=OuterRef("company"), buyer=OuterRef("other"))
        pair |= Q(supplier=OuterRef("other"), buyer=OuterRef("company"))
        done = Meeting.objects.filter(pair, event=OuterRef("event"))
        done = done.exclude(status=Meeting.Status.CANCELLED, cancelled_by="")
        published = PlanDraft.objects.filter(event=OuterRef("event"), state=PlanDraft.State.PUBLISHED)
        to_come = {"event__status": Event.Status.PUBLISHED, "event__ends_on__gte": timezone.localdate()}
        accepted = self.filter(status=MeetingRequest.Status.ACCEPTED, **to_come)
        return accepted.filter(Exists(published), ~Exists(done))

    def owed_by(self, company):
        """Those that wait for an answer of this company."""
        to_answer = Q(other=company, hidden=False, asker_answers=False)
        return self.pending().filter(to_answer | Q(company=company, asker_answers=True))

    def about_to_expire(self, now):
        """Open for a while, ending soon, and the side that owes the answer was not reminded of it yet."""
        owed = Q(asker_answers=True) | Q(hidden=False)
        soon = {"expires_at__gt": now, "expires_at__lte": now + REMIND_BEFORE, "created_at__lte": now - REMIND_BEFORE}
        return self.pending().filter(owed, reminded_at__isnull=True, **soon)

    def visible_to(self, user):
        own = Company.objects.of(user) if user.is_authenticated else Company.objects.none()
        return self.filter(Q(company__in=own) | Q(other__in=own, hidden=False))


class MeetingRequest(Public):
    """One company asks another for a meeting. It holds no slot, so nothing is blocked while it waits."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")
        EXPIRED = "expired", _("expired")

    event = models.ForeignKey(Event, models.CASCADE, related_name="requests")
    company = models.ForeignKey(Company, models.CASCADE, related_name="requests_sent")
    other = models.ForeignKey(Company, models.CASCADE, related_name="requests_received")
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])
    language = models.CharField(max_length=10, blank=True)
    starts_at = models.DateTimeField(_("wished time"), null=True, blank=True)  # none: whenever the plan has room
    asker_answers = models.BooleanField(default=False)  # the other side proposed another time
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    hidden = models.BooleanField(default=False)  # the other side never wants this company: it is not told
    expires_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)  # the side that owes the answer, once a turn
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MeetingRequestQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("request for a meeting")
        constraints = [
            models.UniqueConstraint(
                fields=["event", "company", "other"],
                condition=Q(status__in=["pending", "accepted"]),
                name="one_standing_request",
            ),
            models.CheckConstraint(condition=~Q(company=F("other")), name="request_is_to_another"),
        ]

    def __str__(self):
        return f"{self.company_id} asks {self.other_id}: {self.status}"

    @property
    def answers(self) -> Company:
        """Who owes the answer."""
        return self.company if self.asker_answers else self.other


class MeetingMoveQuerySet(models.QuerySet):
    def pending(self):
        return self.filter(status=MeetingMove.Status.PENDING, expires_at__gt=timezone.now())


class MeetingMove(Public):
    """One side of a meeting asks for another time; the meeting stands where it is until the other agrees."""

    class Status(models.TextChoices):
        PENDING = "pending", _("waiting for an answer")
        ACCEPTED = "accepted", _("accepted")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="moves")
    company = models.ForeignKey(Company, models.CASCADE, related_name="moves_asked")
    starts_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status, default=Status.PENDING)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = MeetingMoveQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("wish for another time")
        constraints = [
            models.UniqueConstraint(fields=["meeting"], condition=Q(status="pending"), name="one_open_move_a_meeting")
        ]

    def __str__(self):
        return f"{self.meeting_id} to {self.starts_at:%Y-%m-%d %H:%M}: {self.status}"
