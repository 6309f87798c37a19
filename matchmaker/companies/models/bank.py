"""To which account a company is paid: versions, each entered by one person and confirmed by another."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.companies.models.company import Company
from matchmaker.companies.models.people import two_people
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_name, validate_one_line

ENDING = 4  # characters of the number by which people compare accounts


class BankAccountQuerySet(models.QuerySet):
    def visible_to(self, user):
        """All versions of one's own companies; customers read the confirmed one through the enquiry."""
        return self.filter(company__in=Company.objects.of(user)) if user.is_authenticated else self.none()

    def confirmed(self):
        return self.filter(state=BankAccount.State.CONFIRMED)

    def waiting(self):
        return self.filter(state=BankAccount.State.WAITING)


class BankAccount(Public):
    """One version of a company's bank details. Its details never change: a change is a new version."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for a second person")
        CONFIRMED = "confirmed", _("confirmed")
        REPLACED = "replaced", _("replaced")
        WITHDRAWN = "withdrawn", _("withdrawn")

    company = models.ForeignKey(Company, models.CASCADE, related_name="bank_accounts")
    holder = models.CharField(_("account holder"), max_length=140, validators=[validate_name])
    bank = models.CharField(_("bank"), max_length=140, validators=[validate_name])
    country = models.CharField(_("country of the bank"), max_length=2)
    number = models.CharField(_("IBAN or account number"), max_length=34, validators=[validate_one_line])  # no spaces
    bic = models.CharField(_("SWIFT code (BIC)"), max_length=11, blank=True, validators=[validate_one_line])
    currency = models.CharField(_("currency"), max_length=3)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    entered_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # What the campaign's team wrote of its call to the company; "" where an administrator of the company confirmed.
    call_note = models.CharField(max_length=500, blank=True, validators=[validate_one_line])
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = BankAccountQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("bank account")
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(state="confirmed"), name="one_confirmed_bank_account"
            ),
            models.UniqueConstraint(fields=["company"], condition=Q(state="waiting"), name="one_waiting_bank_account"),
            two_people("entered_by", "confirmed_by", name="bank_account_needs_two_people"),
            models.CheckConstraint(
                condition=~Q(state__in=["confirmed", "replaced"]) | Q(confirmed_at__isnull=False),
                name="bank_account_counts_once_confirmed",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_at__isnull=False) | Q(confirmed_by__isnull=True, call_note=""),
                name="bank_account_waits_unconfirmed",
            ),
        ]

    def __str__(self):
        """Without the number: this text may stand in logs."""
        return f"{self.state} {self.uid}"

    def not_in_copy(self, of: str) -> frozenset[str]:
        """The details are the company's; the copy of a person says only that she entered or confirmed a version."""
        return frozenset({"holder", "bank", "number", "bic", "call_note"})

    @property
    def number_in_groups(self) -> str:
        """An IBAN in groups of four, any other number as it is."""
        if not self.number[:2].isalpha():
            return self.number
        return " ".join(self.number[at : at + 4] for at in range(0, len(self.number), 4))

    @property
    def ending(self) -> str:
        return self.number[-ENDING:]
