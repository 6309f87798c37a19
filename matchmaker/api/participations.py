"""Who of a company comes to an event, when, and whom it wishes to meet; the team reads all registrations of its own.

The codes of badges and the address of the calendar are not in it: whoever holds them gets in.
"""

from django.db import transaction
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.events import services
from matchmaker.events.models import Attendee, Event, EventParticipation, Wish
from matchmaker.events.services.wishes import counterparts
from matchmaker.notifications.tasks import start_delivery

WRITE = "meetings:write"
READ_AND = {"list": SIGNED_IN, "retrieve": SIGNED_IN}
AT_EVENT = equal("event__slug", "At this event, by its `slug`.")


def event_of(user, slug: str) -> Event:
    """An event the caller may know of, by the name in its address."""
    return get_object_or_404(Event.objects.visible_to(user).select_related("campaign"), slug=slug)


class CompanyOut(serializers.Serializer):
    uid = serializers.UUIDField()
    name = serializers.CharField(source="legal_name")
    country = serializers.CharField()


class PersonOut(Output):
    class Meta:
        model = Attendee
        fields = ["uid", "name", "role", "away"]
        read_only_fields = fields


class ParticipationOut(Output):
    """`away` are slots, as they stand in the event's `slots`, in which nobody of the company can meet."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    company = CompanyOut(read_only=True)
    people = PersonOut(source="attendees", many=True, read_only=True)

    class Meta:
        model = EventParticipation
        fields = [
            *("uid", "event", "company", "side", "status", "languages", "seeks", "note", "most", "booth"),
            *("away", "people", "registered_at", "withdrawn_at"),
        ]
        read_only_fields = fields


class PersonIn(Strict):
    name = serializers.CharField(max_length=120)
    role = serializers.CharField(max_length=120, required=False, allow_blank=True)


class DetailsIn(Strict):
    """`people` replaces those who come; somebody whose name stays keeps her badge."""

    languages = serializers.ListField(child=serializers.CharField(max_length=10), required=False, max_length=30)
    seeks = serializers.CharField(max_length=500, required=False, allow_blank=True)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)
    most = serializers.IntegerField(min_value=1, max_value=200, required=False, allow_null=True)
    people = PersonIn(many=True, required=False)


class RegisterIn(DetailsIn):
    """`company` is needed only by members of several."""

    event = serializers.SlugField()
    company = serializers.UUIDField(required=False)
    side = serializers.ChoiceField(EventParticipation.Side.choices)


class AwayIn(Strict):
    """Replaces the slots in which `person`, or without one everybody of the company, cannot meet."""

    slots = serializers.ListField(child=serializers.DateTimeField(), max_length=500)
    person = serializers.UUIDField(required=False)


class WishOut(Output):
    company = CompanyOut(source="other", read_only=True)

    class Meta:
        model = Wish
        fields = ["company", "kind", "wished_at"]
        read_only_fields = fields


class WishIn(Strict):
    """`none` takes a wish back."""

    company = serializers.UUIDField()
    kind = serializers.ChoiceField([*Wish.Kind.values, "none"])


class Participations(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = ParticipationOut
    url_name = "api_participation"
    policy = {
        **READ_AND,
        "wishes": SIGNED_IN,
        **dict.fromkeys(("create", "partial_update", "away", "wish", "withdraw"), WRITE),
    }
    words = {
        "list": "Registrations for events",
        "retrieve": "One registration",
        "create": "Register a company for an event",
        "partial_update": "Change a registration",
        "away": "Say in which slots nobody, or one person, can meet",
        "wishes": "Whom the company wishes to meet",
        "wish": "Wish for, or rule out, a meeting with a company",
        "withdraw": "Withdraw from an event",
    }
    notes = {
        "list": "Of the caller's companies, and of all companies at events the caller runs.",
        "create": "Where the event is full the company joins the waiting list.",
        "wishes": "Nobody else reads them, the event's team neither.",
        "withdraw": "Its meetings are cancelled, the others told, and the waiting list moves up.",
    }
    filters = {
        "event": AT_EVENT,
        "status": equal("status", "State of the registration."),
        "side": equal("side", "`supplier` or `buyer`."),
    }
    orderings = {"newest": ["-registered_at", "-pk"]}

    def get_queryset(self):
        rows = EventParticipation.objects.visible_to(self.request.user).select_related("event", "company")
        return rows.prefetch_related("attendees").order_by("-registered_at", "-pk")

    @extend_schema(request=RegisterIn, responses={201: ParticipationOut})
    def create(self, request):
        given = dict(self.given(RegisterIn).validated_data)
        given.pop("company", None)
        event = event_of(request.user, given.pop("event"))
        company = self.company(**{f"is_{given['side']}": True})
        row = services.register_for_event(by=request.user, event=event, company=company, **given)
        return Response(self._serialize(row), status=201)

    @extend_schema(request=DetailsIn, responses=ParticipationOut)
    def partial_update(self, request, uid):
        row = self.get_object()
        services.update_participation(by=request.user, participation=row, **self.given(DetailsIn, row).validated_data)
        return Response(self._serialize(row))

    @extend_schema(request=AwayIn, responses=ParticipationOut)
    def away(self, request, uid):
        row, given = self.get_object(), self.given(AwayIn).validated_data
        person = get_object_or_404(row.attendees, uid=given["person"]) if "person" in given else None
        services.set_availability(by=request.user, participation=row, away=given["slots"], person=person)
        return Response(self._serialize(row))

    @extend_schema(responses=WishOut(many=True))
    def wishes(self, request, uid):
        row = self.get_object()
        wishes = Wish.objects.visible_to(request.user).filter(event=row.event_id, company=row.company_id)
        return Response(WishOut(wishes.select_related("other"), many=True).data)

    @extend_schema(request=WishIn, responses=WishOut(many=True))
    def wish(self, request, uid):
        row, given = self.get_object(), self.given(WishIn).validated_data
        other = get_object_or_404(counterparts(row), company__uid=given["company"]).company
        services.wish(by=request.user, event=row.event, company=row.company, other=other, kind=given["kind"])
        return self.wishes(request, uid)

    @extend_schema(request=None, responses=ParticipationOut)
    def withdraw(self, request, uid):
        row = services.withdraw_from_event(by=request.user, participation=self.get_object())
        transaction.on_commit(start_delivery)
        return Response(self._serialize(row))

    def _serialize(self, row: EventParticipation) -> dict:
        return self.get_serializer(self.get_queryset().get(pk=row.pk)).data
