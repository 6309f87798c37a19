"""What two companies write to each other about one thing."""

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Demand, Product
from matchmaker.companies.models import Company
from matchmaker.core.files import FileRow, private_files
from matchmaker.core.ids import Public
from matchmaker.core.languages import ENGLISH, find
from matchmaker.core.text import validate_one_line, validate_text
from matchmaker.matching.models import Match
from matchmaker.messaging import phrases as phrase_book
from matchmaker.translation.services import Readable

LONGEST_TEXT = 5000


class Side(models.TextChoices):
    SUPPLIER = "supplier", _("supplier")
    BUYER = "buyer", _("buyer")

    @property
    def other(self) -> "Side":
        return Side.BUYER if self == Side.SUPPLIER else Side.SUPPLIER


class EnquiryQuerySet(models.QuerySet):
    def of(self, company):
        """Those a company takes part in; one that is held back does not exist for its receiver."""
        return self._of_any([company])

    def visible_to(self, user):
        """Those of one's own companies. No others read them, not even the campaign's team."""
        return self._of_any(Company.objects.of(user).values("pk")) if user.is_authenticated else self.none()

    def in_campaign(self, campaign):
        """Those in which a side takes part in the campaign: what its team decides about when a message is held."""
        companies = campaign.companies.values("pk")
        return self.filter(Q(supplier__in=companies) | Q(buyer__in=companies))

    def _of_any(self, companies):
        return self.filter(
            Q(supplier__in=companies, asked_by=Side.SUPPLIER)
            | Q(buyer__in=companies, asked_by=Side.BUYER)
            | (Q(delivered_at__isnull=False) & (Q(supplier__in=companies) | Q(buyer__in=companies)))
        )

    def with_unread(self, user, company):
        """Each with `unread`: something came for this company since this person last opened it."""
        mark = ReadMark.objects.filter(enquiry=OuterRef("pk"), user=user)
        news = models.Case(
            models.When(supplier=company, then=F("supplier_news_at")),
            default=F("buyer_news_at"),
            output_field=models.DateTimeField(null=True),
        )
        return self.annotate(news_at=news, seen_at=Subquery(mark.values("read_at")[:1])).annotate(
            unread=models.Case(
                models.When(Q(news_at__isnull=True), then=False),
                models.When(Q(seen_at__isnull=True) | Q(news_at__gt=F("seen_at")), then=True),
                default=False,
                output_field=models.BooleanField(),
            )
        )

    def with_turns(self):
        """Each with `supplier_must` and `buyer_must`: has this side something to do, by the enquiry as it stands?

        To answer a message or a quote (`owes`), to confirm or deny what the other side said of the deal, to send a
        sample or to say that it arrived. Both sides may have something to do.
        """
        return self.annotate(**{f"{side}_must": self._must(side) for side in Side})

    @staticmethod
    def _must(side: "Side"):
        enquiry = Enquiry.objects.filter(pk=OuterRef("pk"))
        stage = "asked" if side == Side.SUPPLIER else "sent"
        owes = Q(owes=side, status__in=Enquiry.LIVING)
        duty = Q(Exists(enquiry.filter(steps__answer="", steps__said_by=side.other)))
        duty |= Q(Exists(enquiry.filter(samples__stage=stage)))
        return models.ExpressionWrapper(owes | duty, output_field=models.BooleanField())

    def with_deal(self):
        """Those with a quote that was not declined or taken back, or a step of a deal that the supplier agreed to."""
        enquiry = Enquiry.objects.filter(pk=OuterRef("pk"))
        has_quote = Exists(enquiry.filter(quotes__status__in=["open", "question", "accepted"]))
        agreed = Q(steps__answer="confirmed") | Q(steps__answer="", steps__said_by=Side.SUPPLIER)
        return self.filter(has_quote | Exists(enquiry.filter(agreed)))

    def owed_by(self, company):
        """Where the other side waits for this company."""
        turn = Q(supplier=company, supplier_must=True) | Q(buyer=company, buyer_must=True)
        return self.of(company).with_turns().filter(turn)

    def for_cards(self):
        people = ("supplier", "buyer", "supplier_person", "buyer_person")
        return self.select_related(*people, "product", "demand").prefetch_related("product__texts")


