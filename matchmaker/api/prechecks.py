"""The customs pre-check of a product and of a quote, for programs."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from matchmaker.api.base import Resource
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.market_access.precheck.model import Place, Severity
from matchmaker.market_access.precheck.presentation import precheck_box
from matchmaker.market_access.precheck.rules import RULES
from matchmaker.market_access.services import precheck_product
from matchmaker.messaging.models import Quote
from matchmaker.messaging.services import precheck_quote

NOTES = (
    "Two places of the dossier that say different things, each as it was entered; the gravest first. What is missing "
    "is no contradiction, and what can be read in two ways is not called one. Reference, not legal advice."
)
EXAMPLE = OpenApiExample(
    "Two origins",
    response_only=True,
    value={
        "contradictions": [
            {
                "rule": "origin_differs",
                "severity": "correct",
                "severity_label": "correct before declaring",
                "title": "Country of origin",
                "first": {
                    "place": "product",
                    "where": "Product",
                    "field": "Country of origin",
                    "value": "Vietnam",
                    "language": "",
                },
                "second": {
                    "place": "quote_note",
                    "where": "Note of the quote",
                    "field": "Country of origin",
                    "value": "Origin: Thailand",
                    "language": "en",
                },
                "why": "The origin decides duty and admission. Label, certificate and declaration have to name the "
                "same country.",
                "what_to_do": "Compare both with the paper, and correct the place that is wrong.",
                "source": "GACC Decree 277, declaration of imported and exported goods",
                "source_url": "http://lnbds.com/listing/lawsshow_pi.php?id=15885",
                "holds": "since 1 May 2025, no end known",
                "confidence_label": "We read an account of the rule, not its text.",
            }
        ],
        "not_stated": ["Gross weight"],
        "compared": ["Product", "Description", "The quote", "Note of the quote"],
        "disclaimer": "Reference, not legal advice.",
    },
)


class PrecheckSideOut(serializers.Serializer):
    """What one place says. `language` is set where `value` is an excerpt of a text as it was written."""

    place = serializers.ChoiceField([one.value for one in Place])
    where = serializers.CharField()
    field = serializers.CharField()
    value = serializers.CharField()
    language = serializers.CharField(allow_blank=True)


class ContradictionOut(serializers.Serializer):
    rule = serializers.ChoiceField(list(RULES))
    severity = serializers.ChoiceField([one.value for one in Severity])
    severity_label = serializers.CharField()
    title = serializers.CharField()
    first = PrecheckSideOut()
    second = PrecheckSideOut()
    why = serializers.CharField()
    what_to_do = serializers.CharField()
    source = serializers.CharField()
    source_url = serializers.CharField(allow_blank=True)
    holds = serializers.CharField(help_text="Since when the rule is in force, in words.")
    confidence_label = serializers.CharField()


class PrecheckOut(serializers.Serializer):
    """Sentences are in the caller's language."""

    contradictions = ContradictionOut(source="lines", many=True)
    not_stated = serializers.ListField(child=serializers.CharField())
    compared = serializers.ListField(child=serializers.CharField())
    disclaimer = serializers.CharField()


class PrecheckDay(serializers.Serializer):
    on = serializers.DateField(required=False)


class ProductPrecheck(Resource):
    serializer_class = PrecheckOut
    policy = {"retrieve": SIGNED_IN}
    words = {"retrieve": "What contradicts what about a product"}
    notes = {"retrieve": f"For the product's own company. {NOTES}"}

    def get_queryset(self):
        return Product.objects.filter(company__in=Company.objects.of(self.request.user).values("pk"))

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "on", str, description="Day of shipment, YYYY-MM-DD; today and the lead time where it is left out."
            )
        ],
        responses=PrecheckOut,
        examples=[EXAMPLE],
    )
    def retrieve(self, request, uid):
        query = PrecheckDay(data=request.query_params)
        query.is_valid(raise_exception=True)
        day = query.validated_data.get("on")
        dossier = precheck_product(reader=request.user, product=self.get_object(), day=day)
        return Response(PrecheckOut(precheck_box(dossier, day or timezone.localdate())).data)


class QuotePrecheck(Resource):
    serializer_class = PrecheckOut
    policy = {"retrieve": SIGNED_IN}
    words = {"retrieve": "What contradicts what about a quote and its deal"}
    notes = {
        "retrieve": f"For both sides; each side gets what it may see of the product and its papers. {NOTES}",
    }

    def get_queryset(self):
        return Quote.objects.visible_to(self.request.user).select_related("enquiry__supplier", "enquiry__buyer")

    @extend_schema(responses=PrecheckOut, examples=[EXAMPLE])
    def retrieve(self, request, uid):
        dossier = precheck_quote(reader=request.user, quote=self.get_object())
        return Response(PrecheckOut(precheck_box(dossier, timezone.localdate())).data)
