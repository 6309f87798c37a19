"""Invitations of a campaign's team to companies that came from a list."""

from django.db import models
from django.db.models import Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models.campaign import Campaign, Organiser
from matchmaker.companies.models import Invitation
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text
from matchmaker.notifications.models import Promise, Suppression


class CompanyInvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of the campaigns one decides in."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(
            campaign__in=Organiser.objects.filter(user=user, role__in=Organiser.DECIDES).values("campaign")
        )

    def came_back(self):
        """Those whose `status` is bounced, without asking for the status of each."""
        open_ones = self.filter(
            invitation__accepted_at__isnull=True,
            invitation__refused_at__isnull=True,
            invitation__withdrawn_at__isnull=True,
        )
        parked = InvitationReminder.objects.parked().order_by()
        return open_ones.filter(
            Q(invitation__state=Promise.State.PARKED)
            | Q(invitation__email__in=Suppression.objects.values("address"))
            | Q(pk__in=parked.values("invitation"))
        )

    def with_status(self):
        """With `status`, what became of each until now, and `reminders`, how many were sent."""
        status = CompanyInvitation.Status
        sent = InvitationReminder.objects.filter(invitation=OuterRef("pk"), state=Promise.State.SENT).order_by()
        came_back = Exists(Suppression.objects.filter(address=OuterRef("invitation__email"))) | Exists(
            InvitationReminder.objects.parked().filter(invitation=OuterRef("pk"))
        )
        return self.annotate(
            status=Case(
                When(invitation__accepted_at__isnull=False, then=Value(status.CAME)),
                When(invitation__refused_at__isnull=False, then=Value(status.REFUSED)),
                When(invitation__withdrawn_at__isnull=False, then=Value(status.WITHDRAWN)),
                When(Q(invitation__state=Promise.State.PARKED) | came_back, then=Value(status.BOUNCED)),
                When(invitation__expires_at__lte=timezone.now(), then=Value(status.EXPIRED)),
                When(invitation__followed_at__isnull=False, then=Value(status.OPENED)),
                When(invitation__state=Promise.State.SENT, then=Value(status.SENT)),
                default=Value(status.WAITING),
                output_field=models.CharField(max_length=10),
            ),
            reminders=Coalesce(Subquery(sent.values("invitation").annotate(n=Count("pk")).values("n")), 0),
        )

    def unanswered(self):
        """Letters that left, and whose addressee may still answer."""
        status = CompanyInvitation.Status
        return self.with_status().filter(status__in=[status.SENT, status.OPENED])


class CompanyInvitation(Public):
    """The team asks the contact person of a company to take the company over.

    The offer itself, with address, letter and answer, is the `Invitation`; this row says which campaign stands
    behind it. What became of it is not stored, see `with_status`.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("waits to be sent")
        SENT = "sent", _("sent")
        OPENED = "opened", _("opened")
        CAME = "came", _("came")
        BOUNCED = "bounced", _("came back")
        REFUSED = "refused", _("does not want emails")
        EXPIRED = "expired", _("ran out")
        WITHDRAWN = "withdrawn", _("withdrawn")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="company_invitations")
    invitation = models.OneToOneField(Invitation, models.CASCADE, related_name="of_campaign")
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])
    created_at = models.DateTimeField(auto_now_add=True)

    objects = CompanyInvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.campaign}: {self.invitation}"

    @property
    def company(self):
        return self.invitation.company


class InvitationReminder(Promise):
    """A letter that reminds of an invitation no one has answered."""

    MOST = 2

    invitation = models.ForeignKey(CompanyInvitation, models.CASCADE, related_name="reminder_letters")
    number = models.PositiveSmallIntegerField()

    class Meta(Promise.Meta):
        ordering = ["created_at"]
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(fields=["invitation", "number"], name="reminder_once"),
            models.CheckConstraint(condition=Q(number__gte=1, number__lte=2), name="two_reminders_at_most"),
        ]

    def __str__(self):
        return f"reminder {self.number} of {self.invitation_id}"

    @property
    def email(self) -> str:
        return self.invitation.invitation.email
