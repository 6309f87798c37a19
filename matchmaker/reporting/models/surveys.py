"""The survey after an event: one question and a line of words, once a person."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text
from matchmaker.events.models import Event


class SurveyQuerySet(models.QuerySet):
    def answered(self):
        return self.filter(answered_at__isnull=False)

    def visible_to(self, user):
        """One's own; the team reads sums and words without names."""
        return self.filter(person=user) if user.is_authenticated else self.none()


class Survey(Public):
    """One person is asked about one event. The row is written when the question is sent; the answer fills it."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="surveys")
    company = models.ForeignKey(Company, models.CASCADE, related_name="surveys")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="surveys")
    sent_at = models.DateTimeField()
    rating = models.PositiveSmallIntegerField(
        _("Would you come again?"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    missing = models.CharField(_("What was missing?"), max_length=1000, blank=True, validators=[validate_text])
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = SurveyQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("survey")
        constraints = [
            models.UniqueConstraint(fields=["event", "person"], name="surveyed_once_per_event"),
            models.CheckConstraint(
                condition=Q(rating__isnull=True, answered_at__isnull=True)
                | Q(rating__gte=1, rating__lte=5, answered_at__isnull=False),
                name="survey_answer_has_a_rating",
            ),
        ]

    def __str__(self):
        return f"{self.event_id} {self.rating or '?'}"
