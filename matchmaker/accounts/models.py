"""People, the keys of their programs, and the record of what was done."""

from zoneinfo import ZoneInfo

from django.contrib.auth.base_user import BaseUserManager
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from matchmaker.core.clocks import known_zone, usual_zone
from matchmaker.core.ids import Public, new_id
from matchmaker.core.text import validate_one_line, validate_person_name
from matchmaker.notifications.models import Promise


class UserManager(BaseUserManager):
    """People sign in with their e-mail address; there is no user name."""

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(Public, AbstractUser):
    """A person. What she may do follows from the companies and campaigns she belongs to, never from this row."""

    username = None  # type: ignore[assignment]  # Django takes a field away by None
    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    email = models.EmailField(_("email address"), max_length=254, unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True, validators=[validate_person_name])
    language = models.CharField(_("language"), max_length=10, default="en")
    time_zone = models.CharField(_("time zone"), max_length=40, blank=True, default="")  # empty until it is known

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = []
    objects = UserManager()  # type: ignore[assignment]

    class Meta:
        verbose_name = _("person")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case")]

    def __str__(self):
        return self.name or self.email

    @property
    def zone(self) -> ZoneInfo:
        """The clock this person lives by; a guess from her language until it is known."""
        return known_zone(self.time_zone) or usual_zone(self.language)

    def get_full_name(self):
        return str(self)

    def get_short_name(self):
        return str(self)


class ApiToken(Public):
    """A program's key. Only its SHA-256 is stored; the key itself is shown once."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=80, validators=[validate_one_line])
    prefix = models.CharField(max_length=12)
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self):
        return f"{self.name} ({self.prefix}…)"


class Consent(Public):
    """What a person agreed to, with the words she read: a later change of the text changes nothing here."""

    user = models.ForeignKey(User, models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=40)
    text = models.TextField()
    language = models.CharField(max_length=10)
    given_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-given_at"]

    def __str__(self):
        return f"{self.user} agreed: {self.purpose}"


class AuditQuerySet(models.QuerySet):
    def of(self, organisation):
        """The chain of a company or campaign, or of a person's own account."""
        return self.filter(organisation=str(organisation.uid))


class AuditEntry(models.Model):
    """What was done, by whom, to what: written in the transaction of the act, chained by hash per organisation.

    A trigger of the database refuses to change an entry; on PostgreSQL one refuses to delete it, too.
    """

    organisation = models.CharField(max_length=64)  # uid of a company or campaign; '' for the site itself
    actor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    verb = models.CharField(max_length=60)
    object_kind = models.CharField(max_length=40)
    object_uid = models.CharField(max_length=64)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()
    previous = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    is_keyed = models.BooleanField(default=True)  # False: from before digests had a key

    objects = AuditQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            # Two acts can't both follow the same one: the chain of an organisation never forks.
            models.UniqueConstraint("organisation", "previous", name="audit_chain_never_forks"),
        ]

    def __str__(self):
        return f"{self.verb} {self.object_kind} {self.object_uid}"


class AuditChain(models.Model):
    """How long the chain of an organisation is and how it ends, so that a shortened or emptied one is noticed."""

    organisation = models.CharField(max_length=64, unique=True)
    length = models.PositiveIntegerField(default=0)
    last = models.CharField(max_length=64, blank=True)  # digest of the last entry
    seal = models.CharField(max_length=64, blank=True)  # keyed digest of the three above

    def __str__(self):
        return f"{self.organisation}: {self.length}"


class AccountLetter(Promise):
    """A letter about an account to one address, stored by the request and sent by a worker.

    What it says holds a link that opens the account: it is forgotten as soon as the letter left.
    """

    # Null where the address has no account: the response must not tell whether it has one.
    user = models.ForeignKey(User, models.CASCADE, null=True, blank=True, related_name="account_letters")
    email = models.EmailField(_("email address"), max_length=320)  # as a form takes it; no account need have it
    language = models.CharField(max_length=10)
    kind = models.CharField(max_length=60)
    contents = models.JSONField(default=dict)  # subject, sentences, what the button says and where it leads
    expires_at = models.DateTimeField(null=True, blank=True)  # when its link stops working

    forgotten = {"contents": {}}

    class Meta(Promise.Meta):
        constraints = Promise.Meta.constraints
        indexes = [
            models.Index(fields=["not_before"], condition=models.Q(state="waiting"), name="account_letter_waiting"),
        ]

    def __str__(self):
        return f"{self.kind} to {self.email}"


class StoredAnswer(models.Model):
    """The first answer to a request that says it may come twice; its repeat gets the same answer (see `once`)."""

    caller = models.CharField(max_length=80)
    key = models.CharField(max_length=255)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.JSONField(null=True)
    lease_until = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["caller", "key"], name="idempotency_key_once")]

    def __str__(self):
        return f"{self.caller} {self.key}"


class SyncedList(models.Model):
    """A list that programs keep in step with: what it held when it was last looked at (see `changes`).

    A list that everybody reads the same has no `user`. Its rows are numbered in the order in which their changes were
    seen, under a lock of this row, so that no number appears after a program has read a higher one.
    """

    uid = models.UUIDField(default=new_id, unique=True, editable=False)  # a part of cursors
    name = models.CharField(max_length=80, unique=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    last_number = models.PositiveBigIntegerField(default=0)
    looked_at = models.DateTimeField(null=True)
    has_more = models.BooleanField(default=False)  # the last look ended before all changes were numbered
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.name


class SyncedRow(models.Model):
    """One row of such a list, or one that was in it. `changed_at` and `owner_changed_at` are times of that row."""

    synced_list = models.ForeignKey(SyncedList, models.CASCADE, related_name="rows")
    row = models.BigIntegerField()  # its primary key in the table of the list
    uid = models.UUIDField()
    number = models.PositiveBigIntegerField()
    changed_at = models.DateTimeField()
    owner_changed_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField()
    is_deleted = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["synced_list", "row"], name="synced_row_once")]
        indexes = [models.Index(fields=["synced_list", "number"], name="synced_row_by_number")]

    def __str__(self):
        return f"{self.synced_list_id} {self.number}"
