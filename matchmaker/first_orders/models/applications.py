"""Applications for vouchers, and the documents against which a voucher is paid out."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from matchmaker.campaigns.models import Organiser
from matchmaker.companies.models import Company
from matchmaker.core.files import FileRow, private_files
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.first_orders.models.programmes import Programme, money_field
from matchmaker.first_orders.models.trial_lots import TrialLot
from matchmaker.messaging.models import Enquiry, Side


class VoucherApplicationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Those of one's own companies, and those of campaigns that one decides in."""
        if not user.is_authenticated:
            return self.none()
        runs = Organiser.objects.filter(user=user, role__in=Organiser.DECIDES).values("campaign")
        own = Q(lot__enquiry__in=Enquiry.objects.visible_to(user))
        return self.filter(own | Q(programme__campaign__in=runs))

    def for_lists(self):
        return self.select_related("programme__campaign", "lot__enquiry__supplier", "lot__enquiry__buyer")


class VoucherApplication(Public):
    """A confirmed trial lot takes part in a programme. `terms` are those of the lot when it applied."""

    class State(models.TextChoices):
        APPLIED = "applied", pgettext_lazy("application", "applied")
        VOUCHER = "voucher", pgettext_lazy("application", "has a voucher")
        WAITING = "waiting", pgettext_lazy("application", "on the waiting list")
        WITHDRAWN = "withdrawn", pgettext_lazy("application", "withdrawn")
        PAID = "paid", pgettext_lazy("application", "paid out")

    LIVING = (State.APPLIED, State.VOUCHER, State.WAITING)

    programme = models.ForeignKey(Programme, models.PROTECT, related_name="applications")
    lot = models.ForeignKey(TrialLot, models.PROTECT, related_name="applications")
    supplier = models.ForeignKey(Company, models.PROTECT, related_name="+")  # that of the lot, for the constraint
    number = models.CharField(max_length=12)  # anonymous: what the published list names
    group = models.PositiveSmallIntegerField(default=0)  # drawn before those of a higher one
    costs = money_field()  # the costs that are covered, as estimated, in the currency of the programme
    amount = money_field()  # of the voucher
    version = models.PositiveSmallIntegerField()
    terms = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.APPLIED)
    place = models.PositiveIntegerField(null=True, blank=True)  # in the drawn order, from 1
    applied_by = models.CharField(max_length=10, choices=Side)
    applied_by_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    applied_at = models.DateTimeField()
    voucher_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_why = models.CharField(max_length=300, blank=True, validators=[validate_text])

    objects = VoucherApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["place", "number"]
        verbose_name = _("application for a voucher")
        constraints = [
            models.UniqueConstraint(fields=["programme", "number"], name="application_number_once"),
            models.UniqueConstraint(fields=["programme", "place"], name="application_place_once"),
            models.UniqueConstraint(
                fields=["programme", "supplier"],
                condition=~Q(state="withdrawn"),
                name="one_application_per_supplier",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="voucher_is_worth_something"),
            models.CheckConstraint(
                condition=~Q(state__in=["voucher", "paid"]) | Q(voucher_at__isnull=False, place__isnull=False),
                name="voucher_was_drawn",
            ),
            models.CheckConstraint(
                condition=Q(state="withdrawn") ^ Q(withdrawn_at__isnull=True), name="withdrawn_application_has_a_time"
            ),
        ]

    def __str__(self):
        return self.number

    @property
    def is_living(self) -> bool:
        return self.state in self.LIVING


def voucher_document_path(row: "VoucherDocument", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"vouchers/{row.application.uid}/{row.uid}{row.suffix}"


class VoucherDocumentQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(application__in=VoucherApplication.objects.visible_to(user))


class VoucherDocument(Public, FileRow):
    """A document for the payment of a voucher: both sides and the campaign's team can open it."""

    class Kind(models.TextChoices):
        INVOICE = "invoice", _("invoice")
        CUSTOMS = "customs", _("customs declaration")
        TRANSPORT = "transport", _("transport document")
        INSPECTION = "inspection", _("inspection report")
        OTHER = "other", _("something else")

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the team")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("not accepted")

    application = models.ForeignKey(VoucherApplication, models.PROTECT, related_name="documents")
    kind = models.CharField(_("what it is"), max_length=10, choices=Kind)
    number = models.CharField(_("number on it"), max_length=80, blank=True, validators=[validate_one_line])
    file = models.FileField(storage=private_files, upload_to=voucher_document_path, max_length=200)
    content_type = models.CharField(max_length=80)  # those of office files are long
    given_by = models.CharField(max_length=10, choices=Side)
    given_by_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    why = models.CharField(_("why not"), max_length=300, blank=True, validators=[validate_text])
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)

    objects = VoucherDocumentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("document of a voucher")
        constraints = [
            models.UniqueConstraint(fields=["application", "sha256"], name="voucher_document_once"),
            models.CheckConstraint(condition=Q(state="refused") ^ Q(why=""), name="refused_voucher_document_says_why"),
        ]
