"""Obstacles: what blocks a deal, reported by a company or its partner, worked on by the campaign's team."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matchmaker.campaigns.models import Campaign, Enrolment, Organiser, Partner
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.messaging.models.enquiries import Enquiry

LONGEST = 4000


class ObstacleQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of one's companies, of companies that one's desk follows, and of a campaign one runs."""
        if not user.is_authenticated:
            return self.none()
        own = Q(company__in=Company.objects.of(user).values("pk"))
        runs = Organiser.objects.filter(user=user, role__in=Organiser.DECIDES).values("campaign")
        return self.filter(own | Q(pk__in=self.model.objects.of_desks(user).values("pk")) | Q(campaign__in=runs))

    def of_desks(self, user):
        """Those of companies that the desks of a person follow."""
        desks = Partner.objects.open().of(user).values("pk")
        followed = Enrolment.objects.filter(
            partner__in=desks, company=models.OuterRef("company"), partner__campaign=models.OuterRef("campaign")
        )
        return self.filter(models.Exists(followed))

    def open(self):
        return self.exclude(state=Obstacle.State.CLOSED)

    def waiting(self):
        """Those the team has to do something about: not taken up, or not closed by the day that was promised."""
        late = Q(state=Obstacle.State.WORKING, due_on__lt=timezone.localdate())
        return self.filter(Q(state=Obstacle.State.OPEN) | late)

    def for_lists(self):
        return self.select_related("company", "campaign", "responsible", "reported_by")


class Obstacle(Public):
    """A case: what blocks a deal of a company, who works on it until when, and how it ended."""

    class Kind(models.TextChoices):
        REGISTRATION = "registration", _("registration or admission")
        CUSTOMS = "customs", _("customs")
        CERTIFICATE = "certificate", _("certificate or test")
        PAYMENT = "payment", _("payment or bank")
        LOGISTICS = "logistics", _("transport")
        VISA = "visa", _("visa or travel")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        OPEN = "open", _("waits for the team")
        WORKING = "working", _("the team works on it")
        CLOSED = "closed", pgettext_lazy("obstacle", "closed")

    class Outcome(models.TextChoices):
        NONE = "", _("not known yet")
        SOLVED = "solved", _("solved")
        UNSOLVED = "unsolved", _("closed without a solution")
        WITHDRAWN = "withdrawn", _("taken back by those who reported it")

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="obstacles")
    company = models.ForeignKey(Company, models.CASCADE, related_name="obstacles")
    kind = models.CharField(_("what it is about"), max_length=20, choices=Kind)
    title = models.CharField(_("in one line"), max_length=160, validators=[validate_one_line])
    text = models.TextField(_("what happened"), max_length=LONGEST, validators=[validate_text])
    enquiry = models.ForeignKey(Enquiry, models.SET_NULL, null=True, blank=True, related_name="obstacles")
    product = models.ForeignKey(Product, models.SET_NULL, null=True, blank=True, related_name="obstacles")
    state = models.CharField(_("state"), max_length=10, choices=State, default=State.OPEN)
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="obstacles_to_solve",
        verbose_name=_("who is responsible"),
    )
    due_on = models.DateField(_("answer by"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome, blank=True)
    reported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="obstacles_reported"
    )
    partner = models.ForeignKey(  # of the desk that reported it
        Partner, models.SET_NULL, null=True, blank=True, related_name="obstacles"
    )
    reported_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = ObstacleQuerySet.as_manager()

    class Meta:
        ordering = ["-reported_at", "-id"]
        verbose_name = _("obstacle")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed", closed_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="closed") & Q(closed_at__isnull=True, outcome=""),
                name="closed_obstacle_has_an_outcome",
            )
        ]
        indexes = [models.Index(fields=["campaign", "state"], name="obstacle_by_state")]

    def __str__(self):
        return self.title

    @property
    def is_closed(self) -> bool:
        return self.state == self.State.CLOSED

    @property
    def is_late(self) -> bool:
        return not self.is_closed and self.due_on is not None and self.due_on < timezone.localdate()


class ObstacleAnswer(Public):
    """What one of those who see a case wrote to the others; each of them reads it."""

    class Side(models.TextChoices):
        TEAM = "team", _("campaign’s team")
        COMPANY = "company", _("company")
        PARTNER = "partner", _("partner")

    obstacle = models.ForeignKey(Obstacle, models.CASCADE, related_name="answers")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    side = models.CharField(max_length=10, choices=Side)
    text = models.TextField(_("answer"), max_length=LONGEST, validators=[validate_text])
    written_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]

    def __str__(self):
        return f"{self.side} on {self.obstacle}"
