"""An address outside with demands, read by the timetable, and which line of ours came from which row of it."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Campaign
from matchmaker.catalogue.models import DemandLine
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line
from matchmaker.imports.models.batches import Import, OwnedQuerySet


class FeedQuerySet(OwnedQuerySet):
    def with_a_problem(self):
        return self.exclude(problem={})

    def with_counts(self):
        """`here`: lines that came from it and are there still; `demands`: of how many demands."""
        still = Q(lines__gone_at__isnull=True)
        return self.annotate(
            here=Count("lines", filter=still, distinct=True),
            demands=Count("lines__line__demand", filter=still, distinct=True),
        )


class Feed(Public):
    """Demands that are maintained elsewhere. The address decides about the lines that came from it, and no others."""

    class State(models.TextChoices):
        ACTIVE = "active", _("read by itself")
        PAUSED = "paused", _("paused")

    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="feeds")
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, blank=True, related_name="feeds")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    name = models.CharField(_("name"), max_length=80, validators=[validate_one_line])
    url = models.CharField(_("address"), max_length=500)
    hours = models.PositiveSmallIntegerField(
        _("read every … hours"), default=6, validators=[MinValueValidator(1), MaxValueValidator(168)]
    )
    publish = models.BooleanField(_("open new demands at once"), default=False)
    state = models.CharField(max_length=6, choices=State, default=State.ACTIVE)
    batch = models.ForeignKey(Import, models.SET_NULL, null=True, blank=True, related_name="+")  # under way
    present = models.JSONField(default=list, blank=True)  # [ref, part] of every row that was there at the last reading
    digest = models.CharField(max_length=64, blank=True)  # of what was read last and brought in
    problem = models.JSONField(default=dict, blank=True)  # why the last reading brought nothing: code and facts
    failures = models.PositiveSmallIntegerField(default=0)  # in a row
    attempts = models.PositiveSmallIntegerField(default=0)  # begun and never ended, in a row
    let_go = models.BooleanField(default=False)  # a person agreed that most of its demands may be withdrawn
    next_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)  # the last reading that went well
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = FeedQuerySet.as_manager()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(company__isnull=True) ^ Q(campaign__isnull=True), name="feed_has_one_owner"
            ),
            models.UniqueConstraint(
                fields=["company", "url"],
                condition=Q(company__isnull=False),
                name="feed_once_per_company",
                violation_error_message=_("This address is read already."),
            ),
            models.UniqueConstraint(
                fields=["campaign", "url"],
                condition=Q(campaign__isnull=False),
                name="feed_once_per_campaign",
                violation_error_message=_("This address is read already."),
            ),
        ]
        indexes = [models.Index(fields=["state", "next_at"], name="feed_by_time")]

    def __str__(self):
        return self.name

    @property
    def owner(self):
        return self.company or self.campaign


class FeedLine(models.Model):
    """Provenance: a line, the number its demand has outside, and which of its lines it is there."""

    feed = models.ForeignKey(Feed, models.CASCADE, related_name="lines")
    line = models.OneToOneField(DemandLine, models.CASCADE, related_name="feed_line")
    ref = models.CharField(max_length=120)
    part = models.CharField(max_length=60)
    gone_at = models.DateTimeField(null=True, blank=True)  # not in the feed any more; its demand was withdrawn

    class Meta:
        ordering = ["ref", "id"]
        constraints = [models.UniqueConstraint(fields=["feed", "ref", "part"], name="feed_line_once")]

    def __str__(self):
        return f"{self.feed} {self.ref}/{self.part}"
