"""Who comes to an event, who asks whom for a meeting, and the meetings: one's own, and those of an event one runs."""

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Resource, Strict
from matchmaker.api.filters import Filter, equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.companies.models import Company
from matchmaker.events import services
from matchmaker.events.models import Attendee, Event, EventParticipation, Meeting, MeetingRequest
from matchmaker.notifications.tasks import ring

WRITE = "events:write"
AT_EVENT = {"event": equal("event__slug", "At this event, by its `slug`.")}


class Party(serializers.ModelSerializer):
    """A company as the other ones at its event see it."""

    name = serializers.CharField(source="display_name", read_only=True)

    class Meta:
        model = Company
        fields = ["uid", "name", "country"]
        read_only_fields = fields


class Person(Strict, serializers.ModelSerializer):
    class Meta:
        model = Attendee
        fields = ["name", "role", "checked_in_at"]
        read_only_fields = ["checked_in_at"]


class ParticipationOut(serializers.ModelSerializer):
    """`away`: the slots in which none of its people can meet."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    company = Party(read_only=True)
    people = Person(source="attendees", many=True, read_only=True)
    away = serializers.ListField(child=serializers.DateTimeField(), read_only=True)

    class Meta:
        model = EventParticipation
        fields = [
            *("uid", "event", "company", "side", "status", "languages", "seeks", "note", "most", "booth", "people"),
            *("away", "registered_at", "withdrawn_at"),
        ]
        read_only_fields = fields


class ParticipationChange(Strict, serializers.ModelSerializer):
    languages = serializers.ListField(child=serializers.CharField(max_length=10), required=False, max_length=40)
    people = Person(many=True, required=False)
    away = serializers.ListField(child=serializers.DateTimeField(), required=False, max_length=2000)

    class Meta:
        model = EventParticipation
        fields = ["languages", "seeks", "note", "most", "people", "away"]


class ParticipationIn(ParticipationChange):
    event = serializers.SlugField()
    company = serializers.UUIDField(required=False)

    class Meta(ParticipationChange.Meta):
        fields = ["event", "company", "side", *ParticipationChange.Meta.fields]
        validators = []  # the verb checks, under its lock, whether the company is registered already


class Participations(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = ParticipationOut
    policy = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "create": WRITE, "partial_update": WRITE, "withdraw": WRITE}
    words = {
        "list": "Registrations for events",
        "retrieve": "One registration",
        "create": "Register a company for an event",
        "partial_update": "Change a registration",
        "withdraw": "Withdraw from an event",
    }
    notes = {
        "list": "Of the caller's companies, and of all companies at events the caller runs.",
        "create": "Where the event is full the company joins the waiting list. Times in `away` are slots of the event.",
        "withdraw": "Its meetings are cancelled, the others told, and the waiting list moves up.",
    }
    filters = AT_EVENT | {
        "company": equal("company__uid", "Of this company."),
        "side": equal("side", "`supplier` or `buyer`."),
        "status": equal("status", "`registered`, `waiting` or `withdrawn`."),
    }
    orderings = {"newest": ["-registered_at", "-pk"], "oldest": ["registered_at", "pk"]}

    def get_queryset(self):
        rows = EventParticipation.objects.visible_to(self.request.user).order_by("-pk")
        return rows.select_related("event", "company").prefetch_related("attendees")

    @extend_schema(request=ParticipationIn, responses={201: ParticipationOut})
    def create(self, request):
        def act():
            fields = dict(self.given(ParticipationIn).validated_data)
            event = event_named(request.user, fields.pop("event"))
            fields.pop("company", None)
            away = fields.pop("away", None)
            company = self.company(**{f"is_{fields['side']}": True})
            row = services.register_for_event(by=request.user, event=event, company=company, **fields)
            if away is not None:
                services.set_availability(by=request.user, participation=row, away=away)
            transaction.on_commit(ring)
            return Response(self.shown(row), status=201)

        return self.once(act)

    @extend_schema(request=ParticipationChange, responses=ParticipationOut)
    @transaction.atomic
    def partial_update(self, request, uid):
        row = self.get_object()
        fields = dict(self.given(ParticipationChange, row).validated_data)
        away = fields.pop("away", None)
        people = fields.pop("people", None)
        if fields or people is not None:
            services.update_participation(by=request.user, participation=row, people=people, **fields)
        if away is not None:
            services.set_availability(by=request.user, participation=row, away=away)
        return Response(self.shown(row))

    @extend_schema(request=None, responses=ParticipationOut)
    def withdraw(self, request, uid):
        def act():
            row = services.withdraw_from_event(by=request.user, participation=self.get_object())
            transaction.on_commit(ring)
            return Response(self.shown(row))

        return self.once(act)

    def shown(self, row):
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data


class RequestOut(serializers.ModelSerializer):
    """`company` asks `other`; `answers` names who owes the answer. It holds no slot."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    company = Party(read_only=True)
    other = Party(read_only=True)
    answers = serializers.UUIDField(source="answers.uid", read_only=True)

    class Meta:
        model = MeetingRequest
        fields = [
            *("uid", "event", "company", "other", "answers", "note", "language", "starts_at", "status"),
            *("expires_at", "answered_at", "created_at"),
        ]
        read_only_fields = fields


