"""The duty on a product and the ways by which it may enter China, for programs."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from matchmaker.api.base import Resource
from matchmaker.api.permissions import EVERYONE
from matchmaker.catalogue.models import Product
from matchmaker.market_access.presentation import duty_box


class DutyOptionOut(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    rate = serializers.CharField(allow_blank=True)
    proofs = serializers.ListField(child=serializers.CharField())
    notes = serializers.ListField(child=serializers.CharField())
    ends = serializers.DateField(allow_null=True)
    source_url = serializers.CharField(allow_blank=True)
    is_best = serializers.BooleanField()


class RegimeOut(serializers.Serializer):
    """A way into China. What is not known is an empty string."""

    code = serializers.CharField()
    kind = serializers.CharField()
    name = serializers.CharField()
    coverage = serializers.CharField()
    reason = serializers.CharField()
    summary = serializers.CharField()
    needs = serializers.CharField()
    duty = serializers.CharField(allow_blank=True)
    vat = serializers.CharField(allow_blank=True)
    consumption = serializers.CharField(allow_blank=True)
    limits = serializers.CharField(allow_blank=True)
    holds = serializers.CharField()
    legal_basis = serializers.CharField()
    source_url = serializers.CharField(allow_blank=True)
    confidence = serializers.CharField()


class AdditionalDutyOut(serializers.Serializer):
    """A duty on top of the tariff: anti-dumping, countervailing, safeguard or retaliatory."""

    code = serializers.CharField()
    kind = serializers.CharField()
    rate = serializers.CharField()
    source = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    holds = serializers.CharField()
    source_url = serializers.CharField(allow_blank=True)
    confidence = serializers.CharField()


class DutyOut(serializers.Serializer):
    """The duty of a day in words; what is not loaded is an empty string."""

    day = serializers.DateField()
    hs_code = serializers.CharField(allow_blank=True)
    origin = serializers.CharField(allow_blank=True)
    mfn = serializers.CharField(allow_blank=True)
    vat = serializers.CharField(allow_blank=True)
    consumption = serializers.CharField(allow_blank=True)
    options = DutyOptionOut(many=True)
    additional = AdditionalDutyOut(many=True)
    additional_notes = serializers.ListField(child=serializers.CharField())
    regimes = RegimeOut(many=True)
    notes = serializers.ListField(child=serializers.CharField())
    sources = serializers.ListField(child=serializers.CharField())
    disclaimer = serializers.CharField()


class DutyDay(serializers.Serializer):
    on = serializers.DateField(required=False)


class ProductDuty(Resource):
    serializer_class = DutyOut
    url_name = "api_product_duty"
    policy = {"retrieve": EVERYONE}
    words = {"retrieve": "The duty on a product and its ways into China"}
    notes = {"retrieve": "Reference, not legal advice. What is not known is named or left empty, never guessed."}

    def get_queryset(self):
        return Product.objects.visible_to(self.request.user)

    @extend_schema(
        parameters=[OpenApiParameter("on", str, description="Day of import, YYYY-MM-DD; today where it is left out.")],
        responses=DutyOut,
    )
    def retrieve(self, request, uid):
        product = self.get_object()
        query = DutyDay(data=request.query_params)
        query.is_valid(raise_exception=True)
        day = query.validated_data.get("on") or timezone.localdate()
        return Response(DutyOut(duty_box(product, day)).data)
