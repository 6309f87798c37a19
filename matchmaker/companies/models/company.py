"""Companies, who belongs to them, and how sure we are that they are who they say."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from matchmaker.core import formats, reference
from matchmaker.core.ids import Public
from matchmaker.core.multilingual import MultilingualField
from matchmaker.core.rendered import Rendered
from matchmaker.core.text import validate_name, validate_one_line, validate_person_name

# How a company is reached. All places that show, read or delete a contact follow from it, or are in the test of it.
CONTACT_FIELDS = ("contact_name", "contact_email", "contact_phone", "contact_wechat")
NUMBER_TAKEN = "number_taken"  # what a program reads of the refusal
# The same for any holder of the number, a draft and a buyer no one sees included: it does not say who that is.
NUMBER_TAKEN_SENTENCE = _("A company with this number is already registered. Ask its administrator to invite you.")


def name_for_reader(legal_name: str, name_latin: str, name_zh: str) -> str:
    """The name in the reader's script: Chinese for a Chinese reader where there is one, Latin otherwise."""
    in_script = name_zh if (get_language() or "").startswith("zh") else name_latin
    return Rendered(in_script or legal_name)


class CompanyQuerySet(models.QuerySet):
    def approved(self):
        return self.filter(status=Company.Status.APPROVED)

    def suppliers(self):
        return self.filter(is_supplier=True)

    def buyers(self):
        return self.filter(is_buyer=True)

    def public(self):
        """What anybody may see: approved suppliers. Buyers are seen only by those they deal with.

        A company that came from a list has not said yes to anything until a person of it came.
        """
        return self.filter(self._is_public())

    def approved_suppliers(self):
        """Those anybody may see, and those from a list for whom nobody came yet."""
        return self.filter(status=Company.Status.APPROVED, is_supplier=True)

    def claimable_by(self, user):
        """What a person may claim: what she sees, and approved suppliers from a list that nobody has come for yet."""
        return self.filter(
            Q(pk__in=self.visible_to(user).values("pk")) | Q(pk__in=self.approved_suppliers().values("pk"))
        )

    @staticmethod
    def _is_public() -> Q:
        people = Company.members.through.objects.filter(company=OuterRef("pk"))
        return Q(Exists(people), status=Company.Status.APPROVED, is_supplier=True)

    def of(self, user):
        return self.filter(memberships__user=user) if user.is_authenticated else self.none()

    def visible_to(self, user):
        """Public profiles and one's own companies."""
        if not user.is_authenticated:
            return self.public()
        own = Company.members.through.objects.filter(user=user).values("company")
        return self.filter(self._is_public() | Q(pk__in=own))

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

    # Not approved yet and not refused either: its people prepare what goes out by itself once it is approved.
    BEFORE_APPROVAL = (Status.DRAFT, Status.PENDING)
    SUBMITTABLE = (Status.DRAFT, Status.RETURNED)  # its people may submit it to the campaign's team

    class IdentifierKind(models.TextChoices):
        NONE = "", _("none")
        USCC = "uscc", _("Unified Social Credit Code (China)")
        VAT = "vat", _("VAT number")
        LEI = "lei", _("Legal Entity Identifier")
        DUNS = "duns", _("D-U-N-S number")
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
        VERY_LARGE = "1000+", lazy(lambda: f"{formats.number(1000)}+", str)()

    class Brand(models.TextChoices):
        """What a supplier answers to "is your brand filed in China?"."""

        UNKNOWN = "", _("not stated")
        FILED = "filed", _("filed or registered")
        NOT_FILED = "not_filed", _("not filed yet")
        NONE = "none", _("we sell without a brand")

    is_supplier = models.BooleanField(_("supplier"), default=False)
    is_buyer = models.BooleanField(_("buyer"), default=False)
    legal_name = models.CharField(_("legal name"), max_length=200, validators=[validate_name])
    name_latin = models.CharField(_("name in Latin letters"), max_length=200, blank=True, validators=[validate_name])
    name_zh = models.CharField(_("name in Chinese"), max_length=200, blank=True, validators=[validate_name])
    name_key = models.CharField(max_length=600, blank=True, editable=False)  # folded names and pinyin, for search
    language = models.CharField(_("working language"), max_length=10, default="en")
    country = models.CharField(_("country"), max_length=2)
    city = models.CharField(_("city"), max_length=100, blank=True, validators=[validate_one_line])
    address = models.CharField(_("address"), max_length=300, blank=True, validators=[validate_one_line])
    website = models.URLField(_("website"), max_length=200, blank=True)
    contact_name = models.CharField(_("contact person"), max_length=120, blank=True, validators=[validate_person_name])
    contact_email = models.EmailField(_("contact email"), blank=True)
    contact_phone = models.CharField(_("contact telephone"), max_length=40, blank=True, validators=[validate_one_line])
    contact_wechat = models.CharField(
        _("WeChat ID"), max_length=60, blank=True, default="", db_default="", validators=[validate_one_line]
    )
    identifier_kind = models.CharField(_("kind of number"), max_length=10, blank=True, choices=IdentifierKind)
    identifier = models.CharField(_("company number"), max_length=40, blank=True)
    founded = models.PositiveSmallIntegerField(_("founded"), null=True, blank=True)
    size = models.CharField(_("employees"), max_length=10, blank=True, choices=Size)
    languages = models.JSONField(_("languages spoken"), default=list, blank=True)
    first_time_exporter = models.BooleanField(_("first time selling to China"), default=False)
    brand_in_china = models.CharField(
        _("brand in China"), max_length=10, blank=True, choices=Brand, default="", db_default=""
    )
    about = MultilingualField(_("about the company"), max_length=3000, multiline=True, blank=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.DRAFT)
    status_reason = models.CharField(max_length=500, blank=True)
    verification = models.PositiveSmallIntegerField(choices=Verification, default=Verification.CLAIMED)
    verified_at = models.DateField(null=True, blank=True)
    verified_until = models.DateField(null=True, blank=True)  # when the shown level's evidence runs out
    submitted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    # The company a duplicate went up in; its own row stays, so that nothing that names it breaks.
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
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
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(status="suspended"), name="merged_company_is_closed"
            ),
            # A returned draft gives its number free; two live companies never share one.
            models.UniqueConstraint(
                fields=["country", "identifier_kind", "identifier"],
                condition=~Q(identifier="") & ~Q(status="returned"),
                name="company_number_once",
                violation_error_code=NUMBER_TAKEN,
                violation_error_message=NUMBER_TAKEN_SENTENCE,
            ),
        ]
        indexes = [
            models.Index(fields=["status", "is_supplier"], name="company_by_status"),
            models.Index(fields=["submitted_at", "id"], name="company_by_submission"),  # the order of the team's list
        ]

    def __str__(self):
        return self.display_name

    def validate_constraints(self, exclude=None):
        """A number that is taken is told beside the number; Django tells what spans fields on top, without one."""
        try:
            super().validate_constraints(exclude)
        except ValidationError as problem:
            by_field: dict[str, list[ValidationError]] = {}
            for field, errors in problem.error_dict.items():
                for error in errors:
                    by_field.setdefault("identifier" if error.code == NUMBER_TAKEN else field, []).append(error)
            raise ValidationError(by_field) from None

    @property
    def display_name(self) -> str:
        return name_for_reader(self.legal_name, self.name_latin, self.name_zh)

    @property
    def other_name(self) -> str:
        """The name in the other script, shown beside the first; '' when it is the same."""
        shown = self.display_name
        return next((n for n in (self.legal_name, self.name_zh, self.name_latin) if n and n != shown), "")

    @property
    def about_texts(self) -> list[dict[str, str]]:
        """What it says of itself for this reader, and what it wrote in its own language where that differs."""
        codes = dict.fromkeys([self.about.language(), self.about.language(self.language)])
        return [{"text": self.about[code], "lang": code} for code in codes if code]

    @property
    def country_name(self) -> str:
        return reference.name(reference.countries().get(self.country), self.country)

    @property
    def place(self) -> str:
        """The city as the reader can read it: a Chinese one in Latin letters for readers of other scripts.

        Only cities of Chinese-speaking places are spelt as pinyin: 東京 is no Dongjing.
        """
        is_chinese = self.country in ("CN", "TW", "HK", "MO", "SG")
        if (get_language() or "").startswith("zh") or self.city.isascii() or not is_chinese:
            return Rendered(self.city)
        from matchmaker.engines.language import latin_place  # brings the dictionaries; few readers need it

        return Rendered(latin_place(self.city))

    @property
    def is_approved(self) -> bool:
        return self.status == self.Status.APPROVED

    @property
    def is_before_approval(self) -> bool:
        return self.status in self.BEFORE_APPROVAL
