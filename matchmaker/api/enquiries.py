"""Enquiries of the caller's companies and the quotes in them."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.companies.models import Company
from matchmaker.core.exchange import yuan_rates
from matchmaker.core.problems import Refused
from matchmaker.market_access.regimes import Kind
from matchmaker.messaging import phrases as phrase_book
from matchmaker.messaging import services
from matchmaker.messaging.models import Enquiry, Message, Quote, QuoteRequest, Side
from matchmaker.messaging.models.requests import PAYMENT
from matchmaker.messaging.warnings import KINDS
from matchmaker.notifications.tasks import start_delivery

TERMS = [
    *("price", "currency", "price_unit", "quantity", "unit", "min_order", "min_order_unit"),
    *("incoterm", "incoterm_place", "lead_time_days", "valid_until", "holds", "holds_unit", "sample_price", "note"),
    "national_line",
    *PAYMENT,
]
REQUEST_TERMS = ["quantity", "unit", "incoterm", "place", "needed_by", "sample_wanted", "text", *PAYMENT]


class FraudWarningOut(serializers.Serializer):
    """A sign of a known fraud: what it is, in the caller's language, and what an authority says of it."""

    kind = serializers.ChoiceField(KINDS)
    sentence = serializers.CharField()
    detail = serializers.CharField(help_text="What the site knows of it: the end of the confirmed account; else empty.")
    authority = serializers.CharField()
    source = serializers.CharField()
    url = serializers.URLField()


class PhraseOut(serializers.Serializer):
    """A ready-made sentence of a message: its key and slots, and how it reads in the caller's language."""

    key = serializers.CharField()
    slots = serializers.DictField()
    text = serializers.CharField()


@extend_schema_field(PhraseOut(many=True))
class PhrasesField(serializers.Field):
    """Stored phrases, each with its sentence in the caller's language."""

    def __init__(self, **options):
        super().__init__(read_only=True, **options)

    def to_representation(self, value: list[phrase_book.Stored]) -> list[dict]:
        texts = phrase_book.sentences(value)
        return [{**one, "text": text} for one, text in zip(value, texts, strict=True)]


class MessageOut(Output):
    """`held_because` is there for the sender of a message that was not delivered, `warnings` for its receiver.

    `text` is all of it for the caller: the sentences of `phrases` in the caller's language, then `words`, the free text
    as it was written in `language`.
    """

    text = serializers.CharField(source="for_reader", read_only=True)
    words = serializers.CharField(source="text", read_only=True)
    phrases = PhrasesField()
    held_because = serializers.SerializerMethodField()
    warnings = serializers.SerializerMethodField()

    class Meta:
        model = Message
        fields = [
            *("uid", "side", "text", "phrases", "words", "language", "state", "held_because", "warnings"),
            *("created_at", "edited_at", "deleted_at"),
        ]
        read_only_fields = fields

    @extend_schema_field(FraudWarningOut(many=True))
    def get_warnings(self, message) -> list[dict]:
        return FraudWarningOut(self.context["warnings"].get(message.pk, []), many=True).data

    def get_held_because(self, message) -> str:
        return "" if message.state == Message.State.SENT else services.hold_sentence(message)


class EnquiryOut(Output):
    """`other` is the other side's company; null while a buyer has not shown its name. No address is ever in it."""

    side = serializers.SerializerMethodField()
    other = serializers.SerializerMethodField()
    product = serializers.UUIDField(source="product.uid", read_only=True, allow_null=True)
    demand = serializers.UUIDField(source="demand.uid", read_only=True, allow_null=True)
    messages = serializers.SerializerMethodField()

    class Meta:
        model = Enquiry
        fields = [
            *("uid", "side", "other", "subject", "product", "demand", "asked_by", "basis", "status", "owes"),
            *("owes_since", "created_at", "delivered_at", "answered_at", "messages"),
        ]
        read_only_fields = fields

    def get_side(self, enquiry) -> str:
        return str(services.own_side(self.context["request"].user, enquiry))

    def get_other(self, enquiry) -> dict | None:
        side = services.own_side(self.context["request"].user, enquiry)
        if side == Side.SUPPLIER and not enquiry.buyer_named:
            return None
        company = enquiry.company_of(side.other)
        return {"uid": str(company.uid), "name": company.legal_name, "country": company.country}

    @extend_schema_field(MessageOut(many=True))
    def get_messages(self, enquiry) -> list[dict]:
        user = self.context["request"].user
        rows = Message.objects.visible_to(user).filter(enquiry=enquiry).select_related("request_line__request")
        warnings = services.warnings_for(enquiry, services.own_side(user, enquiry), rows)
        return MessageOut(rows, many=True, context={"warnings": warnings}).data


