"""The money of a programme in double entry: each posting takes an amount from one account and gives it to another."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns.models import Organiser
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line
from matchmaker.first_orders.models.applications import VoucherApplication
from matchmaker.first_orders.models.programmes import Programme, money_field


class Account(models.TextChoices):
    """Where money of a programme can be. The funder is outside: its balance is what it has given, as a minus."""

    FUNDER = "funder", _("funder")
    AVAILABLE = "available", _("available")
    RESERVED = "reserved", _("reserved")
    PAID = "paid", _("paid out")


class PostingQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of campaigns that one decides in."""
        if not user.is_authenticated:
            return self.none()
        runs = Organiser.objects.filter(user=user, role__in=Organiser.DECIDES).values("campaign")
        return self.filter(programme__campaign__in=runs)


class Posting(Public):
    """An amount goes from one account to another: one row, so that both sides are always equal. Rows never change.

    The constraints hold whatever code runs: an application reserves, is paid, is released and pays back at most once.
    """

    class Kind(models.TextChoices):
        BUDGET = "budget", _("budget")
        RESERVE = "reserve", _("reserved for a voucher")
        PAYOUT = "payout", _("paid out")
        RELEASE = "release", _("no longer reserved")
        RETURN = "return", _("paid back")
        LEFT = "left", _("given back to the funder")

    ACCOUNTS = {  # kind → from, to
        Kind.BUDGET: (Account.FUNDER, Account.AVAILABLE),
        Kind.RESERVE: (Account.AVAILABLE, Account.RESERVED),
        Kind.PAYOUT: (Account.RESERVED, Account.PAID),
        Kind.RELEASE: (Account.RESERVED, Account.AVAILABLE),
        Kind.RETURN: (Account.PAID, Account.AVAILABLE),
        Kind.LEFT: (Account.AVAILABLE, Account.FUNDER),
    }

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="postings")
    application = models.ForeignKey(VoucherApplication, models.PROTECT, null=True, blank=True, related_name="postings")
    kind = models.CharField(max_length=10, choices=Kind)
    from_account = models.CharField(max_length=10, choices=Account)
    to_account = models.CharField(max_length=10, choices=Account)
    amount = money_field()
    reference = models.CharField(max_length=80, blank=True, validators=[validate_one_line])  # of the bank transfer
    day = models.DateField()  # on which the money moved
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()

    objects = PostingQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("posting")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="posting_moves_something"),
            models.CheckConstraint(condition=~Q(from_account=F("to_account")), name="posting_has_two_accounts"),
            models.CheckConstraint(
                condition=Q(kind="budget", from_account="funder", to_account="available")
                | Q(kind="reserve", from_account="available", to_account="reserved")
                | Q(kind="payout", from_account="reserved", to_account="paid")
                | Q(kind="release", from_account="reserved", to_account="available")
                | Q(kind="return", from_account="paid", to_account="available")
                | Q(kind="left", from_account="available", to_account="funder"),
                name="posting_kind_has_its_accounts",
            ),
            models.CheckConstraint(
                condition=Q(kind__in=["budget", "left"], application__isnull=True)
                | Q(kind__in=["reserve", "payout", "release", "return"], application__isnull=False),
                name="posting_of_a_voucher_names_it",
            ),
            models.UniqueConstraint(
                fields=["application", "kind"], condition=Q(application__isnull=False), name="voucher_posting_once"
            ),
            models.UniqueConstraint(
                fields=["programme", "kind"], condition=Q(application__isnull=True), name="programme_posting_once"
            ),
        ]

    def __str__(self):
        return f"{self.kind} {self.amount}"