class Enquiry(Public):
    """One conversation of a supplier and a buyer: about a product, a demand, or the company as a whole.

    Without a match it begins as a request: one message, which the other side answers, declines, or lets run out.
    """

    class Status(models.TextChoices):
        REQUESTED = "requested", _("waiting for the other side")
        OPEN = "open", _("open")
        DECLINED = "declined", _("declined")
        EXPIRED = "expired", _("not answered")
        CLOSED = "closed", _("closed")

    LIVING = (Status.REQUESTED, Status.OPEN)

    class Basis(models.TextChoices):
        MATCH = "match", _("a match")
        REQUEST = "request", _("a request")

    supplier = models.ForeignKey(Company, models.CASCADE, related_name="enquiries_as_supplier")
    buyer = models.ForeignKey(Company, models.CASCADE, related_name="enquiries_as_buyer")
    asked_by = models.CharField(max_length=10, choices=Side)
    basis = models.CharField(max_length=10, choices=Basis)
    product = models.ForeignKey(Product, models.CASCADE, null=True, blank=True, related_name="enquiries")
    demand = models.ForeignKey(Demand, models.CASCADE, null=True, blank=True, related_name="enquiries")
    match = models.ForeignKey(Match, models.SET_NULL, null=True, blank=True, related_name="enquiries")
    subject = models.CharField(_("subject"), max_length=160, validators=[validate_one_line])
    status = models.CharField(max_length=10, choices=Status)
    buyer_named = models.BooleanField(default=False)  # the supplier reads the buyer's name
    owes = models.CharField(max_length=10, blank=True, choices=Side)  # whose turn it is
    owes_since = models.DateTimeField(null=True, blank=True)
    reminders = models.PositiveSmallIntegerField(default=0)  # told in this turn
    supplier_person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    buyer_person = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    supplier_news_at = models.DateTimeField(null=True, blank=True)
    buyer_news_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    delivered_at = models.DateTimeField(null=True, blank=True)  # the first message reached the other side
    answered_at = models.DateTimeField(null=True, blank=True)  # the side that was asked said something, be it no
    touched_at = models.DateTimeField()

    objects = EnquiryQuerySet.as_manager()

    class Meta:
        ordering = ["-touched_at", "-id"]
        verbose_name = _("enquiry")
        verbose_name_plural = _("enquiries")
        constraints = [
            models.CheckConstraint(condition=~Q(supplier=F("buyer")), name="enquiry_has_two_companies"),
            models.CheckConstraint(
                condition=Q(owes="", owes_since__isnull=True) | (~Q(owes="") & Q(owes_since__isnull=False)),
                name="enquiry_turn_has_a_beginning",
            ),
            models.UniqueConstraint(
                fields=["supplier", "buyer", "demand"],
                condition=Q(demand__isnull=False),
                name="one_enquiry_per_pair_and_demand",
            ),
            models.UniqueConstraint(
                fields=["supplier", "buyer", "product"],
                condition=Q(product__isnull=False, demand__isnull=True),
                name="one_enquiry_per_pair_and_product",
            ),
            models.UniqueConstraint(
                fields=["supplier", "buyer"],
                condition=Q(product__isnull=True, demand__isnull=True),
                name="one_general_enquiry_per_pair",
            ),
        ]
        indexes = [models.Index(fields=["status", "owes", "owes_since"], name="enquiry_by_turn")]

    def __str__(self):
        return self.subject

    @property
    def subject_for_reader(self) -> Readable:
        """What it is about as this reader can read it: the product, the demand, or the supplier's name."""
        if self.demand:
            return self.demand.title_for_reader
        if self.product and (text := self.product.text):
            own = self.product.original
            beside = (own.name, own.language) if own and hasattr(text, "origin") else ("", "")
            return Readable(text.name, text.language, getattr(text, "origin", "owner"), "", *beside)
        return Readable(self.subject if self.product else self.supplier.display_name, "", "owner")

    def company_of(self, side: str) -> Company:
        return self.supplier if side == Side.SUPPLIER else self.buyer

    def side_of(self, company: Company) -> Side:
        return Side.SUPPLIER if company.pk == self.supplier_id else Side.BUYER

    def person_of(self, side: str):
        """The colleague who looks after it on this side, or None."""
        return self.supplier_person if side == Side.SUPPLIER else self.buyer_person

    @property
    def is_living(self) -> bool:
        return self.status in self.LIVING


