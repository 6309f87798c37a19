"""A file on its way into the site: what was uploaded, how its columns are read, every row and what became of it."""

from collections import Counter

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.companies.models import Company, Membership
from matchmaker.core.ids import Public
from matchmaker.core.leases import unleased


class OwnedQuerySet(models.QuerySet):
    """Rows of one company, or of a campaign's team."""

    def visible_to(self, user):
        """Those of companies one administers, and those of the campaigns one organises."""
        if not user.is_authenticated:
            return self.none()
        administers = Membership.objects.filter(user=user, role=Membership.Role.ADMIN).values("company")
        organises = Organiser.objects.filter(user=user).exclude(role=Organiser.Role.STAFF).values("campaign")
        return self.filter(Q(company__in=administers) | Q(company__isnull=True, campaign__in=organises))


class ImportQuerySet(OwnedQuerySet):
    def waiting(self, now):
        """Work without a running lease."""
        return self.filter(unleased(now), state__in=Import.WORKING)

    def past_undo(self, now):
        return self.filter(undo_until__lt=now, state=Import.State.DONE)


class ImportManager(models.Manager.from_queryset(ImportQuerySet)):  # type: ignore[misc]
    """Leaves the file, which may have 25 MB, in the database until it is needed."""

    def get_queryset(self):
        return super().get_queryset().defer("content")


class Import(Public):
    class Kind(models.TextChoices):
        SUPPLIERS = "suppliers", _("suppliers")
        PRODUCTS = "products", _("products")
        BUYERS = "buyers", _("buyers")
        DEMANDS = "demands", _("demands")
        FEED = "feed", _("demands from a feed")

    class State(models.TextChoices):
        OPENING = "opening", _("being opened")
        MAPPING = "mapping", _("columns to confirm")
        READING = "reading", _("being checked")
        PREVIEW = "preview", _("ready to import")
        APPLYING = "applying", _("being imported")
        DONE = "done", _("imported")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")
        REFUSED = "refused", _("cannot be read")

    WORKING = (State.OPENING, State.READING, State.APPLYING, State.UNDOING)

    kind = models.CharField(max_length=10, choices=Kind)
    # Whose rows these are: one company's, or anybody's when the campaign's team imports (then null).
    company = models.ForeignKey(Company, models.CASCADE, null=True, blank=True, related_name="imports")
    campaign = models.ForeignKey(Campaign, models.CASCADE, null=True, blank=True, related_name="imports")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="imports")
    language = models.CharField(max_length=10)  # of the sentences about rows
    feed = models.ForeignKey("imports.Feed", models.CASCADE, null=True, blank=True, related_name="batches")
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)  # the file, deflated, until its rows are brought in
    size = models.PositiveIntegerField(default=0)  # bytes of the file, until it and its rows are forgotten
    seen = models.JSONField(default=dict)  # how the file is read, see `reading.FileLayout`
    top = models.JSONField(default=list)  # the first rows as [number, cells], cut short, for the page of the columns
    head = models.JSONField(default=list)  # the file's own column names
    mapping = models.JSONField(default=dict)  # our column → place in the file
    defaults = models.JSONField(default=dict)  # our column → the text that stands for an empty cell
    publish = models.BooleanField(_("publish what is complete"), default=False)
    state = models.CharField(max_length=10, choices=State, default=State.OPENING)
    problem = models.JSONField(default=dict)  # why it cannot be read: code and facts
    total = models.PositiveIntegerField(default=0)  # rows of the file that hold anything, without the head
    rejected = models.PositiveIntegerField(default=0)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    unchanged = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)  # not undone, because they were used since
    done_through = models.PositiveIntegerField(default=0)  # the last row that was brought in; undoing counts back
    newest_seen = models.BigIntegerField(default=0)  # highest primary key of the target when rows were compared
    lease_until = models.DateTimeField(null=True, blank=True)
    lease_token = models.UUIDField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # begun and not ended, since the last step that went well
    created_at = models.DateTimeField(auto_now_add=True)
    applied_at = models.DateTimeField(null=True, blank=True)
    undo_until = models.DateTimeField(null=True, blank=True)

    objects = ImportManager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(company__isnull=False) | Q(campaign__isnull=False), name="import_has_an_owner"
            ),
            models.CheckConstraint(condition=Q(kind="feed") ^ Q(feed__isnull=True), name="import_of_a_feed_names_it"),
            models.CheckConstraint(
                condition=~Q(state="done") | Q(total=F("created") + F("updated") + F("unchanged") + F("rejected")),
                name="import_accounts_for_every_row",
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="import_by_work")]

    def __str__(self):
        return self.file_name

    def not_in_copy(self, _of: str) -> frozenset[str]:
        """What comes from the cells of the file: names and addresses of other people and companies."""
        return frozenset({"top", "head", "seen", "mapping", "defaults", "problem"})

    @property
    def valid(self) -> int:
        return self.total - self.rejected

    @property
    def undecided(self) -> int:
        """Rows that are perhaps the same as something, and no one has chosen."""
        return self.rows.filter(action=ImportRow.Action.ALIKE).count()

    def actions(self) -> Counter[str]:
        """How many rows will be new, changes, already here, refused."""
        return Counter(dict(self.rows.order_by().values_list("action").annotate(n=Count("id"))))

    @property
    def owner(self):
        return self.company or self.campaign

    @property
    def is_working(self) -> bool:
        return self.state in self.WORKING

    @property
    def can_be_undone(self) -> bool:
        return self.state == self.State.DONE and self.undo_until is not None and self.undo_until > timezone.now()


class ImportRow(models.Model):
    """One row of the file: its cells, what will be written, and what became of it."""

    class Action(models.TextChoices):
        CREATE = "create", _("new")
        UPDATE = "update", _("changes")
        SAME = "same", _("already here")
        REJECT = "reject", _("refused")
        ALIKE = "alike", _("perhaps the same")  # no one has chosen yet; it is not brought in

    batch = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_column="import_id", db_index=False)
    row_no = models.PositiveIntegerField()  # as the spreadsheet counts
    raw = models.JSONField(default=list)  # cells as text, in the file's order
    # What will be written, null for a refused row. Decimals and days are texts in JSON.
    values = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    # Our column → the sentence. In a row that comes in: why this cell was left empty.
    problems = models.JSONField(null=True)
    notes = models.JSONField(null=True)  # our column → what was put right, or of which row this one is the same
    action = models.CharField(max_length=6, choices=Action)
    target = models.UUIDField(null=True)  # the uid of what it becomes or changes
    before = models.JSONField(null=True, encoder=DjangoJSONEncoder)  # what a change replaced
    # What it is perhaps the same as: uid and names, why, score, and the row where that comes from this file.
    alike = models.JSONField(null=True)

    class Meta:
        ordering = ["row_no"]
        constraints = [models.UniqueConstraint(fields=["batch", "row_no"], name="import_row_once")]
        indexes = [
            models.Index(fields=["batch"], condition=Q(action="reject"), name="import_rejects"),
        ]

    def __str__(self):
        return f"{self.batch} · {self.row_no}"
