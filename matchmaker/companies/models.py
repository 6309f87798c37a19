"""Companies, who belongs to them, and how sure we are that they are who they say."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from matchmaker.core import reference
from matchmaker.core.ids import Public
from matchmaker.core.text import one_line, sound_text
from matchmaker.notifications.models import Promise


class CompanyQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=Company.Status.APPROVED)

    def suppliers(self):
        return self.filter(is_supplier=True)

    def buyers(self):
        return self.filter(is_buyer=True)

    def public(self):
        """What anybody may see: approved suppliers. Buyers are seen only by those they deal with."""
        return self.approved().suppliers()

    def of(self, user):
        return self.filter(memberships__user=user) if user.is_authenticated else self.none()

    def visible_to(self, user):
        """Public profiles and one's own companies."""
        if not user.is_authenticated:
            return self.public()
        if user.is_superuser:
            return self.all()
        own = Membership.objects.filter(user=user).values("company")
        return self.filter(Q(status=Company.Status.APPROVED, is_supplier=True) | Q(pk__in=own))

    def waiting(self):
        return self.filter(status=Company.Status.PENDING).order_by("submitted_at")


class Company(Public):
    """A supplier, a buyer, or both."""

    class Status(models.TextChoices):
        DRAFT = "draft", _("being filled in")
        PENDING = "pending", _("waiting for approval")
        APPROVED = "approved", _("approved")
        RETURNED = "returned", _("returned")
        SUSPENDED = "suspended", _("suspended")

    class IdentifierKind(models.TextChoices):
        NONE = "", _("none")
        USCC = "uscc", _("Unified Social Credit Code (China)")
        VAT = "vat", _("VAT number")
        LEI = "lei", _("Legal Entity Identifier")
        NATIONAL = "national", _("national company number")

    class Verification(models.IntegerChoices):
        """Levels of evidence, shown as what they are."""

        CLAIMED = 0, _("claimed")
        DOCUMENT_SEEN = 1, _("document seen")
        REGISTER_CHECKED = 2, _("register checked")
        AUDITED = 3, _("audited")

    class Size(models.TextChoices):
        MICRO = "1-9", "1–9"
        SMALL = "10-49", "10–49"
        MEDIUM = "50-249", "50–249"
        LARGE = "250-999", "250–999"
        VERY_LARGE = "1000+", "1,000+"

    is_supplier = models.BooleanField(_("supplier"), default=False)
    is_buyer = models.BooleanField(_("buyer"), default=False)
    legal_name = models.CharField(_("legal name"), max_length=200, validators=[one_line])
    name_latin = models.CharField(_("name in Latin letters"), max_length=200, blank=True, validators=[one_line])
    name_zh = models.CharField(_("name in Chinese"), max_length=200, blank=True, validators=[one_line])
    name_key = models.CharField(max_length=600, blank=True, editable=False)  # folded names and pinyin, for search
    language = models.CharField(_("working language"), max_length=10, default="en")
    country = models.CharField(_("country"), max_length=2)
    city = models.CharField(_("city"), max_length=100, blank=True, validators=[one_line])
    address = models.CharField(_("address"), max_length=300, blank=True, validators=[one_line])
    website = models.URLField(_("website"), max_length=200, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True, validators=[one_line])
    contact_email = models.EmailField(_("contact e-mail"), blank=True)
    contact_phone = models.CharField(_("contact telephone"), max_length=40, blank=True, validators=[one_line])
    identifier_kind = models.CharField(_("kind of number"), max_length=10, blank=True, choices=IdentifierKind)
    identifier = models.CharField(_("company number"), max_length=40, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)
    size = models.CharField(_("employees"), max_length=10, blank=True, choices=Size)
    languages = models.JSONField(_("languages spoken"), default=list, blank=True)
    first_time_exporter = models.BooleanField(_("first time selling to China"), default=False)
    about = models.TextField(
        _("about the company"), max_length=3000, blank=True, validators=[sound_text, MaxLengthValidator(3000)]
    )
    about_en = models.TextField(
        _("about the company, in English"), max_length=3000, blank=True, validators=[sound_text]
    )
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    status_reason = models.CharField(max_length=500, blank=True)
    verification = models.PositiveSmallIntegerField(choices=Verification, default=Verification.CLAIMED)
    verified_at = models.DateField(null=True, blank=True)
    verified_until = models.DateField(null=True, blank=True)  # when the shown level's evidence runs out
    submitted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Membership", related_name="companies")

    objects = CompanyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("company")
        verbose_name_plural = _("companies")
        constraints = [
            models.CheckConstraint(condition=Q(is_supplier=True) | Q(is_buyer=True), name="company_has_a_side"),
            models.CheckConstraint(
                condition=Q(identifier="") | ~Q(identifier_kind=""), name="company_number_says_its_kind"
            ),
            # A returned draft gives its number free; two live companies never share one.
            models.UniqueConstraint(
                fields=["country", "identifier_kind", "identifier"],
                condition=~Q(identifier="") & ~Q(status="returned"),
                name="company_number_once",
                violation_error_message=_(
                    "A company with this number is already registered. Ask its administrator to invite you."
                ),
            ),
        ]
        indexes = [models.Index(fields=["status", "is_supplier"], name="company_by_status")]

    def __str__(self):
        return self.display_name

    @property
    def display_name(self) -> str:
        """The name in the reader's script: Chinese for a Chinese reader where there is one, Latin otherwise."""
        if (get_language() or "").startswith("zh"):
            return self.name_zh or self.legal_name
        return self.name_latin or self.legal_name

    @property
    def other_name(self) -> str:
        """The name in the other script, shown beside the first; '' when it is the same."""
        shown = self.display_name
        return next((n for n in (self.legal_name, self.name_zh, self.name_latin) if n and n != shown), "")

    @property
    def country_name(self) -> str:
        return reference.name(reference.countries().get(self.country), self.country)

    @property
    def place(self) -> str:
        """The city as the reader can read it: a Chinese one in Latin letters for readers of other scripts."""
        if (get_language() or "").startswith("zh") or self.city.isascii():
            return self.city
        from matchmaker.language.text import latin_place  # brings the dictionaries; few readers need it

        return latin_place(self.city)

    @property
    def is_approved(self) -> bool:
        return self.status == self.Status.APPROVED


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

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["company", "user"], name="member_once")]

    def __str__(self):
        return f"{self.user} {self.role} {self.company}"