class RequestIn(Strict):
    """`participation`: one's own registration for the event; `other`: the company that is asked."""

    participation = serializers.UUIDField()
    other = serializers.UUIDField()
    note = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)
    starts_at = serializers.DateTimeField(required=False, allow_null=True, default=None)


class RequestAnswer(Strict):
    """Either of the two. Another time is answered by the other side in the same way."""

    answer = serializers.ChoiceField(["accepted", "declined"], required=False)
    other_time = serializers.DateTimeField(required=False)

    def validate(self, fields):
        if len(fields) != 1:
            raise serializers.ValidationError(_("Give either `answer` or `other_time`."), "one_answer")
        return fields


class MeetingRequests(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = RequestOut
    policy = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "create": WRITE, "answer": WRITE, "withdraw": WRITE}
    words = {
        "list": "Requests for meetings, sent and received",
        "retrieve": "One request",
        "create": "Ask another company for a meeting",
        "answer": "Accept, decline, or propose another time",
        "withdraw": "Take a request back",
    }
    notes = {
        "create": "At a time, or whenever the plan has room. It expires after a week, or when the event begins.",
        "answer": "Accepted with a time it becomes a meeting at once; without a time the plan finds one.",
    }
    filters = AT_EVENT | {"status": equal("status", "State of the request.")}
    orderings = {"newest": ["-pk"], "oldest": ["pk"]}

    def get_queryset(self):
        rows = MeetingRequest.objects.visible_to(self.request.user).order_by("-pk")
        return rows.select_related("event", "company", "other")

    @extend_schema(request=RequestIn, responses={201: RequestOut})
    def create(self, request):
        def act():
            given = dict(self.given(RequestIn).validated_data)
            parts = EventParticipation.objects.visible_to(request.user).select_related("event", "company")
            mine = get_object_or_404(parts, uid=given.pop("participation"))
            there = Company.objects.filter(event_participations__in=mine.event.participations.registered())
            other = get_object_or_404(there, uid=given.pop("other"))
            made = services.request_meeting(
                by=request.user, event=mine.event, company=mine.company, other=other, **given
            )
            transaction.on_commit(ring)
            return Response(self.shown(made), status=201)

        return self.once(act)

    @extend_schema(request=RequestAnswer, responses=RequestOut)
    def answer(self, request, uid):
        def act():
            asked = self.get_object()
            given = self.given(RequestAnswer).validated_data
            accept, other_time = given.get("answer") == "accepted", given.get("other_time")
            services.answer_request(by=request.user, request=asked, accept=accept, other_time=other_time)
            transaction.on_commit(ring)
            return Response(self.shown(asked))

        return self.once(act)

    @extend_schema(request=None, responses=RequestOut)
    def withdraw(self, request, uid):
        def act():
            taken = services.withdraw_request(by=request.user, request=self.get_object())
            transaction.on_commit(ring)
            return Response(self.shown(taken))

        return self.once(act)

    def shown(self, row):
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data


