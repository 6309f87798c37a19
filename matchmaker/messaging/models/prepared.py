"""First messages that wait for the approval of the company that wrote them."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Demand
from matchmaker.companies.models import Company
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_text
from matchmaker.messaging.models.enquiries import LONGEST_TEXT, Enquiry


class PreparedEnquiryQuerySet(models.QuerySet):
    def visible_to(self, user):
        """One's own companies' only: the other side knows nothing of it."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(company__in=Company.objects.of(user).values("pk"))

    def waiting(self):
        return self.filter(state=PreparedEnquiry.State.WAITING)


class PreparedEnquiry(Public):
    """What a supplier wants to say to the buyer of a demand; `services/prepared.py` sends it after the approval."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits for the approval")
        SENT = "sent", _("sent")
        TAKEN_BACK = "taken_back", _("taken back")
        FAILED = "failed", _("not sent")

    company = models.ForeignKey(Company, models.CASCADE, related_name="prepared_enquiries")
    demand = models.ForeignKey(Demand, models.CASCADE, related_name="prepared_enquiries")
    text = models.TextField(
        _("message"), max_length=LONGEST_TEXT, blank=True, validators=[validate_text, MaxLengthValidator(LONGEST_TEXT)]
    )
    phrases = models.JSONField(_("ready-made sentences"), default=list, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=500, blank=True)  # why it was not sent, in the language of its author
    enquiry = models.OneToOneField(Enquiry, models.SET_NULL, null=True, blank=True, related_name="prepared")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    objects = PreparedEnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["company", "demand"], name="enquiry_prepared_once"),
            models.CheckConstraint(condition=~Q(text="") | ~Q(phrases=[]), name="prepared_enquiry_says_something"),
        ]

    def __str__(self):
        return f"{self.company_id} → {self.demand_id} ({self.state})"