class InvitationQuerySet(models.QuerySet):
    def open(self):
        return self.filter(accepted_at__isnull=True, withdrawn_at__isnull=True, expires_at__gt=timezone.now())

    def visible_to(self, user):
        """Those of one's own companies."""
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()

    def due(self, now):
        """Letters that may be sent: still open, and nobody holds a living lease on them."""
        free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
        return self.waiting().filter(free, not_before__lte=now)

    def waiting(self):
        return self.filter(state=Promise.State.WAITING)


class Invitation(Promise):
    """A company asks one e-mail address to join it; the row is also the promise of its letter.

    The address in the letter is signed, not stored: who reads the database cannot accept an invitation.
    """

    company = models.ForeignKey(Company, models.CASCADE, related_name="invitations")
    email = models.EmailField(_("e-mail address"), max_length=254)
    role = models.CharField(_("role"), max_length=10, choices=Membership.Role, default=Membership.Role.MEMBER)
    language = models.CharField(max_length=10, default="en")
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True)

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

    @property
    def uid(self):
        """Its name in the audit."""
        return self.pk


class Asked(models.TextChoices):
    """Where a request stands."""

    OPEN = "open", _("waiting")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    WITHDRAWN = "withdrawn", _("withdrawn")


class JoinRequest(Public):
    """A person asks to be let in; an administrator of the company decides."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="join_requests")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="join_requests")
    message = models.CharField(_("message"), max_length=500, blank=True, validators=[sound_text])
    status = models.CharField(max_length=10, choices=Asked, default=Asked.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company", "user"], condition=Q(status="open"), name="one_open_join_request_per_person"
            )
        ]

    def __str__(self):
        return f"{self.user} asks to join {self.company}"


class Claim(Public):
    """Somebody says a registered company is hers though nobody in it lets her in. Two of the campaign's team agree."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="claims")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="claims")
    evidence = models.CharField(_("evidence"), max_length=2000, validators=[sound_text])
    status = models.CharField(max_length=10, choices=Asked, default=Asked.OPEN)
    created_at = models.DateTimeField(auto_now_add=True)
    objection_until = models.DateTimeField()  # until then the company's people can object
    objection = models.CharField(_("objection"), max_length=500, blank=True, validators=[sound_text])
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
            models.CheckConstraint(
                condition=Q(first_yes_by__isnull=True)
                | Q(second_yes_by__isnull=True)
                | ~Q(first_yes_by=models.F("second_yes_by")),
                name="claim_needs_two_people",
            ),
        ]

    def __str__(self):
        return f"{self.user} claims {self.company}"


class CheckQuerySet(models.QuerySet):
    def standing(self, today):
        """Those that count today: not withdrawn and not run out."""
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today), withdrawn_at__isnull=True)


class Check(Public):
    """One look at a company's evidence: what was seen, by whom, when, and until when it counts."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="checks")
    level = models.PositiveSmallIntegerField(_("level"), choices=Company.Verification)
    evidence = models.CharField(_("what was seen"), max_length=500, validators=[sound_text])
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    checked_on = models.DateField()
    expires_on = models.DateField(_("counts until"), null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = CheckQuerySet.as_manager()

    class Meta:
        ordering = ["-level", "-id"]
        constraints = [models.CheckConstraint(condition=Q(level__gte=1), name="check_saw_something")]

    def __str__(self):
        return f"{self.company} {self.get_level_display()} {self.checked_on}"
