"""Addresses with demands that the timetable reads: a company's own, and the campaign's for whoever organises it."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.imports import sentences, services
from matchmaker.imports.models import Feed, Import
from matchmaker.imports.tasks import start_feeds

VERBS = ("read", "pause", "resume", "agree")


class FeedOut(Output):
    """`company` is null for a feed of the campaign. `problem` says why the last reading brought nothing, or not all."""

    company = serializers.UUIDField(source="company.uid", read_only=True, allow_null=True)
    is_being_read = serializers.SerializerMethodField()
    problem = serializers.SerializerMethodField()
    lines = serializers.IntegerField(source="here", read_only=True)
    demands = serializers.IntegerField(read_only=True)

    class Meta:
        model = Feed
        fields = [
            *("uid", "company", "name", "url", "hours", "publish", "state", "is_being_read", "problem", "failures"),
            *("read_at", "next_at", "lines", "demands"),
        ]
        read_only_fields = fields

    def get_is_being_read(self, feed) -> bool:
        return feed.batch_id is not None

    def get_problem(self, feed) -> dict[str, str] | None:
        if not feed.problem:
            return None
        code, facts = feed.problem["code"], feed.problem["facts"]
        return {"code": code, "detail": sentences.unreadable(code, facts)}


class FeedChange(Strict, serializers.ModelSerializer):
    """`publish` opens new demands at once; otherwise each waits as a draft until its buyer opens it."""

    class Meta:
        model = Feed
        fields = ["name", "url", "hours", "publish"]
        validators = []  # the verb says which address is read already


class FeedIn(FeedChange):
    """`owner` is `team` for a feed of the campaign; `company` is needed only by members of several."""

    owner = serializers.ChoiceField(["company", "team"], default="company")
    company = serializers.UUIDField(required=False)

    class Meta(FeedChange.Meta):
        fields = [*FeedChange.Meta.fields, "owner", "company"]


class ReadingOut(Output):
    """How many rows were new, changed, here already and refused."""

    class Meta:
        model = Import
        fields = ["uid", "created_at", "state", "created", "updated", "unchanged", "rejected"]
        read_only_fields = fields


class Feeds(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = FeedOut
    url_name = "api_feed"
    policy = {
        **dict.fromkeys(("list", "retrieve", "readings"), SIGNED_IN),
        **dict.fromkeys(("create", "partial_update", "remove", *VERBS), "demands:write"),
    }
    words = {
        "list": "Feeds of demands",
        "retrieve": "One feed",
        "create": "Set up an address with demands",
        "partial_update": "Change a feed",
        "readings": "Readings of a feed that changed something",
        "read": "Read a feed now",
        "pause": "Pause a feed",
        "resume": "Go on reading a feed",
        "agree": "Agree that what is gone from a feed may go here",
        "remove": "Forget an address",
    }
    notes = {
        "list": "Of companies the caller administers, and of campaigns the caller organises.",
        "create": "A CSV file or JSON that anybody can read over https. It is read within a minute.",
        "partial_update": "Only what is named is changed. It is read within a minute, as whoever changed it.",
        "readings": "The newest first.",
        "read": "Within a minute, also one that was paused.",
        "pause": "Its demands stay as they are.",
        "agree": "What is not there any more is withdrawn at the next reading, within a minute.",
        "remove": "The demands it brought stay.",
    }
    filters = {
        "company": equal("company__uid", "Of this company."),
        "state": equal("state", "`active` or `paused`."),
    }
    orderings = {"name": ["name", "pk"], "newest": ["-created_at", "-pk"]}

    def get_queryset(self):
        rows = Feed.objects.visible_to(self.request.user).select_related("company", "campaign")
        return rows.with_counts().order_by("name", "pk")

    @extend_schema(request=FeedIn, responses={201: FeedOut})
    def create(self, request):
        given = dict(self.given(FeedIn).validated_data)
        given.pop("company", None)
        is_team = given.pop("owner") == "team"
        owner = {"campaign": self.campaign()} if is_team else {"company": self.company(is_buyer=True)}
        return self._done(services.save_feed(by=request.user, **owner, **given), status=201)

    @extend_schema(request=FeedChange, responses=FeedOut)
    def partial_update(self, request, uid):
        feed = self.get_object()
        given = self.given(FeedChange, feed).validated_data
        return self._done(services.save_feed(by=request.user, feed=feed, **given))

    @extend_schema(responses=ReadingOut(many=True), filters=False)
    def readings(self, request, uid):
        page = self.paginate_queryset(self.get_object().batches.defer("content").order_by("-pk"))
        return self.get_paginated_response(ReadingOut(page, many=True).data)

    @extend_schema(request=None, responses=FeedOut)
    def read(self, request, uid):
        return self._turn("read")

    @extend_schema(request=None, responses=FeedOut)
    def pause(self, request, uid):
        return self._turn("pause")

    @extend_schema(request=None, responses=FeedOut)
    def resume(self, request, uid):
        return self._turn("resume")

    @extend_schema(request=None, responses=FeedOut)
    def agree(self, request, uid):
        return self._turn("agree")

    @extend_schema(request=None, responses={204: None})
    def remove(self, request, uid):
        services.remove_feed(by=request.user, feed=self.get_object())
        return Response(status=204)

    def _turn(self, verb: str) -> Response:
        return self._done(services.turn_feed(by=self.request.user, feed=self.get_object(), verb=verb))

    def _done(self, feed: Feed, status: int = 200) -> Response:
        transaction.on_commit(start_feeds)
        return Response(FeedOut(self.get_queryset().get(pk=feed.pk)).data, status=status)
