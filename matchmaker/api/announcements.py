"""Announcements: letters of a campaign's team to many people, written, tried out, sent and called back by a program."""

from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.events import IN_CAMPAIGN
from matchmaker.api.pagination import equal
from matchmaker.api.participations import READ_AND
from matchmaker.api.texts import TextsField, errors_by_member
from matchmaker.campaigns.models import Campaign, Organiser
from matchmaker.campaigns.services import announcements
from matchmaker.core.languages import site_languages
from matchmaker.notifications.models import Announcement
from matchmaker.notifications.tasks import start_delivery

WRITE = "announcements:write"
TEXTS = {"subject": "subjects", "body": "bodies"}  # part of a text → member of the API
MEMBERS = {f"{part}_{row.code}": f"{member}.{row.code}" for part, member in TEXTS.items() for row in site_languages()}
MEMBERS |= {name: f"audience.{name}" for name in ("side", "state", "countries")}


class AudienceIn(Strict):
    """Members of companies of the campaign; what is left out does not narrow. `state` is `approved` by default."""

    side = serializers.ChoiceField(announcements.SIDES, required=False)
    countries = serializers.ListField(child=serializers.CharField(max_length=2), required=False)
    state = serializers.ChoiceField([str(state) for state in announcements.STATES], required=False)
    only_admins = serializers.BooleanField(required=False)


class AnnouncementIn(Strict):
    """`subjects` and `bodies` are objects by language; English and Chinese are needed."""

    subjects, bodies = TextsField(), TextsField()
    audience = AudienceIn(required=False)


class ReachOut(serializers.Serializer):
    """Whom it would reach: `left_out` had enough letters this week, `needs_two` asks for a second person."""

    people = serializers.IntegerField()
    left_out = serializers.IntegerField()
    languages = serializers.DictField(child=serializers.IntegerField())
    needs_two = serializers.BooleanField()


class AnnouncementOut(Output):
    """`reached` counts the people who got it. `audience` is as it was written.

    `revision` is another one after each change of texts or audience.
    """

    campaign, subjects, bodies = (serializers.SerializerMethodField() for _ in range(3))
    written_by = serializers.CharField(source="written_by.name", read_only=True)
    agreed_by = serializers.CharField(source="agreed_by.name", read_only=True, allow_null=True, default=None)
    audience = serializers.DictField(read_only=True)
    revision = serializers.CharField(read_only=True)

    class Meta:
        model = Announcement
        fields = [
            *("uid", "campaign", "state", "subjects", "bodies", "audience", "written_by", "agreed_by"),
            *("created_at", "sent_at", "reached", "revision"),
        ]
        read_only_fields = fields

    def get_campaign(self, row) -> str:
        return self.context["campaigns"][row.owner_uid].slug

    def get_subjects(self, row) -> dict[str, str]:
        return {language: parts["subject"] for language, parts in row.texts.items()}

    def get_bodies(self, row) -> dict[str, str]:
        return {language: parts["body"] for language, parts in row.texts.items()}


class OneAnnouncementOut(AnnouncementOut):
    """With `reach` until it is sent."""

    reach = serializers.SerializerMethodField()

    class Meta(AnnouncementOut.Meta):
        fields = [*AnnouncementOut.Meta.fields, "reach"]
        read_only_fields = fields

    @extend_schema_field(ReachOut(allow_null=True))
    def get_reach(self, row):
        if row.state == Announcement.State.SENT:
            return None
        return ReachOut(announcements.reach(row.audience, self.context["campaigns"][row.owner_uid])).data


