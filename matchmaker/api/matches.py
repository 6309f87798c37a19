"""Matches of the caller's companies, with reasons in the language asked for."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import Filter, equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.campaigns import boundary
from matchmaker.companies.models import CONTACT_FIELDS
from matchmaker.companies.services import is_member
from matchmaker.matching import reasons, services
from matchmaker.matching.fit import fit_of
from matchmaker.matching.models import Match
from matchmaker.notifications.tasks import start_delivery


class MatchOut(Output):
    """`contact` is the other side's, and only there once both sides said yes."""

    product = serializers.UUIDField(source="product.uid", read_only=True)
    product_name = serializers.CharField(source="product.name", read_only=True)
    demand = serializers.UUIDField(source="line.demand.uid", read_only=True)
    line = serializers.UUIDField(source="line.uid", read_only=True)
    line_text = serializers.CharField(source="line.text", read_only=True)
    side = serializers.SerializerMethodField()
    fit = serializers.SerializerMethodField(help_text="strong, good or possible; a failed condition lowers it.")
    reasons = serializers.SerializerMethodField()
    conditions = serializers.SerializerMethodField()
    contact = serializers.SerializerMethodField()

    class Meta:
        model = Match
        fields = [
            "uid", "side", "product", "product_name", "demand", "line", "line_text", "score", "fit",
            "probability", "parts", "reasons", "conditions", "supplier_answer", "buyer_answer", "mutual_at",
            "contact", "created_at",
        ]  # fmt: skip
        read_only_fields = fields

    def get_side(self, match) -> str:
        return "supplier" if is_member(self.context["request"].user, match.product.company) else "buyer"

    def get_fit(self, match) -> str:
        return fit_of(match.score, match.conditions)

    def get_reasons(self, match) -> list[str]:
        return reasons.sentences(match)

    def get_conditions(self, match) -> list[dict]:
        return [
            {k: str(condition[k]) for k in ("code", "outcome", "sentence")} for condition in reasons.conditions(match)
        ]

    def get_contact(self, match) -> dict | None:
        if not match.is_mutual:
            return None
        seller, wanter = match.product.company, match.line.demand.company
        own, other = (seller, wanter) if self.get_side(match) == "supplier" else (wanter, seller)
        seen = boundary.contact(other, to=own)
        return {
            "company": other.legal_name,
            **{name.removeprefix("contact_"): getattr(seen, name) for name in CONTACT_FIELDS},
        }


class AnswerIn(Strict):
    side = serializers.ChoiceField(["supplier", "buyer"])
    answer = serializers.ChoiceField(["interested", "declined"])
    why = serializers.ChoiceField(Match.Why.choices, required=False, default="", allow_blank=True)


class Matches(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = MatchOut
    policy = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "answer": "matches:write"}
    words = {
        "list": "Matches of the caller's companies",
        "retrieve": "One match with its reasons",
        "answer": "Answer a match for one side",
    }
    notes = {"answer": "`why` may say what speaks against it. After both sides said yes each sees the other's contact."}
    filters = {
        "product": equal("product__uid", "Of this product."),
        "line": equal("line__uid", "Of this line of a demand."),
        "demand": equal("line__demand__uid", "Of this demand."),
        "mutual": Filter(
            "`true`: both sides said yes.", lambda queryset, value: queryset.filter(mutual_at__isnull=value != "true")
        ),
    }
    orderings = {"score": ["-score", "pk"], "newest": ["-pk"]}

    def get_queryset(self):
        return Match.objects.visible_to(self.request.user).for_cards().order_by("-score", "pk")

    @extend_schema(request=AnswerIn, responses=MatchOut)
    def answer(self, request, uid):
        match = self.get_object()
        given = self.given(AnswerIn)
        services.answer_match(by=request.user, match=match, **given.validated_data)
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(Match.objects.for_cards().get(pk=match.pk)).data)
