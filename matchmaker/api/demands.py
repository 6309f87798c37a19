"""Demands: public ones for everybody, one's own and those one was invited to."""

from django.db import transaction
from django.db.models import Q
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.changes import SINCE, SINCE_NOTE, WithChanges, changes_of
from matchmaker.api.pagination import Filter, FitField, equal, search_words
from matchmaker.api.permissions import EVERYONE, SIGNED_IN
from matchmaker.catalogue import services
from matchmaker.catalogue.models import Demand, DemandLine, demands
from matchmaker.companies.models import Company
from matchmaker.imports.services import source_among
from matchmaker.matching.tasks import start_matching
from matchmaker.notifications.tasks import start_delivery

LINE = [name for name in demands.LINE_TERMS if name != "category_id"]  # `category` here


class Codes(serializers.ListField):
    child = serializers.CharField(max_length=20)


class LineOut(Output):
    """`origins_in_text` are the countries that the text asks for: they become `origins_wanted` where none are given."""

    category = serializers.CharField(source="category_id", read_only=True, allow_null=True)
    origins_in_text = serializers.SerializerMethodField()

    class Meta:
        model = DemandLine
        fields = ["uid", "number", "category", "code_is_confirmed", *LINE, "origins_in_text"]
        read_only_fields = fields

    def get_origins_in_text(self, line) -> list[str]:
        return line.origins_in_text or []


class LineIn(Strict, serializers.ModelSerializer):
    uid = serializers.UUIDField(required=False)
    category = serializers.CharField(max_length=10, required=False, allow_null=True)
    origins_wanted = Codes(required=False, max_length=60)
    origins_excluded = Codes(required=False, max_length=60)
    certificates_required = Codes(required=False, max_length=40)

    class Meta:
        model = DemandLine
        fields = ["uid", "category", "code_is_confirmed", *LINE]
        validators = []
        extra_kwargs = {"hs_code": {"validators": []}}

    def validate(self, fields):
        if "category" in fields:
            fields["category_id"] = fields.pop("category")
        return fields


class SourceOut(serializers.Serializer):
    """`ref` is the number the demand has in the feed; `gone_at` says since when it is not there any more."""

    feed = serializers.UUIDField(source="feed.uid")
    name = serializers.CharField(source="feed.name")
    ref = serializers.CharField()
    read_at = serializers.DateTimeField(source="feed.read_at", allow_null=True)
    gone_at = serializers.DateTimeField(allow_null=True)


class DemandOut(Output):
    """The buyer's name is not part of a demand: it opens when both sides say yes. The city is.

    `source` is the feed it came from, for its buyer's people; null for others, and where it was written by hand.
    """

    city = serializers.CharField(source="company.city", read_only=True)
    source = serializers.SerializerMethodField()
    lines = LineOut(many=True, read_only=True)
    fit = FitField()

    class Meta:
        model = Demand
        fields = ["uid", "city", *demands.TERMS, "status", "published_at", "updated_at", "source", "lines", "fit"]
        read_only_fields = fields

    @extend_schema_field(SourceOut(allow_null=True))
    def get_source(self, demand) -> dict | None:
        source = source_among(demand.lines.all()) if demand.company_id in self.context["own"] else None
        return SourceOut(source).data if source else None


class DemandIn(Strict, serializers.ModelSerializer):
    company = serializers.UUIDField(required=False)
    wanted_sizes = Codes(required=False, max_length=10)
    wanted_languages = Codes(required=False, max_length=20)
    lines = LineIn(many=True, required=False)

    class Meta:
        model = Demand
        fields = ["company", *demands.TERMS, "lines"]
        validators = []

    def as_verb(self) -> dict:
        fields = dict(self.validated_data)
        fields.pop("company", None)
        return fields


DemandChanges = changes_of(DemandOut, "Demand")  # one for both lists: the document names it once