class MeetingOut(serializers.ModelSerializer):
    """`own` is what the caller's side keeps for itself; null for the event's team."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    supplier = Party(read_only=True)
    buyer = Party(read_only=True)
    ends_at = serializers.DateTimeField(read_only=True)
    interpreter = serializers.CharField(source="interpreter.name", read_only=True, allow_null=True, default=None)
    own = serializers.SerializerMethodField()

    class Meta:
        model = Meeting
        fields = [
            *("uid", "event", "supplier", "buyer", "starts_at", "ends_at", "table", "booth", "room_url", "interpreter"),
            *("status", "is_disputed", "locked", "why_cancelled", "own", "updated_at"),
        ]
        read_only_fields = fields

    def get_own(self, meeting) -> dict | None:
        for side in ("supplier", "buyer"):
            if getattr(meeting, f"{side}_id") in self.context["companies"]:
                kept = {name: getattr(meeting, f"{side}_{name}") for name in ("staff", "said", "rating", "note")}
                return {"side": side, **kept}
        return None


class MeetingIn(Strict):
    event = serializers.SlugField()
    supplier = serializers.UUIDField()
    buyer = serializers.UUIDField()
    starts_at = serializers.DateTimeField()


class MoveIn(Strict):
    starts_at = serializers.DateTimeField()


class CancelIn(Strict):
    why = serializers.CharField(max_length=300, required=False, default="", allow_blank=True)


class OutcomeIn(Strict):
    outcome = serializers.ChoiceField(Meeting.Outcome.choices)
    absent = serializers.ChoiceField(["supplier", "buyer", "both"], required=False, default="")
    rating = serializers.IntegerField(min_value=1, max_value=5, required=False, allow_null=True, default=None)
    note = serializers.CharField(max_length=1000, required=False, default="", allow_blank=True)


class Meetings(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = MeetingOut
    policy = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "create": WRITE,
        "move": WRITE,
        "cancel": WRITE,
        "outcome": WRITE,
    }
    words = {
        "list": "Meetings at events",
        "retrieve": "One meeting",
        "create": "Book a meeting, as the event's team",
        "move": "Move a meeting, as the event's team",
        "cancel": "Cancel a meeting",
        "outcome": "Say what became of a meeting",
    }
    notes = {
        "list": "Of the caller's companies, and all of events the caller runs. What was cancelled stays listed.",
        "create": "It is locked: no plan moves it.",
        "move": "Both sides hear of it. A refusal names the next slots free for both.",
        "cancel": "The slot is free again, and the other side is told why.",
        "outcome": "A rating and a note are kept for one's own side; `absent` is for the team.",
    }
    filters = AT_EVENT | {
        "company": Filter("In which this company takes part.", lambda rows, uid: rows.of_company(_company(uid))),
        "status": equal("status", "State of the meeting."),
        "from": Filter("Beginning then or later.", lambda rows, at: rows.filter(starts_at__gte=_instant(at))),
        "until": Filter("Beginning before then.", lambda rows, at: rows.filter(starts_at__lt=_instant(at))),
    }
    orderings = {"soonest": ["starts_at", "table", "pk"], "latest": ["-starts_at", "-table", "-pk"]}

    def get_queryset(self):
        return Meeting.objects.visible_to(self.request.user).for_agenda()

    def get_serializer_context(self):
        own = Company.objects.of(self.request.user) if self.request.user.is_authenticated else Company.objects.none()
        return {**super().get_serializer_context(), "companies": set(own.values_list("pk", flat=True))}

    @extend_schema(request=MeetingIn, responses={201: MeetingOut})
    def create(self, request):
        given = self.given(MeetingIn).validated_data
        event = event_named(request.user, given["event"])
        here = Company.objects.filter(event_participations__in=event.participations.visible_to(request.user))
        sides = {side: get_object_or_404(here, uid=given[side]) for side in ("supplier", "buyer")}
        return self._done(
            lambda: services.book_meeting(by=request.user, event=event, starts_at=given["starts_at"], **sides), 201
        )

    @extend_schema(request=MoveIn, responses=MeetingOut)
    def move(self, request, uid):
        return self._change(services.move_meeting, MoveIn)

    @extend_schema(request=CancelIn, responses=MeetingOut)
    def cancel(self, request, uid):
        return self._change(services.cancel_meeting, CancelIn)

    @extend_schema(request=OutcomeIn, responses=MeetingOut)
    def outcome(self, request, uid):
        return self._change(services.mark_meeting, OutcomeIn)

    def _change(self, verb, form):
        meeting = self.get_object()
        fields = self.given(form).validated_data
        return self._done(lambda: verb(by=self.request.user, meeting=meeting, **fields))

    def _done(self, verb, status: int = 200):
        def act():
            meeting = verb()
            transaction.on_commit(ring)
            return Response(self.get_serializer(self.get_queryset().get(pk=meeting.pk)).data, status=status)

        return self.once(act)


def event_named(user, slug: str) -> Event:
    return get_object_or_404(Event.objects.visible_to(user), slug=slug)


def _company(uid: str) -> Company | None:
    return Company.objects.filter(uid=serializers.UUIDField().run_validation(uid)).first()


def _instant(text: str):
    return serializers.DateTimeField().run_validation(text)