class PhraseIn(Strict):
    """A sentence of the phrase book (`GET /api/v1/phrases/`) with a value for each of its slots."""

    key = serializers.CharField(max_length=60)
    slots = serializers.DictField(required=False, default=dict)


class WordsIn(Strict):
    """`phrases`, a `text`, or both; the other side reads phrases in its own language."""

    text = serializers.CharField(max_length=5000, required=False, allow_blank=True, default="")
    phrases = PhraseIn(many=True, required=False, default=list)


class AskIn(WordsIn):
    """One of `supplier`, `product` and `demand`; `company` is needed only by members of several."""

    company = serializers.UUIDField(required=False)
    supplier = serializers.UUIDField(required=False)
    product = serializers.UUIDField(required=False)
    demand = serializers.UUIDField(required=False)


class MessageIn(WordsIn):
    """What is written in a conversation."""


class QuoteOut(Output):
    """`note` and `answer_note` are free text; the sentences beside them read in the caller's language."""

    enquiry = serializers.UUIDField(source="enquiry.uid", read_only=True)
    line = serializers.UUIDField(source="line.uid", read_only=True, allow_null=True)
    quote_request = serializers.UUIDField(
        source="request_line.request.uid", read_only=True, allow_null=True, default=None
    )
    per_base_unit = serializers.SerializerMethodField()
    note_phrases, answer_phrases = PhrasesField(), PhrasesField()

    class Meta:
        model = Quote
        fields = [
            "uid",
            "enquiry",
            "line",
            "quote_request",
            "version",
            *TERMS,
            "per_base_unit",
            "note_phrases",
            "status",
            "answer_note",
            "answer_phrases",
            "made_at",
        ]
        read_only_fields = fields

    @extend_schema_field(serializers.UUIDField(allow_null=True))
    def get_quote_request(self, quote) -> str | None:
        return str(quote.request_line.request.uid) if quote.request_line else None

    def get_per_base_unit(self, quote) -> dict | None:
        per_base = services.per_base_unit(quote)
        return {"price": str(per_base[0]), "unit": per_base[1]} if per_base else None


class QuoteIn(Strict, serializers.ModelSerializer):
    line = serializers.UUIDField(required=False, allow_null=True)
    phrases = PhraseIn(many=True, required=False, default=list)

    class Meta:
        model = Quote
        fields = ["line", *TERMS, "phrases"]
        validators = []


class QuoteAnswerIn(Strict):
    answer = serializers.ChoiceField(["accepted", "declined", "question"])
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True, default="")
    phrases = PhraseIn(many=True, required=False, default=list)


