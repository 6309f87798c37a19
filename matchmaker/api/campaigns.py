"""The campaigns whose team the caller belongs to, their tags on companies, and invitations to their events."""

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.events import IN_CAMPAIGN
from matchmaker.api.events import WRITE as EVENTS_WRITE
from matchmaker.api.pagination import equal
from matchmaker.api.participations import AT_EVENT, READ_AND, CompanyOut, event_of
from matchmaker.api.participations import WRITE as MEETINGS_WRITE
from matchmaker.api.texts import TextField, TextsField
from matchmaker.campaigns.models import Campaign, Organiser, Tag
from matchmaker.campaigns.services import tags
from matchmaker.companies.models import Company
from matchmaker.events import services
from matchmaker.events.models import EventInvitation
from matchmaker.notifications.tasks import start_delivery

COMPANIES_WRITE = "companies:write"
MOST = 1000  # companies in one call


class CampaignOut(Output):
    """`role` is what the caller is in its team."""

    name, names = TextField(), TextsField(source="name", read_only=True)
    role = serializers.SerializerMethodField()

    class Meta:
        model = Campaign
        fields = ["uid", "slug", "name", "names", "state", "is_current", "starts_on", "ends_on", "role"]
        read_only_fields = fields

    def get_role(self, row) -> str:
        mine = Organiser.objects.filter(campaign=row, user=self.context["request"].user)
        return mine.values_list("role", flat=True).first() or ""


class Campaigns(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = CampaignOut
    lookup_field = "slug"
    lookup_value_converter = "slug"
    policy = READ_AND
    words = {"list": "Campaigns of whose team the caller is", "retrieve": "One campaign"}
    notes = {"list": "Campaigns are planned, opened, closed and archived on pages only."}
    filters = {"state": equal("state", "`planned`, `open`, `closed` or `archived`.")}
    orderings = {"newest": ["-starts_on", "-pk"]}

    def get_queryset(self):
        return Campaign.objects.visible_to(self.request.user).order_by("-starts_on", "-pk")


class TagOut(Output):
    campaign = serializers.SlugField(source="campaign.slug", read_only=True)

    class Meta:
        model = Tag
        fields = ["uid", "campaign", "name"]
        read_only_fields = fields


class TagIn(Strict):
    name = serializers.CharField(max_length=40)


class CompaniesIn(Strict):
    companies = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=MOST)


class Tags(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = TagOut
    url_name = "api_tag"
    policy = {**READ_AND, **dict.fromkeys(("create", "put_on", "take_off"), COMPANIES_WRITE)}
    words = {
        "list": "Tags of the campaigns of whose team the caller is",
        "retrieve": "One tag",
        "create": "Add a tag to a campaign",
        "put_on": "Put a tag on companies",
        "take_off": "Take a tag off companies",
    }
    notes = {
        "create": "For the campaign's team. A tag of this name that is there already is answered.",
        "put_on": "Companies outside the campaign are left out.",
    }
    filters = {"campaign": equal("campaign__slug", "Of this campaign, by its `slug`.")}
    orderings = {"name": ["name", "pk"]}

    def get_queryset(self):
        return Tag.objects.visible_to(self.request.user).select_related("campaign").order_by("name", "pk")

    @extend_schema(request=TagIn, responses={201: TagOut}, parameters=[IN_CAMPAIGN])
    def create(self, request):
        campaign = self.campaign()
        if campaign is None:
            raise Http404
        row = tags.create_tag(by=request.user, campaign=campaign, **self.given(TagIn).validated_data)
        return Response(self.get_serializer(row).data, status=201)

    @extend_schema(request=CompaniesIn, responses=TagOut)
    def put_on(self, request, uid):
        return self._tag(on=True)

    @extend_schema(request=CompaniesIn, responses=TagOut)
    def take_off(self, request, uid):
        return self._tag(on=False)

    def _tag(self, *, on: bool) -> Response:
        row, given = self.get_object(), self.given(CompaniesIn).validated_data
        companies = Company.objects.filter(uid__in=given["companies"])
        tags.tag_companies(by=self.request.user, tag=row, companies=companies, on=on)
        return Response(self.get_serializer(row).data)


class EventInvitationOut(Output):
    """`answer` is empty until the company answers `yes`, `no` or `later`."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    campaign = serializers.SlugField(source="event.campaign.slug", read_only=True)
    company = CompanyOut(read_only=True)

    class Meta:
        model = EventInvitation
        fields = [
            *("uid", "event", "campaign", "company", "answer", "note", "invited_at", "reminded_at", "answered_at"),
        ]
        read_only_fields = fields


class InvitedOut(serializers.Serializer):
    invitations = EventInvitationOut(many=True)


class InviteIn(CompaniesIn):
    event = serializers.SlugField()


class InvitationAnswerIn(Strict):
    """`side` is needed only by a company that is on both."""

    answer = serializers.ChoiceField(["yes", "no", "later"])
    side = serializers.ChoiceField(["supplier", "buyer"], required=False)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class EventInvitations(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = EventInvitationOut
    policy = {**READ_AND, **dict.fromkeys(("create", "remind"), EVENTS_WRITE), "answer": MEETINGS_WRITE}
    words = {
        "list": "Invitations to events",
        "retrieve": "One invitation",
        "create": "Invite companies to an event",
        "remind": "Remind companies that have not decided",
        "answer": "Answer an invitation for one's company",
    }
    notes = {
        "list": "Of the caller's companies, and of all companies at events the caller runs.",
        "create": "For the event's team. Answers those that were invited; the others cannot be, or were before.",
        "remind": "At most every three days and three times. Answers those that were reminded.",
        "answer": "With a yes the company is registered.",
    }
    filters = {
        "event": AT_EVENT,
        "answer": equal("answer", "`yes`, `no` or `later`."),
    }
    orderings = {"newest": ["-invited_at", "-pk"]}

    def get_queryset(self):
        rows = EventInvitation.objects.visible_to(self.request.user).select_related("event__campaign", "company")
        return rows.order_by("-invited_at", "-pk")

    @extend_schema(request=InviteIn, responses={201: InvitedOut})
    def create(self, request):
        return self._write(services.invite_to_event, status=201)

    @extend_schema(request=InviteIn, responses=InvitedOut)
    def remind(self, request):
        return self._write(services.remind_invited, status=200)

    def _write(self, verb, status: int) -> Response:
        given = self.given(InviteIn).validated_data
        event = event_of(self.request.user, given["event"])
        rows = verb(by=self.request.user, event=event, companies=Company.objects.filter(uid__in=given["companies"]))
        transaction.on_commit(start_delivery)
        return Response({"invitations": self.get_serializer(rows, many=True).data}, status=status)

    @extend_schema(request=InvitationAnswerIn, responses=EventInvitationOut)
    def answer(self, request, uid):
        row = get_object_or_404(self.get_queryset(), uid=uid)
        given = self.given(InvitationAnswerIn).validated_data
        services.answer_invitation(by=request.user, invitation=row, **given)
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data)
