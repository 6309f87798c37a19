"""Plans of an event's meetings and its interpreters, read by the team of its campaign.

Addresses and the keys of timetables and badges are not in it: a key alone is enough to get in.
"""

from django.db.models import Prefetch
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers

from matchmaker.api.base import Output, Resource
from matchmaker.api.pagination import equal
from matchmaker.api.participations import AT_EVENT, READ_AND, CompanyOut
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.events.models import Interpreter, Meeting, PlanDraft
from matchmaker.events.services.explaining import failure_sentence
from matchmaker.events.services.plans import PlannedMeeting, meetings_in


class PlanOut(Output):
    """`gap` is the share of the objective that is at most missing to the best possible plan: 0 is proven best.

    `below_floor` counts companies with fewer meetings than the options ask; `failure` says why a run ended without a
    plan.
    """

    event = serializers.SlugField(source="event.slug", read_only=True)
    meetings = serializers.IntegerField(source="meetings_count", read_only=True)
    failure = serializers.SerializerMethodField()

    class Meta:
        model = PlanDraft
        fields = [
            *("uid", "event", "state", "meetings", "objective", "bound", "gap", "seconds", "below_floor", "failure"),
            *("created_at", "finished_at", "published_at"),
        ]
        read_only_fields = fields

    def get_failure(self, draft) -> str:
        return failure_sentence(draft) if draft.state == PlanDraft.State.FAILED else ""


class PlannedMeetingOut(serializers.Serializer):
    """A meeting as the plan has it; what stands in the agenda now is in `meetings`."""

    supplier = CompanyOut()
    buyer = CompanyOut()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    table = serializers.IntegerField()
    interpreter = serializers.CharField(allow_blank=True)
    locked = serializers.BooleanField()


class Plans(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = PlanOut
    url_name = "api_plan"
    policy = {**READ_AND, "meetings": SIGNED_IN}
    filters = {"event": AT_EVENT, "state": equal("state", "State of the plan.")}
    orderings = {"newest": ["-pk"], "oldest": ["pk"]}
    words = {
        "list": "Plans of the events whose campaign's team the caller belongs to",
        "retrieve": "One plan with its figures",
        "meetings": "The meetings of a plan",
    }
    notes = {
        "list": "Drafts, the published plan, and those it replaced.",
        "meetings": "In order of time and table. A plan that is being computed has none yet.",
    }

    def get_queryset(self):
        rows = PlanDraft.objects.visible_to(self.request.user).exclude(state=PlanDraft.State.DISCARDED)
        rows = rows if self.action == "meetings" else rows.light()
        return rows.select_related("event__campaign").order_by("-pk")

    @extend_schema(responses=PlannedMeetingOut(many=True), filters=False)
    def meetings(self, request, uid):
        rows: list[PlannedMeeting] = meetings_in(self.get_object())
        return self.get_paginated_response(PlannedMeetingOut(self.paginate_queryset(rows), many=True).data)


class InterpretedOut(Output):
    supplier = CompanyOut(read_only=True)
    buyer = CompanyOut(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)
    where = serializers.CharField(read_only=True)

    class Meta:
        model = Meeting
        fields = ["uid", "supplier", "buyer", "starts_at", "ends_at", "table", "where", "status"]
        read_only_fields = fields


class InterpreterOut(Output):
    """`away` are slots, as they stand in the event's `slots`, in which the interpreter is not there."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    languages = serializers.ListField(child=serializers.CharField(), read_only=True)
    away = serializers.SerializerMethodField()
    is_invited = serializers.SerializerMethodField()
    timetable = InterpretedOut(source="agenda", many=True, read_only=True)

    class Meta:
        model = Interpreter
        fields = ["uid", "event", "name", "languages", "away", "is_invited", "checked_in_at", "timetable"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.DateTimeField()))
    def get_away(self, interpreter) -> list[str]:
        return list(interpreter.away)

    def get_is_invited(self, interpreter) -> bool:
        return interpreter.secret is not None


class Interpreters(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = InterpreterOut
    url_name = "api_interpreter"
    policy = READ_AND
    filters = {"event": AT_EVENT}
    orderings = {"name": ["name", "pk"]}
    words = {
        "list": "Interpreters at the events whose campaign's team the caller belongs to",
        "retrieve": "One interpreter with the timetable",
    }
    notes = {"list": "With the meetings that stand in the agenda now, in order."}

    def get_queryset(self):
        agenda = Prefetch("meetings", queryset=Meeting.objects.active().for_agenda(), to_attr="agenda")
        rows = Interpreter.objects.visible_to(self.request.user)
        return rows.select_related("event__campaign").prefetch_related(agenda).order_by("pk")
