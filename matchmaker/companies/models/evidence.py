"""How sure we are who a company is: checks, proofs of its domain, suspensions, and duplicates that were merged."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models.company import Company
from matchmaker.companies.models.people import Membership, two_people
from matchmaker.core.files import FileRow, private_files
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.notifications.models import Promise


def document_path(row: "Document", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"documents/{row.company.uid}/{row.uid}{row.suffix}"


class DocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of companies one administers; the campaign's team has a service of its own, which records each look."""
        if not user.is_authenticated:
            return self.none()
        own = Membership.objects.filter(user=user, role=Membership.Role.ADMIN).values("company")
        return self.filter(company__in=own)


class Document(Public, FileRow):
    """A paper that shows who a company is or what it holds. In quarantine until the team has looked at it."""

    class Kind(models.TextChoices):
        REGISTER = "register", _("extract of the commercial register")
        LICENCE = "licence", _("business licence")
        TAX = "tax", _("tax registration")
        AUDIT = "audit", _("audit report")
        CERTIFICATE = "certificate", _("certificate of a product")
        LABEL = "label", _("label or packaging")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        QUARANTINED = "quarantined", _("waits for the team")
        SEEN = "seen", _("seen by the team")
        REFUSED = "refused", _("not accepted")

    company = models.ForeignKey(Company, models.CASCADE, related_name="documents")
    kind = models.CharField(_("what it is"), max_length=11, choices=Kind)
    file = models.FileField(storage=private_files, upload_to=document_path, max_length=200)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)
    state = models.CharField(max_length=12, choices=State, default=State.QUARANTINED)
    refusal = models.CharField(max_length=500, blank=True, validators=[validate_text])

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("document")
        constraints = [
            models.UniqueConstraint(fields=["company", "sha256"], name="document_once_per_company"),
            models.CheckConstraint(condition=Q(state="refused") ^ Q(refusal=""), name="refused_document_says_why"),
        ]


class CheckQuerySet(models.QuerySet):
    def standing(self, today):
        """Those that count today: not withdrawn and not run out."""
        return self.filter(Q(expires_on__isnull=True) | Q(expires_on__gte=today), withdrawn_at__isnull=True)


class Check(Public):
    """One look at a company's evidence: what was seen, by whom, when, and until when it counts."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="checks")
    level = models.PositiveSmallIntegerField(_("level"), choices=Company.Verification)
    document = models.ForeignKey(Document, models.SET_NULL, null=True, blank=True, related_name="checks")
    evidence = models.CharField(_("what was seen"), max_length=500, validators=[validate_text])
    # A register or an auditor that says the same; "" where only the team looked.
    confirmed_by = models.CharField(_("confirmed by"), max_length=120, blank=True, validators=[validate_one_line])
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


class DomainProof(Promise, Public):
    """A person shows that a company's domain is in her hands: by a letter to it, a record in DNS, or a file on it.

    The row is also the promise of the letter, where that is the way chosen.
    """

    class Method(models.TextChoices):
        MAIL = "mail", _("an email to an address of the domain")
        DNS = "dns", _("a TXT record in DNS")
        FILE = "file", _("a file on the website")

    company = models.ForeignKey(Company, models.CASCADE, related_name="domain_proofs")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="domain_proofs")
    domain = models.CharField(max_length=253)
    method = models.CharField(_("how"), max_length=4, choices=Method)
    address = models.EmailField(max_length=254, blank=True)  # where the letter goes
    token = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    looked_at = models.DateTimeField(null=True, blank=True)
    proved_at = models.DateTimeField(null=True, blank=True)

    class Meta(Promise.Meta):
        ordering = ["-created_at"]
        constraints = [
            *Promise.Meta.constraints,
            models.CheckConstraint(condition=Q(method="mail") ^ Q(address=""), name="letter_has_an_address"),
        ]

    def __str__(self):
        return f"{self.domain} of {self.company} by {self.method}"


class ListedFields(models.Model):
    """Fields of a company that a list of a campaign's team wrote. Such a value says nothing of who owns the company."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="listed_fields")
    fields = models.JSONField()  # names of the columns that were written; their values stand in the company alone
    campaign = models.UUIDField()  # whose team brought the list
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    source = models.CharField(max_length=60)  # such as "import" and its uid
    written_at = models.DateTimeField()
    # The company took part in another campaign, too, when it was written: then it never counts as a proof.
    is_shared = models.BooleanField(default=False)

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.source}: {self.fields} of {self.company_id}"


class Suspension(Public):
    """A company is taken off the site by one person of the team, and comes back only by two."""

    company = models.ForeignKey(Company, models.CASCADE, related_name="suspensions")
    reason = models.CharField(_("reason"), max_length=500, validators=[validate_text])
    status_before = models.CharField(max_length=10, choices=Company.Status)
    suspended_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    suspended_at = models.DateTimeField(auto_now_add=True)
    lift_reason = models.CharField(max_length=500, blank=True, validators=[validate_text])
    first_yes_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    second_yes_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(lifted_at__isnull=True), name="one_suspension_at_a_time"
            ),
            two_people("first_yes_by", "second_yes_by", name="lifting_needs_two_people"),
        ]

    def __str__(self):
        return f"{self.company} suspended: {self.reason}"


class Merge(Public):
    """Two rows are one company: one of the team proposes, another agrees, and `duplicate` goes up in `survivor`."""

    survivor = models.ForeignKey(Company, models.CASCADE, related_name="merges_as_survivor")
    duplicate = models.ForeignKey(Company, models.CASCADE, related_name="merges_as_duplicate")
    reason = models.CharField(_("reason"), max_length=500, validators=[validate_text])
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)
    declined_at = models.DateTimeField(null=True, blank=True)
    moved = models.JSONField(default=dict, blank=True)  # rows by table: what went over, and what stayed as history

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["duplicate"],
                condition=Q(done_at__isnull=True, declined_at__isnull=True),
                name="one_merge_at_a_time",
            ),
            models.CheckConstraint(condition=~Q(survivor=models.F("duplicate")), name="merge_of_two"),
            two_people("agreed_by", "proposed_by", name="merge_needs_two_people"),
        ]

    def __str__(self):
        return f"{self.duplicate} is {self.survivor}"
