"""The duty on a product, the ways by which it may enter China, and what goods cost there, for programs."""

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.response import Response

from matchmaker.api.base import Resource
from matchmaker.api.enquiries import CostPartOut
from matchmaker.api.permissions import EVERYONE
from matchmaker.catalogue.models import Product
from matchmaker.directory.rates import yuan_rates
from matchmaker.market_access.presentation import box_of, duty_box
from matchmaker.market_access.regimes import Kind
from matchmaker.messaging.services import EntryCost, Shipment, TypedCosts, entry_cost, shares_of


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
    lower_under = serializers.CharField(allow_blank=True)
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


def _amount(help_text: str, decimals: int = 2, **options) -> serializers.DecimalField:
    options = {"max_digits": 18, "required": False} | options
    return serializers.DecimalField(decimal_places=decimals, min_value=0, help_text=help_text, **options)


class ShipmentIn(serializers.Serializer):
    """Goods on their way to China. Amounts are in `currency`; what is left out is not known, never zero."""

    hs_code = serializers.CharField(help_text="6, 8 or 10 digits.")
    origin = serializers.CharField(help_text="ISO 3166-1 alpha-2.")
    ship = serializers.DateField(required=False, help_text="YYYY-MM-DD; today where it is left out.")
    value = _amount("Price of all goods.", required=True)
    currency = serializers.CharField(help_text="ISO 4217.")
    incoterm = serializers.CharField(help_text="What the price holds: EXW, FOB, CIF and so on.")
    quantity = _amount("Needed where a duty or tax is levied by weight, volume or price of one unit.", 4)
    unit = serializers.CharField(required=False, help_text="Of the quantity.")
    regime = serializers.ChoiceField(choices=list(Kind), required=False, help_text="The way into China.")
    yuan_rate = _amount("Yuan for one unit of the currency; goes before the rate of the site.", 6)
    freight = _amount("From the place of the Incoterm to the port in China.")
    insurance = _amount("Of the carriage.")
    fees = _amount("All other costs.")
    duty_percent = _amount("All duties; goes before the rates of the site.", max_digits=6)
    vat_percent = _amount("Import VAT; goes before the rate of the site.", max_digits=6)
    consumption_percent = _amount("Consumption tax; goes before the rate of the site.", max_digits=5, max_value=99)


class CostOut(serializers.Serializer):
    """`low` and `high` are sums without the parts that `missing` names; they differ where national lines differ."""

    currency = serializers.CharField()
    parts = CostPartOut(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    customs_value = serializers.DecimalField(max_digits=24, decimal_places=2, allow_null=True)
    low = serializers.DecimalField(max_digits=24, decimal_places=2)
    high = serializers.DecimalField(max_digits=24, decimal_places=2)


class EntrySumOut(serializers.Serializer):
    """`side` is inside or outside of a quota, or empty where none divides the duties.

    `is_complete` is true where no part is missing and no agreement whose rate is not loaded can make the sum lower.
    """

    side = serializers.CharField(allow_blank=True)
    in_yuan = CostOut()
    in_currency = CostOut()
    is_complete = serializers.BooleanField()
    may_be_lower_under = serializers.SerializerMethodField(help_text="Codes of agreements.")

    def get_may_be_lower_under(self, row) -> list[str]:
        return [option.agreement.code for option in row.duty.may_be_lower] if row.may_be_lower else []


class NationalLineOut(serializers.Serializer):
    """What every origin pays on a line: `percent`, or `text` where it is no percentage, or neither."""

    code = serializers.CharField()
    percent = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    text = serializers.CharField(allow_blank=True)


class EntryCostOut(serializers.Serializer):
    sums = EntrySumOut(many=True)
    is_complete = serializers.BooleanField()
    national_lines = NationalLineOut(source="duty.national", many=True)
    duty = serializers.SerializerMethodField()

    @extend_schema_field(DutyOut)
    def get_duty(self, row: EntryCost):
        return DutyOut(box_of(row.duty)).data


class EntryCosts(Resource):
    serializer_class = EntryCostOut
    policy = {"retrieve": EVERYONE}
    words = {"retrieve": "What goods cost until they are in China"}
    notes = {
        "retrieve": "Reference, not legal advice. Two sums where a quota divides the duties. What is not known is "
        "named, and no sum is called complete while a question is open."
    }

    @extend_schema(parameters=[ShipmentIn], responses=EntryCostOut)
    def retrieve(self, request):
        query = ShipmentIn(data=request.query_params)
        query.is_valid(raise_exception=True)
        given = dict(query.validated_data)
        day = given.pop("ship", None) or timezone.localdate()
        typed = TypedCosts(**{name: given.pop(name, None) for name in TypedCosts.__dataclass_fields__})
        shipment, shares = Shipment(**given, day=day, typed=typed), shares_of(request.site_campaign)
        return Response(EntryCostOut(entry_cost(shipment, yuan_rates(), shares)).data)