class Enquiries(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = EnquiryOut
    url_name = "api_enquiry"
    policy = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "create": "enquiries:write",
        "reply": "enquiries:write",
        "decline": "enquiries:write",
        "quote": "enquiries:write",
    }
    words = {
        "list": "Enquiries of the caller's companies",
        "retrieve": "One enquiry with its messages",
        "create": "Write to another company for the first time",
        "reply": "Answer in an enquiry",
        "decline": "Decline an enquiry",
        "quote": "Make a quote, or a new version of it",
    }
    notes = {
        "create": "About one of `supplier`, `product` and `demand`. What was asked before goes on where it was.",
        "quote": "For a `line` of the demand, or for the product the enquiry is about.",
    }
    filters = {
        "status": equal("status", "State of the enquiry."),
        "demand": equal("demand__uid", "About this demand."),
        "product": equal("product__uid", "About this product."),
    }
    orderings = {"newest": ["-touched_at", "-pk"], "oldest": ["touched_at", "pk"]}

    def address_of(self, data: dict) -> str:
        return reverse("api_quote", args=[data["uid"]]) if self.action == "quote" else super().address_of(data)

    def get_queryset(self):
        return Enquiry.objects.visible_to(self.request.user).for_cards().order_by("-touched_at", "-pk")

    @extend_schema(request=AskIn, responses={201: EnquiryOut})
    def create(self, request):
        given = self.given(AskIn).validated_data
        about = [name for name in ("supplier", "product", "demand") if name in given]
        if len(about) != 1:
            raise Refused("one_subject", _("Name one of supplier, product and demand."), status=400)
        side = {"is_supplier": True} if about == ["demand"] else {"is_buyer": True}
        enquiry = services.ask(
            by=request.user,
            company=self.company(**side),
            text=given["text"],
            phrases=given["phrases"],
            **self._about(about[0], given),
        )
        transaction.on_commit(start_delivery)
        return Response(self.serialize(enquiry), status=201)

    def _about(self, name: str, given: dict) -> dict:
        rows = {
            "supplier": Company.objects.visible_to(self.request.user).suppliers(),
            "product": Product.objects.visible_to(self.request.user).for_cards(),
            "demand": Demand.objects.visible_to(self.request.user),
        }[name]
        return {"other" if name == "supplier" else name: get_object_or_404(rows, uid=given[name])}

    @extend_schema(request=MessageIn, responses=EnquiryOut)
    def reply(self, request, uid):
        enquiry = self.get_object()
        services.reply(by=request.user, enquiry=enquiry, **self.given(MessageIn).validated_data)
        transaction.on_commit(start_delivery)
        return Response(self.serialize(enquiry))

    @extend_schema(request=None, responses=EnquiryOut)
    def decline(self, request, uid):
        enquiry = self.get_object()
        services.decline(by=request.user, enquiry=enquiry)
        transaction.on_commit(start_delivery)
        return Response(self.serialize(enquiry))

    @extend_schema(request=QuoteIn, responses={201: QuoteOut})
    def quote(self, request, uid):
        enquiry = self.get_object()
        terms = dict(self.given(QuoteIn).validated_data)
        wanted = terms.pop("line", None)
        line = get_object_or_404(services.lines_to_quote(enquiry), uid=wanted) if wanted else None
        made = services.quote(by=request.user, enquiry=enquiry, line=line, **terms)
        transaction.on_commit(start_delivery)
        return Response(QuoteOut(made).data, status=201)

    def serialize(self, enquiry):
        return self.get_serializer(self.get_queryset().get(pk=enquiry.pk)).data


class Quotes(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = QuoteOut
    policy = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "answer": "enquiries:write",
        "withdraw": "enquiries:write",
    }
    filters = {
        "enquiry": equal("enquiry__uid", "Made in this enquiry."),
        "demand": equal("line__demand__uid", "For this demand."),
        "line": equal("line__uid", "For this line of a demand."),
        "quote_request": equal("request_line__request__uid", "In answer to this request."),
        "status": equal("status", "State of the quote."),
    }
    orderings = {"newest": ["-made_at", "-pk"], "price": ["price", "pk"]}
    words = {
        "list": "Quotes of the caller's enquiries",
        "retrieve": "One quote",
        "answer": "Answer a quote",
        "withdraw": "Take a quote back",
    }

    def get_queryset(self):
        rows = Quote.objects.visible_to(self.request.user).select_related(
            "enquiry__supplier", "enquiry__buyer", "line", "request_line__request"
        )
        return rows.order_by("-made_at", "-pk")

    @extend_schema(request=QuoteAnswerIn, responses=QuoteOut)
    def answer(self, request, uid):
        quote = services.answer_quote(
            by=request.user, quote=self.get_object(), **self.given(QuoteAnswerIn).validated_data
        )
        transaction.on_commit(start_delivery)
        return Response(QuoteOut(quote).data)

    @extend_schema(request=None, responses=QuoteOut)
    def withdraw(self, request, uid):
        quote = services.withdraw_quote(by=request.user, quote=self.get_object())
        transaction.on_commit(start_delivery)
        return Response(QuoteOut(quote).data)


class QuoteRequestOut(Output):
    """`enquiries` are the conversations with the suppliers that were asked."""

    line = serializers.UUIDField(source="line.uid", read_only=True, allow_null=True)
    enquiries = serializers.SerializerMethodField()

    class Meta:
        model = QuoteRequest
        fields = ["uid", "line", *REQUEST_TERMS, "made_at", "enquiries"]
        read_only_fields = fields

    def get_enquiries(self, request) -> list[str]:
        return [str(line.enquiry.uid) for line in request.lines.all()]


class QuoteRequestIn(Strict, serializers.ModelSerializer):
    """`products`, `suppliers`, or both: up to six; `line` is one of an own demand."""

    company = serializers.UUIDField(required=False)
    products = serializers.ListField(child=serializers.UUIDField(), max_length=20, required=False, default=list)
    suppliers = serializers.ListField(child=serializers.UUIDField(), max_length=20, required=False, default=list)
    line = serializers.UUIDField(required=False, allow_null=True)
    phrases = PhraseIn(many=True, required=False, default=list)

    class Meta:
        model = QuoteRequest
        fields = ["company", "products", "suppliers", "line", "phrases", *REQUEST_TERMS]
        validators = []