class Demands(WithChanges, mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = DemandOut
    url_name = "api_demand"
    policy = {
        "list": EVERYONE,
        "retrieve": EVERYONE,
        "mine": SIGNED_IN,
        "changes": EVERYONE,
        "my_changes": SIGNED_IN,
        "create": "demands:write",
        "partial_update": "demands:write",
        "publish": "demands:write",
        "close": "demands:write",
        "withdraw": "demands:write",
    }
    words = {
        "list": "Open public demands",
        "retrieve": "One demand",
        "mine": "The caller's demands in every state",
        "changes": "Open public demands that changed, and what is open no longer",
        "my_changes": "The caller's demands that changed",
        "create": "Write down a demand with its lines, as a draft",
        "partial_update": "Change a demand",
        "publish": "Publish a demand: its lines are matched",
        "close": "Close a demand",
        "withdraw": "Withdraw a demand",
    }
    notes = {
        "changes": SINCE_NOTE,
        "my_changes": SINCE_NOTE,
        "retrieve": "A public one, one's own, or one the caller was invited to.",
        "partial_update": "Only what is named is changed. Lines with `uid` are changed, others new; those left out go.",
        "publish": "What names contacts, links or prohibited goods waits for the campaign's team.",
    }
    filters = {
        "category": Filter(
            "Code of a category that one of its lines is in.",
            lambda queryset, value: queryset.filter(lines__category=value).distinct(),
        ),
        "closing_after": Filter(
            "Still open on this day, as 2026-12-31.",
            lambda queryset, value: queryset.filter(closing_on__gte=_day(value)),
        ),
        "destination": equal("destination", "Where the goods go."),
        "q": search_words(
            "demands",
            Demand.objects.public,
            lambda value: Q(title__icontains=value) | Q(lines__text__icontains=value),
        ),
    }
    change_times = ("updated_at", "company__updated_at")
    orderings = {"newest": ["-published_at", "-pk"], "closing": ["closing_on", "pk"]}

    def get_queryset(self):
        queryset = _whole(Demand.objects.all())
        if self.action in ("list", "changes"):
            shown = self.of_site(Demand.objects.public(), "buyer")
            return queryset.filter(pk__in=shown.values("pk")).order_by("-pk")
        if self.action == "retrieve":
            return queryset.filter(pk__in=Demand.objects.visible_to(self.request.user).values("pk"))
        return queryset.filter(company__in=Company.objects.of(self.request.user))

    @extend_schema(responses=DemandOut(many=True))
    def mine(self, request):
        return self.listed(self.get_queryset().order_by("-pk"), DemandOut)

    @extend_schema(responses=DemandChanges, parameters=SINCE)
    def changes(self, request):
        return self.changed(DemandOut)

    @extend_schema(responses=DemandChanges, parameters=SINCE)
    def my_changes(self, request):
        return self.changed(DemandOut, is_own=True)

    @extend_schema(request=DemandIn, responses={201: DemandOut})
    def create(self, request):
        given = self.given(DemandIn)
        demand = services.save_demand(by=request.user, company=self.company(is_buyer=True), **given.as_verb())
        return Response(self.serialize(demand), status=201)

    @extend_schema(request=DemandIn, responses=DemandOut)
    def partial_update(self, request, uid):
        demand = self.get_object()
        given = self.given(DemandIn, demand)
        services.save_demand(by=request.user, company=demand.company, demand=demand, **given.as_verb())
        _wake_workers()
        return Response(self.serialize(demand))

    def _turn(self, verb):
        demand = self.get_object()
        verb(by=self.request.user, demand=demand)
        _wake_workers()
        return Response(self.serialize(demand))

    @extend_schema(request=None, responses=DemandOut)
    def publish(self, request, uid):
        return self._turn(services.publish_demand)

    @extend_schema(request=None, responses=DemandOut)
    def close(self, request, uid):
        return self._turn(services.close_demand)

    @extend_schema(request=None, responses=DemandOut)
    def withdraw(self, request, uid):
        return self._turn(services.withdraw_demand)

    def get_serializer_context(self):
        own = Company.objects.of(self.request.user).values_list("pk", flat=True)
        return {**super().get_serializer_context(), "own": set(own)}

    def serialize(self, demand):
        return self.get_serializer(_whole(Demand.objects.all()).get(pk=demand.pk)).data


def _whole(queryset):
    """With everything `DemandOut` shows, in four queries whatever their number."""
    return queryset.select_related("company").prefetch_related("lines__feed_line__feed")


def _day(value: str):
    return serializers.DateField().run_validation(value)


def _wake_workers() -> None:
    """A demand that is open is matched; one that waits for the team is told to it."""
    transaction.on_commit(start_matching)
    transaction.on_commit(start_delivery)
