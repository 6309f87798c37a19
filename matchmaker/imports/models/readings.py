"""A photograph or a pasted text from which fields of a form are read."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.core.files import private_files
from matchmaker.core.ids import Public
from matchmaker.core.leases import unleased


def picture_path(row: "Reading", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"readings/{row.uid}.webp"


class ReadingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own: until they are saved in a form, the fields belong to the person who sent the picture."""
        return self.filter(by=user) if user.is_authenticated else self.none()

    def waiting(self, now):
        return self.filter(unleased(now), state=Reading.State.WAITING)


class Reading(Public):
    """What was sent, and the fields that were read from it. Deleted after a week.

    `fields` are values of the form's fields by name; `suggested` names those that no line says, such as the HS code.
    """

    class Kind(models.TextChoices):
        PRODUCT = "product", _("product")
        COMPANY = "company", _("company")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        DONE = "done", _("read")
        FAILED = "failed", _("cannot be read")

    kind = models.CharField(max_length=7, choices=Kind)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="readings")
    text = models.TextField(blank=True)  # as it was pasted
    picture = models.FileField(storage=private_files, upload_to=picture_path, max_length=200, blank=True)
    state = models.CharField(max_length=7, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=30, blank=True)
    fields = models.JSONField(default=dict)
    suggested = models.JSONField(default=list)
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="readings")
    product = models.ForeignKey(Product, models.CASCADE, null=True, blank=True, related_name="readings")
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # its person saved the form with these fields
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects = ReadingQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state="failed") ^ Q(problem=""), name="failed_reading_says_why"),
            models.CheckConstraint(
                condition=~Q(state="waiting") | ~Q(picture=""), name="only_pictures_wait_to_be_read"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=True) | Q(company__isnull=False),
                name="confirmed_reading_has_a_company",
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="reading_by_work")]

    def __str__(self):
        return f"{self.get_kind_display()} {self.created_at:%Y-%m-%d}"

    @property
    def is_picture(self) -> bool:
        return not self.text