class Announcements(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = AnnouncementOut
    url_name = "api_announcement"
    is_versioned = True
    policy = {
        **READ_AND,
        **dict.fromkeys(("create", "partial_update", "try_out", "send", "call_back", "discard"), WRITE),
    }
    words = {
        "list": "Announcements of a campaign",
        "retrieve": "One announcement, with whom it would reach",
        "create": "Write an announcement",
        "partial_update": "Change an announcement that was not sent",
        "try_out": "Send it to oneself alone",
        "send": "Send it",
        "call_back": "Stop the emails that were not sent yet",
        "discard": "Delete one that was not sent",
    }
    notes = {
        "list": "Of all campaigns that the caller decides in.",
        "create": "Nothing is sent.",
        "partial_update": "A member that is given replaces all its languages. It is a draft again.",
        "send": "To more than a thousand people only when a second person of the team sends it, too: the first call "
        "answers with the state `waiting`, and the second names what was read in `If-Match`.",
        "call_back": "What has left stays sent.",
    }
    filters = {"state": equal("state", "`draft`, `waiting` or `sent`.")}
    orderings = {"newest": ["-pk"], "oldest": ["pk"]}

    def get_queryset(self):
        rows = Announcement.objects.filter(owner_uid__in=[campaign.uid for campaign in self._decided()])
        return rows.select_related("written_by", "agreed_by").order_by("-pk")

    def get_serializer_class(self):
        return AnnouncementOut if self.action == "list" else OneAnnouncementOut

    def get_serializer_context(self):
        return {**super().get_serializer_context(), "campaigns": {row.uid: row for row in self._decided()}}

    @extend_schema(request=AnnouncementIn, responses={201: OneAnnouncementOut}, parameters=[IN_CAMPAIGN])
    def create(self, request):
        campaign = self.campaign()
        if campaign is None:
            raise Http404
        return self._write(campaign, status=201)

    @extend_schema(request=AnnouncementIn, responses=OneAnnouncementOut)
    def partial_update(self, request, uid):
        row = self.get_object()
        return self._write(self._campaign_of(row), row)

    @extend_schema(request=None, responses=OneAnnouncementOut)
    def try_out(self, request, uid):
        row = self.get_object()
        announcements.try_out(by=request.user, campaign=self._campaign_of(row), draft=row)
        return self._answer(row)

    @extend_schema(request=None, responses=OneAnnouncementOut)
    def send(self, request, uid):
        row = self.get_object()
        who = {"by": request.user, "campaign": self._campaign_of(row)}
        return self._answer(announcements.send(**who, draft=row, read=self.read_version))

    @extend_schema(request=None, responses=OneAnnouncementOut)
    def call_back(self, request, uid):
        row = self.get_object()
        announcements.call_back(by=request.user, campaign=self._campaign_of(row), announcement=row)
        return self._answer(row)

    @extend_schema(request=None, responses={204: None})
    def discard(self, request, uid):
        row = self.get_object()
        announcements.discard(by=request.user, campaign=self._campaign_of(row), draft=row)
        return Response(status=204)

    def _decided(self):
        decides = {"organisers__user": self.request.user, "organisers__role__in": Organiser.DECIDES}
        return Campaign.objects.filter(**decides).distinct()

    def _campaign_of(self, row: Announcement) -> Campaign:
        return get_object_or_404(Campaign, uid=row.owner_uid)

    def _write(self, campaign: Campaign, row: Announcement | None = None, status: int = 200) -> Response:
        before = row or Announcement()
        given = self.given(AnnouncementIn, row).validated_data
        subjects = given.get("subjects", {language: parts["subject"] for language, parts in before.texts.items()})
        bodies = given.get("bodies", {language: parts["body"] for language, parts in before.texts.items()})
        texts = {
            language: {"subject": subjects.get(language, ""), "body": bodies.get(language, "")}
            for language in {*subjects, *bodies}
        }
        with errors_by_member(MEMBERS):
            saved = announcements.write(
                by=self.request.user,
                campaign=campaign,
                segment=given.get("audience", before.audience),
                texts=texts,
                draft=row,
            )
        return self._answer(saved, status)

    def _answer(self, row: Announcement, status: int = 200) -> Response:
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(row).data, status=status)