class CostPartOut(serializers.Serializer):
    """`state` is known, included (in the price) or unknown; then `reason` says why.

    The part `regime` has no amount: it is there where duty and taxes hold only if the way into China that the buyer
    chose is open to these goods, which is not known.
    """

    name = serializers.CharField()
    state = serializers.CharField()
    low = serializers.DecimalField(max_digits=24, decimal_places=2)
    high = serializers.DecimalField(max_digits=24, decimal_places=2)
    reason = serializers.CharField(allow_null=True)
    assumed_percent = serializers.DecimalField(
        max_digits=5,
        decimal_places=2,
        allow_null=True,
        help_text="Freight and insurance that nobody typed: the share of the price that the campaign assumes.",
    )


class ComparedQuoteOut(serializers.Serializer):
    """A quote in the currency of the comparison; `low` and `high` are sums without the parts that `missing` names."""

    quote = serializers.UUIDField(source="quote.uid")
    supplier = serializers.UUIDField(source="quote.supplier.uid")
    currency = serializers.CharField(source="cost.currency")
    parts = CostPartOut(source="cost.parts", many=True)
    missing = serializers.ListField(source="cost.missing", child=serializers.CharField())
    low = serializers.DecimalField(source="cost.low", max_digits=24, decimal_places=2)
    high = serializers.DecimalField(source="cost.high", max_digits=24, decimal_places=2)
    is_best = serializers.BooleanField()
    decided_by = serializers.CharField(allow_blank=True)
    regime = serializers.SerializerMethodField(help_text="Kind of the way into China that the buyer chose.")

    def get_regime(self, row) -> str:
        return row.regime.regime.kind if row.regime else Kind.GENERAL.value


class ComparisonOut(serializers.Serializer):
    quotes = ComparedQuoteOut(many=True)


class QuoteRequests(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = QuoteRequestOut
    url_name = "api_quote_request"
    policy = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "create": "enquiries:write",
        "comparison": SIGNED_IN,
    }
    words = {
        "list": "Requests for quotes of the caller's companies",
        "retrieve": "One request for a quote",
        "create": "Ask several suppliers for a quote",
        "comparison": "The quotes of a request with landed cost",
    }
    notes = {
        "create": "A supplier that cannot be asked now is left out; the answer lists the enquiries of the others.",
        "comparison": "With the costs that the buyer stored on the page of the request. Unknown parts are named.",
    }
    orderings = {"newest": ["-made_at", "-pk"], "oldest": ["made_at", "pk"]}

    def get_queryset(self):
        rows = QuoteRequest.objects.visible_to(self.request.user).select_related("line")
        return rows.prefetch_related("lines__enquiry").order_by("-made_at", "-pk")

    @extend_schema(request=QuoteRequestIn, responses={201: QuoteRequestOut})
    def create(self, request):
        given = dict(self.given(QuoteRequestIn).validated_data)
        company = self.company(is_buyer=True)
        given.pop("company", None)
        wanted = given.pop("line", None)
        lines = DemandLine.objects.filter(demand__company=company).select_related("demand")
        line = get_object_or_404(lines, uid=wanted) if wanted else None
        subjects = self._subjects(given.pop("products"), given.pop("suppliers"))
        result = services.request_quotes(by=request.user, company=company, subjects=subjects, line=line, **given)
        transaction.on_commit(start_delivery)
        made = self.get_queryset().get(pk=result.request.pk)
        return Response(self.get_serializer(made).data, status=201)

    def _subjects(self, products: list, suppliers: list) -> list[Product | Company]:
        offered = Product.objects.visible_to(self.request.user).for_cards()
        known = Company.objects.visible_to(self.request.user).suppliers()
        return [
            *(get_object_or_404(offered, uid=uid) for uid in products),
            *(get_object_or_404(known, uid=uid) for uid in suppliers),
        ]

    @extend_schema(responses=ComparisonOut)
    def comparison(self, request, uid):
        scope = services.Scope(request=self.get_object(), shares=services.shares_of(request.site_campaign))
        quotes = services.compare_quotes(scope, scope.sheet, yuan_rates())
        return Response(ComparisonOut({"quotes": quotes}).data)
