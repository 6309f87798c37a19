"""Companies that the team invites to an event, and what they answer."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text
from matchmaker.events.models.event import Event


class EventInvitationQuerySet(models.QuerySet):
    def unanswered(self):
        return self.filter(answer=EventInvitation.Answer.NONE)

    def count_by_answer(self) -> dict[str, int]:
        """How many gave each answer; an answer that nobody gave is left out."""
        return dict(self.order_by().values_list("answer").annotate(n=models.Count("pk")))

    def visible_to(self, user):
        """One's own companies', and all of an event one's team runs."""
        if not user.is_authenticated:
            return self.none()
        own = Company.objects.of(user).values("pk")
        return self.filter(Q(company__in=own) | Q(event__campaign__organisers__user=user)).distinct()


class EventInvitation(Public):
    """The team invites a company to an event; one of its people answers."""

    class Answer(models.TextChoices):
        NONE = "", _("no answer yet")
        YES = "yes", _("yes")
        NO = "no", _("no")
        LATER = "later", _("decides later")

    event = models.ForeignKey(Event, models.CASCADE, related_name="invitations")
    company = models.ForeignKey(Company, models.CASCADE, related_name="event_invitations")
    answer = models.CharField(_("answer"), max_length=5, blank=True, choices=Answer, default=Answer.NONE)
    note = models.CharField(_("note for the organiser"), max_length=500, blank=True, validators=[validate_text])
    invited_at = models.DateTimeField(auto_now_add=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    reminded_at = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    objects = EventInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("invitation")
        constraints = [
            models.UniqueConstraint(fields=["event", "company"], name="invited_to_event_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at__isnull=True) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="answer_to_invitation_has_its_time",
            ),
        ]
        indexes = [models.Index(fields=["event", "answer"], name="invitation_by_answer")]

    def __str__(self):
        return f"{self.company} invited to {self.event}"
