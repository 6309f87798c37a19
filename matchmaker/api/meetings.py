"""Requests for meetings, and the meetings of the caller's companies and of the events she runs."""

from django.db import transaction
from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.participations import AT_EVENT, READ_AND, WRITE, CompanyOut, event_of
from matchmaker.companies.models import Company
from matchmaker.events import services
from matchmaker.events.models import EventParticipation, Meeting, MeetingMove, MeetingRequest
from matchmaker.events.services.participations import participation_of
from matchmaker.events.services.wishes import counterparts
from matchmaker.notifications.tasks import start_delivery


class RequestOut(Output):
    """`company` asks `other`; `owes` says whose answer is waited for."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    company = CompanyOut(read_only=True)
    other = CompanyOut(read_only=True)
    owes = serializers.SerializerMethodField()

    class Meta:
        model = MeetingRequest
        fields = [
            *("uid", "event", "company", "other", "note", "language", "starts_at", "status", "owes"),
            *("expires_at", "created_at", "answered_at"),
        ]
        read_only_fields = fields

    def get_owes(self, request) -> str:
        if request.status != MeetingRequest.Status.PENDING:
            return ""
        return "company" if request.asker_answers else "other"


class RequestIn(Strict):
    """Without `starts_at` the plan finds a time; `company` is needed only by members of several."""

    event = serializers.SlugField()
    company = serializers.UUIDField(required=False)
    other = serializers.UUIDField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)


class ChangeIn(Strict):
    """Only while the request waits for its first answer."""

    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True)


class RequestAnswerIn(Strict):
    """`starts_at` goes with the answer `other_time`."""

    answer = serializers.ChoiceField(["accepted", "declined", "other_time"])
    starts_at = serializers.DateTimeField(required=False)

    def validate(self, given):
        if (given["answer"] == "other_time") != ("starts_at" in given):
            raise serializers.ValidationError({"starts_at": serializers.Field.default_error_messages["required"]})
        return given


class MeetingRequests(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = RequestOut
    url_name = "api_meeting_request"
    policy = {**READ_AND, **dict.fromkeys(("create", "partial_update", "answer", "withdraw"), WRITE)}
    filters = {"event": AT_EVENT, "status": equal("status", "State of the request.")}
    orderings = {"newest": ["-pk"], "oldest": ["pk"]}
    words = {
        "list": "Requests for meetings, sent and received",
        "retrieve": "One request",
        "create": "Ask another company for a meeting",
        "partial_update": "Change a request that nobody has answered",
        "answer": "Accept, decline, or propose another time",
        "withdraw": "Take a request back",
    }
    notes = {
        "create": "At a time, or whenever the plan has room. It expires after a week, or when the event begins.",
        "answer": "Accepted with a time it becomes a meeting at once; without a time the plan finds one.",
    }

    def get_queryset(self):
        rows = MeetingRequest.objects.visible_to(self.request.user)
        return rows.select_related("event__campaign", "company", "other").order_by("-pk")

    @extend_schema(request=RequestIn, responses={201: RequestOut})
    def create(self, request):
        given = dict(self.given(RequestIn).validated_data)
        given.pop("company", None)
        event = event_of(request.user, given.pop("event"))
        company = self.company(event_participations__event=event)
        mine = participation_of(event, company)
        given["other"] = get_object_or_404(counterparts(mine), company__uid=given["other"]).company
        created = services.request_meeting(by=request.user, event=event, company=company, **given)
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(created).data, status=201)

    @extend_schema(request=ChangeIn, responses=RequestOut)
    def partial_update(self, request, uid):
        row = self.get_object()
        changes = {"note": row.note, "starts_at": row.starts_at, **self.given(ChangeIn, row).validated_data}
        return Response(self.get_serializer(services.change_request(by=request.user, request=row, **changes)).data)

    @extend_schema(request=RequestAnswerIn, responses=RequestOut)
    def answer(self, request, uid):
        row, given = self.get_object(), self.given(RequestAnswerIn).validated_data
        answer = {"accept": given["answer"] == "accepted", "other_time": given.get("starts_at")}
        row = services.answer_request(by=request.user, request=row, **answer)
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(row).data)

    @extend_schema(request=None, responses=RequestOut)
    def withdraw(self, request, uid):
        row = services.withdraw_request(by=request.user, request=self.get_object())
        return Response(self.get_serializer(row).data)


class MoveOut(Output):
    by = CompanyOut(source="company", read_only=True)

    class Meta:
        model = MeetingMove
        fields = ["by", "starts_at", "expires_at"]
        read_only_fields = fields


class MeetingOut(Output):
    """`side` is the caller's: supplier, buyer or team; `staff`, `rating` and `note` are of that side alone.

    `sequence` rises with every change. `move` is another time that somebody proposed and nobody has answered yet.
    """

    event = serializers.SlugField(source="event.slug", read_only=True)
    side = serializers.SerializerMethodField()
    supplier = CompanyOut(read_only=True)
    buyer = CompanyOut(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)
    where = serializers.CharField(read_only=True)
    room = serializers.CharField(source="room_url", read_only=True)
    interpreter = serializers.CharField(source="interpreter.name", read_only=True, default="")
    why = serializers.CharField(read_only=True)
    staff = serializers.SerializerMethodField()
    rating = serializers.SerializerMethodField()
    note = serializers.SerializerMethodField()
    move = serializers.SerializerMethodField()

    class Meta:
        model = Meeting
        fields = [
            *("uid", "event", "side", "supplier", "buyer", "starts_at", "ends_at", "table", "where", "room"),
            *("interpreter", "status", "why", "sequence", "staff", "rating", "note", "move", "updated_at"),
        ]
        read_only_fields = fields

    def get_side(self, meeting) -> str:
        own = self.context["own"]
        return "supplier" if meeting.supplier_id in own else "buyer" if meeting.buyer_id in own else "team"

    def _own(self, meeting, name: str, none):
        side = self.get_side(meeting)
        return none if side == "team" else getattr(meeting, f"{side}_{name}")

    def get_staff(self, meeting) -> str:
        return self._own(meeting, "staff", "")

    def get_rating(self, meeting) -> int | None:
        return self._own(meeting, "rating", None)

    def get_note(self, meeting) -> str:
        return self._own(meeting, "note", "")

    @extend_schema_field(MoveOut(allow_null=True))
    def get_move(self, meeting) -> dict | None:
        return MoveOut(meeting.open_moves[0]).data if meeting.open_moves else None


class BookIn(Strict):
    event = serializers.SlugField()
    supplier = serializers.UUIDField()
    buyer = serializers.UUIDField()
    starts_at = serializers.DateTimeField()


class CancelIn(Strict):
    why = serializers.CharField(max_length=300, required=False, allow_blank=True)


class OutcomeIn(Strict):
    outcome = serializers.ChoiceField(Meeting.Outcome.choices)
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True)
    note = serializers.CharField(max_length=1000, required=False, allow_blank=True)


class StaffIn(Strict):
    name = serializers.CharField(max_length=120, allow_blank=True)


class MoveIn(Strict):
    starts_at = serializers.DateTimeField()


class MoveAnswerIn(Strict):
    answer = serializers.ChoiceField(["accepted", "declined"])


class Meetings(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = MeetingOut
    url_name = "api_meeting"
    policy = {
        **READ_AND,
        **dict.fromkeys(("create", "cancel", "outcome", "staff", "propose", "answer_move"), WRITE),
    }
    filters = {"event": AT_EVENT, "status": equal("status", "State of the meeting.")}
    words = {
        "list": "Meetings at events",
        "retrieve": "One meeting",
        "create": "Book a meeting by hand",
        "cancel": "Cancel a meeting",
        "outcome": "Say what became of a meeting",
        "staff": "Say who goes to a meeting",
        "propose": "Propose another time for a meeting",
        "answer_move": "Answer a proposed time",
    }
    notes = {
        "list": "Of the caller's companies, and all of events the caller runs. What was cancelled stays listed.",
        "create": "For the event's team. No plan moves it.",
        "cancel": "The slot is free again, and the other side is told why.",
        "outcome": "The rating and the note are kept for one's own side.",
        "propose": "The meeting stands where it is until the other side agrees.",
    }
    orderings = {"soonest": ["starts_at", "pk"], "changed": ["-updated_at", "pk"]}

    def get_queryset(self):
        open_moves = Prefetch(
            "moves", queryset=MeetingMove.objects.pending().select_related("company"), to_attr="open_moves"
        )
        rows = Meeting.objects.visible_to(self.request.user).for_agenda()
        return rows.select_related("event__campaign").prefetch_related(open_moves).order_by("starts_at", "pk")

    def get_serializer_context(self):
        own = Company.objects.of(self.request.user).values_list("pk", flat=True)
        return {**super().get_serializer_context(), "own": set(own)}

    @extend_schema(request=BookIn, responses={201: MeetingOut})
    def create(self, request):
        given = self.given(BookIn).validated_data
        event = event_of(request.user, given["event"])
        rows = EventParticipation.objects.visible_to(request.user).filter(event=event).select_related("company")
        sides = {side: get_object_or_404(rows, company__uid=given[side]).company for side in ("supplier", "buyer")}
        made = services.book_meeting(by=request.user, event=event, starts_at=given["starts_at"], **sides)
        return self._done(made, status=201)

    @extend_schema(request=CancelIn, responses=MeetingOut)
    def cancel(self, request, uid):
        row = self.get_object()
        return self._done(services.cancel_meeting(by=request.user, meeting=row, **self._optional(CancelIn)))

    @extend_schema(request=OutcomeIn, responses=MeetingOut)
    def outcome(self, request, uid):
        row, given = self.get_object(), self.given(OutcomeIn).validated_data
        return self._done(services.mark_meeting(by=request.user, meeting=row, **given))

    @extend_schema(request=StaffIn, responses=MeetingOut)
    def staff(self, request, uid):
        row, given = self.get_object(), self.given(StaffIn).validated_data
        return self._done(services.assign_staff(by=request.user, meeting=row, name=given["name"]))

    @extend_schema(request=MoveIn, responses=MeetingOut)
    def propose(self, request, uid):
        row, given = self.get_object(), self.given(MoveIn).validated_data
        return self._done(services.ask_move(by=request.user, meeting=row, starts_at=given["starts_at"]).meeting)

    @extend_schema(request=MoveAnswerIn, responses=MeetingOut)
    def answer_move(self, request, uid):
        row, given = self.get_object(), self.given(MoveAnswerIn).validated_data
        move = get_object_or_404(MeetingMove.objects.pending().select_related("company"), meeting=row)
        move.meeting = row
        services.answer_move(by=request.user, move=move, accept=given["answer"] == "accepted")
        return self._done(row)

    def _optional(self, serializer) -> dict:
        """Input whose body may be left out."""
        return dict(self.given(serializer).validated_data) if self.request.data else {}

    def _done(self, meeting: Meeting, status: int = 200) -> Response:
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(self.get_queryset().get(pk=meeting.pk)).data, status=status)
