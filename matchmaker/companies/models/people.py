"""Who belongs to a company, and the ways in."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower, Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models.company import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text
from matchmaker.notifications.models import Promise, PromiseQuerySet


def two_people(one: str, other: str, *, name: str) -> models.CheckConstraint:
    """The two fields never name the same person."""
    unknown = Q(**{f"{one}__isnull": True}) | Q(**{f"{other}__isnull": True})
    return models.CheckConstraint(condition=unknown | ~Q(**{one: F(other)}), name=name)


class MembershipQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()


class Membership(models.Model):
    class Role(models.TextChoices):
        ADMIN = "admin", _("administrator")
        MEMBER = "member", _("member")

    company = models.ForeignKey(Company, models.CASCADE, related_name="memberships")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, choices=Role, default=Role.MEMBER)
    joined_at = models.DateTimeField(auto_now_add=True)
    # Since when she has this role: a new administrator may not confirm bank details yet.
    role_since = models.DateTimeField(default=timezone.now, db_default=Now())

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="member_once")]

    def __str__(self):
        return f"{self.user} {self.role} {self.company}"


class InvitationQuerySet(PromiseQuerySet):
    def open(self):
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now())

    def visible_to(self, user):
        """Those of one's own companies."""
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()

    def call_back(self) -> int:
        """Make the addresses in these letters useless, and stop the letters that wait; returns how many they are."""
        rows, now = self.model.objects.filter(pk__in=list(self.values_list("pk", flat=True))), timezone.now()
        rows.waiting().update(state=Promise.State.CANCELLED, finished_at=now, lease_token=None, lease_until=None)
        return rows.update(withdrawn_at=now)


class Invitation(Promise):
    """A company asks one e-mail address to join it; the row is also the promise of its letter.

    The address in the letter is signed, not stored: who reads the database cannot accept an invitation.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("email address"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role, default=Membership.Role.MEMBER)
    language = models.CharField(max_length=10, default="en")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    followed_at = models.DateTimeField(null=True, blank=True)  # when a person first went on from the letter
    refused_at = models.DateTimeField(null=True, blank=True)  # "do not write to me again": withdrawn with it

    objects = InvitationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(Promise.Meta):
        ordering = ["created_at"]
        constraints = [
            *Promise.Meta.constraints,
            models.UniqueConstraint(
                "company",
                Lower("email"),
                condition=Q(accepted_at__isnull=True, withdrawn_at__isnull=True),
                name="one_open_invitation_per_address",
            ),
        ]

    def __str__(self):
        return f"{self.company} invites {self.email}"

    def not_in_copy(self, of: str) -> frozenset[str]:
        """The address is that of who was invited."""
        return frozenset({"email"} if of == "invited_by" else ())

    @property
    def uid(self):
        """Its name in the audit."""
        return self.pk


class RequestStatus(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class JoinRequest(Public):
    """A person asks to be let in; an administrator of the company decides."""

    # Null where she asked by a number that no company here has: she must not learn that from the request.
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="join_requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests")
    message = models.CharField(_("message"), max_length=500, blank=True, validators=[validate_text])
    # The number she asked by: until she is let in she does not learn whose it is.
    by_number = models.CharField(max_length=40, blank=True)
    asks = models.PositiveSmallIntegerField(default=1, db_default=1)  # how often she asked while it was open
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(status="open"), name="one_open_join_request_per_person"
            ),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | ~Q(by_number=""), name="join_request_names_a_company_or_a_number"
            ),
        ]

    def __str__(self):
        return f"{self.user} asks to join {self.company or self.by_number}"

    @property
    def company_name(self) -> str:
        """What the person who asks may read of the company."""
        return self.by_number if self._hides_company else str(self.company)

    def not_in_copy(self, _of: str) -> frozenset[str]:
        return frozenset({"company"} if self._hides_company else ())

    @property
    def _hides_company(self) -> bool:
        return bool(self.by_number) and self.status != RequestStatus.ACCEPTED


class Claim(Public):
    """A person says a registered company is hers though no one in it lets her in. Two of the campaign's team agree."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims")
    evidence = models.CharField(_("evidence"), max_length=2000, validators=[validate_text])
    status = models.CharField(max_length=10, choices=RequestStatus, default=RequestStatus.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    objection_until = models.DateTimeField()  # until then the company's people can object
    objection = models.CharField(_("objection"), max_length=500, blank=True, validators=[validate_text])
    first_yes_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    second_yes_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(status="open"), name="one_open_claim_per_person"
            ),
            two_people("first_yes_by", "second_yes_by", name="claim_needs_two_people"),
        ]

    def __str__(self):
        return f"{self.user} claims {self.company}"
