"""Events: everybody reads the calendar, the team writes its own."""

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import EVERYONE
from matchmaker.events import services
from matchmaker.events.models import Event
from matchmaker.events.services.events import EDITABLE
from matchmaker.notifications.tasks import start_delivery

WRITE = "events:write"


class EventOut(Output):
    """`slots` are the instants at which meetings begin."""

    slots = serializers.ListField(child=serializers.DateTimeField(), read_only=True)

    class Meta:
        model = Event
        fields = [
            *("uid", "slug", "status", "name_en", "name_zh", "about_en", "about_zh", "theme_en", "theme_zh"),
            *("guest_country", "mode", "venue_en", "venue_zh", "city_en", "city_zh", "time_zone"),
            *("starts_on", "ends_on", "opens_at", "closes_at", "pause_from", "pause_until"),
            *("slot_minutes", "break_minutes", "registration_from", "registration_until", "sides_open"),
            *("capacity", "slots"),
        ]
        read_only_fields = fields


class EventIn(Strict, serializers.ModelSerializer):
    class Meta:
        model = Event
        fields = list(EDITABLE)
        validators = []


class Events(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = EventOut
    url_name = "api_event"
    lookup_field = "slug"
    lookup_value_converter = "slug"
    policy = {
        "list": EVERYONE,
        "retrieve": EVERYONE,
        **dict.fromkeys(("create", "partial_update", "publish", "cancel", "copy"), WRITE),
    }
    filters = {
        "country": equal("guest_country", "Country of honour, ISO 3166-1 alpha-2."),
        "status": equal("status", "State of the event."),
    }
    words = {
        "list": "Events of the calendar",
        "retrieve": "One event",
        "create": "Write down an event of the campaign, as a draft",
        "partial_update": "Change an event",
        "publish": "Publish an event",
        "cancel": "Cancel an event",
        "copy": "Copy an event, as a draft",
    }
    notes = {
        "list": "Drafts are listed for those who run the campaign only.",
        "create": "For the campaign's team.",
        "cancel": "Everybody with a meeting is told; the event stays in the calendar, marked.",
        "copy": "With the same settings and halls.",
    }
    orderings = {"soonest": ["starts_on", "pk"]}

    def get_queryset(self):
        return Event.objects.visible_to(self.request.user).select_related("campaign").order_by("starts_on", "pk")

    @extend_schema(request=EventIn, responses={201: EventOut})
    def create(self, request):
        campaign = self.campaign()
        if campaign is None:
            raise Http404
        given = self.given(EventIn).validated_data
        return self._done(services.save_event(by=request.user, campaign=campaign, **given), status=201)

    @extend_schema(request=EventIn, responses=EventOut)
    def partial_update(self, request, slug):
        event = self.get_object()
        given = self.given(EventIn, event).validated_data
        return self._done(services.save_event(by=request.user, campaign=event.campaign, event=event, **given))

    @extend_schema(request=None, responses=EventOut)
    def publish(self, request, slug):
        return self._done(services.publish_event(by=request.user, event=self.get_object()))

    @extend_schema(request=None, responses=EventOut)
    def cancel(self, request, slug):
        return self._done(services.cancel_event(by=request.user, event=self.get_object()))

    @extend_schema(request=None, responses={201: EventOut})
    def copy(self, request, slug):
        return self._done(services.copy_event(by=request.user, event=self.get_object()), status=201)

    def _done(self, event: Event, status: int = 200) -> Response:
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(event).data, status=status)
