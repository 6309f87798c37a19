"""Country partners and trading groups: the campaign's team admits them, their desks read their own line.

Seats, codes and the companies that a partner follows are not in it: a desk sees them on its own pages.
"""

from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.campaigns import COMPANIES_WRITE
from matchmaker.api.events import IN_CAMPAIGN
from matchmaker.api.pagination import equal
from matchmaker.api.participations import READ_AND
from matchmaker.api.texts import TextField, TextsField, errors_by_member
from matchmaker.campaigns.models import Campaign, Partner
from matchmaker.campaigns.services import partners


class PartnerOut(Output):
    """`parent` is the one above it in the tree, by its uid. `quota` holds for all below it together."""

    campaign = serializers.SlugField(source="campaign.slug", read_only=True)
    parent = serializers.UUIDField(source="parent.uid", read_only=True, allow_null=True, default=None)
    name, names = TextField(), TextsField(source="name", read_only=True)

    class Meta:
        model = Partner
        fields = [
            *("uid", "campaign", "kind", "parent", "name", "names", "country", "quota", "is_trusted"),
            *("created_at", "closed_at"),
        ]
        read_only_fields = fields


class OnePartnerOut(PartnerOut):
    """With `brought`, the companies that it and all below it brought, and `places_left`, which those above limit."""

    brought = serializers.SerializerMethodField()
    places_left = serializers.SerializerMethodField()

    class Meta(PartnerOut.Meta):
        fields = [*PartnerOut.Meta.fields, "brought", "places_left"]
        read_only_fields = fields

    def get_brought(self, partner) -> int:
        return partners.companies_brought(partner)

    def get_places_left(self, partner) -> int:
        return partners.places_left(partner)


class PartnerIn(Strict, serializers.ModelSerializer):
    """`names` is an object by language; English is needed."""

    names = TextsField(source="name")
    parent = serializers.UUIDField(required=False, allow_null=True)

    class Meta:
        model = Partner
        fields = ["names", "parent", "country", "quota", "is_trusted"]
        extra_kwargs = {"quota": {"required": True}}
        validators = []


class NewPartnerIn(PartnerIn):
    class Meta(PartnerIn.Meta):
        fields = [*PartnerIn.Meta.fields, "kind"]


class Partners(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = PartnerOut
    url_name = "api_partner"
    policy = {**READ_AND, **dict.fromkeys(("create", "partial_update", "close"), COMPANIES_WRITE)}
    words = {
        "list": "Country partners and trading groups",
        "retrieve": "One partner or trading group, with the companies it brought",
        "create": "Admit a partner or a trading group",
        "partial_update": "Change what a partner may do",
        "close": "Close a partner and all below it",
    }
    notes = {
        "list": "Of campaigns whose team the caller belongs to, and those at whose desk the caller has a seat.",
        "create": "For the campaign's team.",
        "partial_update": "The kind does not change.",
        "close": "Their desks and codes open nothing any more, and their word counts no longer.",
    }
    filters = {
        "campaign": equal("campaign__slug", "Of this campaign, by its `slug`."),
        "kind": equal("kind", "`country` or `group`."),
        "parent": equal("parent__uid", "Directly below this one, by its uid."),
    }
    orderings = {"newest": ["-created_at", "-pk"], "oldest": ["created_at", "pk"]}

    def get_queryset(self):
        rows = Partner.objects.visible_to(self.request.user).select_related("campaign").with_parents()
        return rows.order_by("-created_at", "-pk")

    def get_serializer_class(self):
        return PartnerOut if self.action == "list" else OnePartnerOut

    @extend_schema(request=NewPartnerIn, responses={201: OnePartnerOut}, parameters=[IN_CAMPAIGN])
    def create(self, request):
        campaign = self.campaign()
        if campaign is None:
            raise Http404
        return self._save(campaign, self.given(NewPartnerIn).validated_data, status=201)

    @extend_schema(request=PartnerIn, responses=OnePartnerOut)
    def partial_update(self, request, uid):
        row = self.get_object()
        values = {name: getattr(row, name) for name in partners.PARTNER_FIELDS}
        return self._save(row.campaign, values | self.given(PartnerIn, row).validated_data, row)

    def _save(
        self, campaign: Campaign, values: dict[str, Any], row: Partner | None = None, status: int = 200
    ) -> Response:
        parent = values.get("parent")
        if parent and not isinstance(parent, Partner):
            values["parent"] = get_object_or_404(self.get_queryset(), campaign=campaign, uid=parent)
        with errors_by_member({"name": "names"}):
            saved = partners.save_partner(by=self.request.user, campaign=campaign, partner=row, **values)
        return Response(self.get_serializer(saved).data, status=status)

    @extend_schema(request=None, responses=OnePartnerOut)
    def close(self, request, uid):
        row = self.get_object()
        partners.close_partner(by=request.user, partner=row)
        return Response(self.get_serializer(self.get_object()).data)
