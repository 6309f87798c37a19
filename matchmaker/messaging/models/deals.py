"""What becomes of an enquiry: samples, and the ladder from an intent to a shipment."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.core.fields import amount_field
from matchmaker.core.files import FileRow, private_files
from matchmaker.core.ids import Public
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.messaging.models.enquiries import Enquiry, Side
from matchmaker.messaging.phrases import Note


class OfEnquiry(models.QuerySet):
    def visible_to(self, user):
        return self.filter(enquiry__in=Enquiry.objects.visible_to(user))


class Sample(Public):
    """A sample on its way: asked for by the buyer, sent by the supplier, received and judged by the buyer."""

    class Stage(models.TextChoices):
        ASKED = "asked", _("asked for")
        REFUSED = "refused", _("not sent")
        SENT = "sent", _("on its way")
        RECEIVED = "received", _("received")
        JUDGED = "judged", _("judged")

    class Verdict(models.TextChoices):
        NONE = "", _("not judged")
        GOOD = "good", _("good as it is")
        CHANGES = "changes", _("good with changes")
        UNFIT = "unfit", _("not suitable")

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="samples")
    what = models.CharField(_("what and how much"), max_length=200, blank=True, validators=[validate_one_line])
    what_phrases = models.JSONField(default=list, db_default=[], blank=True)  # as `Message.phrases`
    stage = models.CharField(max_length=10, choices=Stage, default=Stage.ASKED)
    carrier = models.CharField(_("carrier"), max_length=60, blank=True, validators=[validate_one_line])
    tracking = models.CharField(_("tracking number"), max_length=60, blank=True, validators=[validate_one_line])
    why = models.CharField(_("why not"), max_length=300, blank=True, validators=[validate_text])
    why_phrases = models.JSONField(default=list, db_default=[], blank=True)
    verdict = models.CharField(_("verdict"), max_length=10, blank=True, choices=Verdict)
    note = models.CharField(_("note"), max_length=1000, blank=True, validators=[validate_text])
    note_phrases = models.JSONField(default=list, db_default=[], blank=True)
    asked_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    received_at = models.DateTimeField(null=True, blank=True)
    judged_at = models.DateTimeField(null=True, blank=True)
    refused_at = models.DateTimeField(null=True, blank=True)

    objects = OfEnquiry.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("sample")
        constraints = [
            models.CheckConstraint(
                condition=~Q(stage__in=["sent", "received", "judged"]) | Q(sent_at__isnull=False),
                name="sample_is_sent_before_it_arrives",
            ),
            models.CheckConstraint(
                condition=~Q(stage="judged") | (Q(received_at__isnull=False) & ~Q(verdict="")),
                name="judged_sample_was_received",
            ),
            models.UniqueConstraint(
                fields=["enquiry"], condition=Q(stage__in=["asked", "sent"]), name="one_sample_on_its_way"
            ),
        ]

    def __str__(self):
        return self.what or " ".join(self.written_what.for_reader.split())

    @property
    def written_what(self) -> Note:
        return Note(self.what_phrases, self.what)

    @property
    def written_why(self) -> Note:
        return Note(self.why_phrases, self.why)

    @property
    def written_note(self) -> Note:
        return Note(self.note_phrases, self.note)


class StepQuerySet(OfEnquiry):
    def confirmed(self):
        return self.filter(answer=DealStep.Answer.CONFIRMED)

    def waiting(self):
        return self.filter(answer=DealStep.Answer.NONE)


class DealStep(Public):
    """One rung of the ladder: one side says it happened, the other confirms or denies it; documents may back it."""

    class Rung(models.TextChoices):
        INTENT = "intent", _("intent")
        SAMPLE = "sample", _("sample")
        ORDER = "order", _("order")
        SHIPMENT = "shipment", _("first shipment")
        CUSTOMS = "customs", _("customs clearance")
        PAYMENT = "payment", _("payment")
        REPEAT = "repeat", _("repeat order")  # the only one that is reached again and again

    class Answer(models.TextChoices):
        NONE = "", _("waits for the other side")
        CONFIRMED = "confirmed", _("confirmed by both")
        DENIED = "denied", _("denied by the other side")

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="steps")
    rung = models.CharField(_("what happened"), max_length=10, choices=Rung)
    amount = amount_field(_("value"), digits=18)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    happened_on = models.DateField(_("on"))
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])
    note_phrases = models.JSONField(default=list, db_default=[], blank=True)
    said_by = models.CharField(max_length=10, choices=Side)
    said_by_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    said_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True, choices=Answer)
    answered_by = models.CharField(max_length=10, blank=True, choices=Side)
    answered_at = models.DateTimeField(null=True, blank=True)
    why = models.CharField(_("why not"), max_length=300, blank=True, validators=[validate_text])
    why_phrases = models.JSONField(default=list, db_default=[], blank=True)

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["enquiry", "rung"],
                condition=~Q(answer="denied") & ~Q(rung="repeat"),
                name="deal_rung_climbed_once",
            ),
            models.UniqueConstraint(
                fields=["enquiry"], condition=Q(rung="repeat", answer=""), name="deal_repeat_order_waits_once"
            ),
            models.CheckConstraint(
                condition=Q(answer="", answered_by="", answered_at__isnull=True)
                | (~Q(answer="") & ~Q(answered_by="") & Q(answered_at__isnull=False)),
                name="deal_answer_has_its_side",
            ),
            models.CheckConstraint(condition=~Q(answered_by=F("said_by")), name="deal_confirmed_by_the_other_side"),
            models.CheckConstraint(
                condition=Q(amount__isnull=True) | ~Q(currency=""), name="deal_value_has_a_currency"
            ),
        ]

    def __str__(self):
        return f"{self.rung} {self.answer or '?'}"

    @property
    def written_note(self) -> Note:
        return Note(self.note_phrases, self.note)

    @property
    def written_why(self) -> Note:
        return Note(self.why_phrases, self.why)


def step_paper_path(row: "StepPaper", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"deals/{row.step.uid}/{row.uid}{row.suffix}"


class StepPaperQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(step__in=DealStep.objects.visible_to(user))


class StepPaper(Public, FileRow):
    """A document that a step of a deal rests on, such as a contract or a bill of lading; both sides can open it.

    `sha256` is that of the stored file: who holds the same document can tell that it is this one.
    """

    step = models.ForeignKey(DealStep, models.CASCADE, related_name="papers")
    number = models.CharField(_("number on it"), max_length=80, blank=True, validators=[validate_one_line])
    file = models.FileField(storage=private_files, upload_to=step_paper_path, max_length=200)
    content_type = models.CharField(max_length=80)  # those of office files are long
    given_by = models.CharField(max_length=10, choices=Side)
    given_by_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    given_at = models.DateTimeField()

    objects = StepPaperQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        verbose_name = _("document of a deal")
        constraints = [models.UniqueConstraint(fields=["step", "sha256"], name="step_paper_once")]


class FollowUp(Public):
    """Some weeks later: did the contact lead to business? One question for each side."""

    class Answer(models.TextChoices):
        NONE = "", _("not answered")
        DEAL = "deal", _("yes, we do business")
        TALKING = "talking", _("we are still talking")
        NO = "no", _("no, it came to nothing")

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="follow_ups")
    side = models.CharField(max_length=10, choices=Side)
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=10, blank=True, choices=Answer)
    note = models.CharField(_("note"), max_length=500, blank=True, validators=[validate_text])
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = OfEnquiry.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["enquiry", "side"], name="followed_up_once_per_side")]

    def __str__(self):
        return f"{self.enquiry_id} {self.side} {self.answer or '?'}"