class MessageQuerySet(models.QuerySet):
    def reached(self):
        return self.filter(state=Message.State.SENT)

    def visible_to(self, user):
        """What one's own side wrote, and what reached it."""
        if not user.is_authenticated:
            return self.none()
        own = Company.objects.of(user).values("pk")
        mine = Q(side=Side.SUPPLIER, enquiry__supplier__in=own) | Q(side=Side.BUYER, enquiry__buyer__in=own)
        return self.filter(mine | Q(state=Message.State.SENT), enquiry__in=Enquiry.objects.visible_to(user))


class Message(Public):
    """What one side wrote: sentences of the phrase book, free text, or both.

    `text` is the free text and `language` its language; of a message of phrases alone, that of its author. `phrases`
    is a list of {"key": …, "slots": …}, see `messaging/phrases.py`.
    """

    class State(models.TextChoices):
        SENT = "sent", _("sent")
        HELD = "held", _("held for review")
        REFUSED = "refused", _("not delivered")

    class Hold(models.TextChoices):
        """Why a message waits for a look by the organiser."""

        NONE = "", _("not held")
        ALIKE = "alike", _("nearly the same text went to other companies")
        LINK_ONLY = "link_only", _("there is little more in it than a link")
        REPORTED = "reported", _("the receiver reported it")

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="messages")
    side = models.CharField(max_length=10, choices=Side)
    author = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    text = models.TextField(
        _("message"), max_length=LONGEST_TEXT, blank=True, validators=[validate_text, MaxLengthValidator(LONGEST_TEXT)]
    )
    phrases = models.JSONField(_("ready-made sentences"), default=list, db_default=[], blank=True)
    language = models.CharField(max_length=10, default="en")
    state = models.CharField(max_length=10, choices=State, default=State.SENT)
    hold = models.CharField(max_length=10, blank=True, choices=Hold)
    hold_facts = models.JSONField(default=dict, blank=True)  # what the sentence of the hold is made from
    reviewed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ["created_at", "id"]
        verbose_name = _("message")
        constraints = [
            models.CheckConstraint(condition=~Q(state="held") | ~Q(hold=""), name="held_message_says_why"),
            models.CheckConstraint(
                condition=~Q(text="") | ~Q(phrases=[]) | Q(deleted_at__isnull=False), name="message_says_something"
            ),
        ]
        indexes = [models.Index(fields=["state", "created_at"], name="message_by_state")]

    def __str__(self):
        return self.for_reader[:60]

    @property
    def sentences(self) -> str:
        """Its phrases in the active language, one a line."""
        return "\n".join(phrase_book.sentences(self.phrases))

    @property
    def for_reader(self) -> str:
        """All of it: the phrases in the active language, then the free text as it was written."""
        return "\n".join(filter(None, (self.sentences, self.text)))

    @property
    def as_written(self) -> str:
        """All of it in the language of its author; English where the site has not that language."""
        language = find(self.language)
        with translation.override(language.code if language else ENGLISH):
            return self.for_reader


def attachment_path(row: "Attachment", _filename: str) -> str:
    """Never the name that was uploaded."""
    return f"enquiries/{row.message.enquiry.uid}/{row.uid}{row.suffix}"


class AttachmentQuerySet(models.QuerySet):
    def visible_to(self, user):
        messages = Message.objects.visible_to(user).filter(deleted_at__isnull=True)
        return self.filter(message__in=messages)


class Attachment(Public, FileRow):
    """A file of a message. `name` is what its sender called it, made harmless; it never names the stored file."""

    message = models.ForeignKey(Message, models.CASCADE, related_name="attachments")
    file = models.FileField(storage=private_files, upload_to=attachment_path, max_length=200)
    content_type = models.CharField(max_length=80)  # those of office files are long

    objects = AttachmentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["message", "sha256"], name="attachment_once_per_message")]


class ReadMark(models.Model):
    """Until when a person has read an enquiry."""

    enquiry = models.ForeignKey(Enquiry, models.CASCADE, related_name="read_marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    read_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["enquiry", "user"], name="read_mark_once")]

    def __str__(self):
        return f"{self.user_id} read {self.enquiry_id}"
