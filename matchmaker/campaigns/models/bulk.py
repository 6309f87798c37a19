"""One decision about many companies: prepared, looked at, done in lots, and stored as a record."""

import datetime as dt

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models.campaign import Campaign
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.leases import unleased

UNDO = dt.timedelta(minutes=10)


class BulkActionQuerySet(models.QuerySet):
    def waiting(self):
        """Work without a running lease."""
        return self.filter(unleased(timezone.now()), state__in=BulkAction.FOR_WORKERS)


class BulkAction(Public):
    """What is done to many companies. The row waits for a worker; its items say what became of each company."""

    class Verb(models.TextChoices):
        APPROVE = "approve", _("Approve")
        RETURN = "return", _("Return with a reason")
        TAG = "tag", _("Add a tag")
        UNTAG = "untag", _("Remove a tag")
        INVITE = "invite", _("Invite the contact person")
        INVITE_TO_EVENT = "invite_to_event", _("Invite to an event")
        REGISTER = "register", _("Register for an event")
        REMIND = "remind", _("Remind those who have not answered")
        ASK = "ask", _("Ask for what is missing")
        ANNOUNCE = "announce", _("Write an announcement to them")

    class State(models.TextChoices):
        COUNTING = "counting", _("being counted")
        PREPARED = "prepared", _("prepared")
        WAITING = "waiting", _("under way")
        DONE = "done", _("done")
        UNDOING = "undoing", _("being taken back")
        UNDONE = "undone", _("taken back")

    FOR_WORKERS = (State.COUNTING, State.WAITING, State.UNDOING)

    campaign = models.ForeignKey(Campaign, models.CASCADE, related_name="bulk_actions")
    verb = models.CharField(max_length=20, choices=Verb)
    values = models.JSONField(default=dict)  # of the verb: reason, tag or event
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    many = models.PositiveIntegerField(default=0, db_default=0)  # companies that were chosen
    chosen = models.JSONField(default=list, db_default=[])  # their keys, until each has its item
    state = models.CharField(max_length=10, choices=State, default=State.PREPARED)
    created_at = models.DateTimeField(auto_now_add=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)

    objects = BulkActionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["state", "lease_until"], name="bulk_by_work")]

    def __str__(self):
        return f"{self.verb} {self.uid}"

    @property
    def is_set(self) -> bool:
        """Does it have every value that its verb needs?"""
        return all(self.values.get(name) for name in NEEDS.get(self.verb, []))

    @property
    def is_told_at_once(self) -> bool:
        """Do emails leave as soon as it is confirmed?"""
        return self.verb in (self.Verb.RETURN, self.Verb.INVITE, self.Verb.INVITE_TO_EVENT, self.Verb.ASK)

    @property
    def undo_until(self) -> dt.datetime | None:
        """Until when it can be taken back; None where it cannot."""
        if self.verb not in UNDOABLE or self.confirmed_at is None or self.state != self.State.DONE:
            return None
        until = self.confirmed_at + UNDO
        return until if until > timezone.now() else None


UNDOABLE = (BulkAction.Verb.APPROVE, BulkAction.Verb.TAG, BulkAction.Verb.UNTAG)
NEEDS: dict[str, list[str]] = {
    BulkAction.Verb.RETURN: ["reason"],
    BulkAction.Verb.TAG: ["tag"],
    BulkAction.Verb.UNTAG: ["tag"],
    BulkAction.Verb.INVITE_TO_EVENT: ["event"],
    BulkAction.Verb.REGISTER: ["event"],
    BulkAction.Verb.REMIND: ["event"],
}


class BulkItem(models.Model):
    """One company of a bulk action, and what became of it."""

    class Outcome(models.TextChoices):
        WAITING = "", _("waits")
        DONE = "done", _("done")
        LEFT_OUT = "left_out", _("left out")
        UNDONE = "undone", _("taken back")

    # No index of its own: PostgreSQL took it for rows just written and sorted them, instead of `bulk_item_by_why`.
    action = models.ForeignKey(BulkAction, models.CASCADE, related_name="items", db_index=False)
    company = models.ForeignKey(Company, models.CASCADE, related_name="+")
    outcome = models.CharField(max_length=10, blank=True, choices=Outcome, default=Outcome.WAITING)
    why = models.CharField(max_length=40, blank=True)  # the reason's code where it is left out

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["action", "company"], name="bulk_item_once")]
        indexes = [models.Index(fields=["action", "outcome", "why", "id"], name="bulk_item_by_why")]

    def __str__(self):
        return f"{self.action}: {self.company}"
