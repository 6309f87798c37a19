"""Steps of the team that change many meetings at once, and what it takes to go back."""

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.core.ids import Public
from matchmaker.events.models.event import Event


class BulkChangeQuerySet(models.QuerySet):
    def open(self):
        """Those that can be taken back: nothing has left yet."""
        return self.filter(taken_back_at__isnull=True, until__gt=timezone.now())


class BulkChange(Public):
    """One step. `rows` holds each row it touched, before and after: {table: {key: [values or null, values]}}.

    `letters` are the keys of the notices that wait until `until`. Rows are deleted with the next step after that.
    """

    class Kind(models.TextChoices):
        PUBLISH = "publish", _("The plan was published.")
        WITHDRAW = "withdraw", _("The plan was withdrawn.")
        MEND = "mend", _("The plan was changed around companies that are not there.")
        CANCEL = "cancel", _("The event was cancelled.")
        PRESENT = "present", _("A company was marked as there after all.")
        INTERPRET = "interpret", _("The plan was changed around an interpreter who is not there.")
        TABLES = "tables", _("The plan was changed around tables that are closed.")

    event = models.ForeignKey(Event, models.CASCADE, related_name="bulk_changes")
    kind = models.CharField(max_length=10, choices=Kind)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)
    until = models.DateTimeField()
    rows = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    letters = models.JSONField(default=list)
    taken_back_at = models.DateTimeField(null=True, blank=True)

    objects = BulkChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self):
        return f"{self.kind} {self.event_id}"
