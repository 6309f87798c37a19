"""Questions a campaign asks companies when they register, and what they answered."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models.campaign import Campaign, Organiser
from matchmaker.companies.models import Company
from matchmaker.core import languages, reference
from matchmaker.core.ids import Public
from matchmaker.core.lists import format_list
from matchmaker.core.multilingual import MultilingualField, Texts
from matchmaker.core.text import validate_text


class QuestionQuerySet(models.QuerySet):
    def active(self):
        return self.filter(retired_at__isnull=True)

    def of(self, company):
        """Those for a side the company is on."""
        sides = [side for side, takes in (("supplier", company.is_supplier), ("buyer", company.is_buyer)) if takes]
        return self.filter(Q(side="") | Q(side__in=sides))

    def unanswered_by(self, company):
        """Those that need an answer before the company can be submitted and have none."""
        return self.filter(is_required=True).exclude(answers__company=company)

    def new_to(self, company):
        """Those without an answer that need one, or that the company has not seen when it was submitted."""
        rows = self.exclude(answers__company=company)
        seen_until = company.submitted_at
        return rows if seen_until is None else rows.filter(Q(is_required=True) | Q(created_at__gt=seen_until))


class Question(Public):
    """One question; what was answered once stays when it is asked no longer."""

    class Kind(models.TextChoices):
        LINE = "line", _("a line of text")
        TEXT = "text", _("several lines of text")
        NUMBER = "number", _("a number")
        DAY = "day", _("a date")
        YES_NO = "yes_no", _("yes or no")
        CHOICE = "choice", _("one of several")
        CHOICES = "choices", _("any of several")
        COUNTRY = "country", _("a country")
        ADDRESS = "address", _("a web address")

    class Side(models.TextChoices):
        BOTH = "", _("both sides")
        SUPPLIER = "supplier", _("suppliers")
        BUYER = "buyer", _("buyers")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="questions")
    side = models.CharField(_("who is asked"), max_length=10, blank=True, choices=Side)
    kind = models.CharField(_("kind of answer"), max_length=10, choices=Kind)
    label = MultilingualField(_("question"), max_length=200, required_languages=[languages.ENGLISH])
    help = MultilingualField(_("help"), max_length=300, blank=True)
    options = models.JSONField(default=list, blank=True)  # texts by language; an answer keeps the English one
    is_required = models.BooleanField(_("an answer is needed to submit"), default=False)
    position = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True, null=True)  # empty where it is older than this field
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["choice", "choices"]) | ~Q(options=[]), name="choice_has_options"
            )
        ]

    def __str__(self):
        return str(self.label)

    @property
    def choices(self) -> list[tuple[str, str]]:
        """What is stored and what is shown, in the reader's language."""
        return [(option[languages.ENGLISH], str(Texts(option))) for option in self.options]


class AnswerQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of one's own companies, and those given to a campaign one runs."""
        if not user.is_authenticated:
            return self.none()
        runs = Organiser.objects.filter(user=user).values("campaign")
        return self.filter(Q(company__in=Company.objects.of(user)) | Q(question__campaign__in=runs))


class Answer(models.Model):
    """What a company said to a question: a JSON value by kind, and its words for search and sheets."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="answers")
    company = models.ForeignKey(Company, models.CASCADE, related_name="answers")
    value = models.JSONField()  # str, number, bool, ISO day or list of str
    words = models.CharField(max_length=2000, validators=[validate_text])
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(auto_now=True)

    objects = AnswerQuerySet.as_manager()

    class Meta:
        ordering = ["question", "company"]
        constraints = [models.UniqueConstraint(fields=["question", "company"], name="answered_once")]

    def __str__(self):
        return f"{self.question}: {self.words}"

    @property
    def display(self) -> str:
        """The answer in the reader's language."""
        kind = Question.Kind
        if self.question.kind == kind.YES_NO:
            return str(_("yes") if self.value else _("no"))
        if self.question.kind == kind.COUNTRY:
            return reference.name(reference.countries().get(self.value), self.value)
        if self.question.kind in (kind.CHOICE, kind.CHOICES):
            names = dict(self.question.choices)
            chosen = [self.value] if isinstance(self.value, str) else self.value
            return format_list(names.get(one, one) for one in chosen)
        return str(self.value)
