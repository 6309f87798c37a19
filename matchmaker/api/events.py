"""Events: everybody reads the calendar, the team writes its own."""

import datetime as dt

from django.db import transaction
from django.db.models import Q
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import EVERYONE
from matchmaker.api.texts import TextField, TextsField, errors_by_member
from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company
from matchmaker.events import services
from matchmaker.events.models import Event, EventParticipation
from matchmaker.events.services.events import EDITABLE
from matchmaker.notifications.tasks import start_delivery

WRITE = "events:write"
IN_CAMPAIGN = OpenApiParameter(
    "campaign", str, description="A campaign of whose team the caller is, by its `slug`; else the one the site shows."
)
TEXTS = {"name": "names", **{name: f"{name}_texts" for name in ("about", "theme", "venue", "city")}}


class ClockField(serializers.TimeField):
    def to_representation(self, value):
        return super().to_representation(dt.time.fromisoformat(value) if isinstance(value, str) else value)


class DayHours(Strict):
    """A day whose hours differ; `day` 1 is the first. Without `opens_at` and `closes_at` it has no meetings."""

    day = serializers.IntegerField(min_value=1, max_value=400)
    opens_at = ClockField(allow_null=True, default=None)
    closes_at = ClockField(allow_null=True, default=None)
    pause_from = ClockField(allow_null=True, default=None)
    pause_until = ClockField(allow_null=True, default=None)


class EventOut(Output):
    """`slots` are the instants at which meetings begin; `campaign` is the slug of the campaign it belongs to."""

    campaign = serializers.SlugField(source="campaign.slug", read_only=True)
    name, names = TextField(), TextsField(source="name", read_only=True)
    about, about_texts = TextField(), TextsField(source="about", read_only=True)
    theme, theme_texts = TextField(), TextsField(source="theme", read_only=True)
    venue, venue_texts = TextField(), TextsField(source="venue", read_only=True)
    city, city_texts = TextField(), TextsField(source="city", read_only=True)
    day_hours = DayHours(many=True, read_only=True)
    slots = serializers.ListField(child=serializers.DateTimeField(), read_only=True)

    class Meta:
        model = Event
        fields = [
            *("uid", "slug", "campaign", "status", "name", "names", "about", "about_texts", "theme", "theme_texts"),
            *("kind", "guest_country", "mode", "venue", "venue_texts", "city", "city_texts", "time_zone"),
            *("starts_on", "ends_on", "opens_at", "closes_at", "pause_from", "pause_until", "day_hours"),
            *("slot_minutes", "break_minutes", "registration_from", "registration_until", "sides_open"),
            *("capacity", "slots"),
        ]
        read_only_fields = fields


class EventIn(Strict, serializers.ModelSerializer):
    """Texts are objects by language, under the names that the answer gives them."""

    names = TextsField(source="name")
    about_texts = TextsField(source="about", required=False)
    theme_texts = TextsField(source="theme", required=False)
    venue_texts = TextsField(source="venue", required=False)
    city_texts = TextsField(source="city", required=False)
    day_hours = DayHours(many=True, required=False)

    class Meta:
        model = Event
        fields = [*TEXTS.values(), *(name for name in EDITABLE if name not in TEXTS)]
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
        "campaign": equal("campaign__slug", "Of this campaign, by its `slug`."),
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
        rows = Event.objects.visible_to(self.request.user).select_related("campaign").order_by("starts_on", "pk")
        return self._of_site(rows) if self.action == "list" else rows

    def _of_site(self, rows):
        """Events of the campaign of this address, of campaigns whose team she belongs to, and where she takes part."""
        shown = site.campaigns_shown(self.request.site_campaign)
        if shown is None:
            return rows
        mine = Campaign.objects.run_by(self.request.user).values("pk")
        own = EventParticipation.objects.filter(company__in=Company.objects.of(self.request.user))
        return rows.filter(Q(campaign__in=shown) | Q(campaign__in=mine) | Q(pk__in=own.values("event")))

    @extend_schema(request=EventIn, responses={201: EventOut}, parameters=[IN_CAMPAIGN])
    def create(self, request):
        campaign = self.campaign()
        if campaign is None:
            raise Http404
        given = self.given(EventIn).validated_data
        with errors_by_member(TEXTS):
            event = services.save_event(by=request.user, campaign=campaign, **given)
        return self._done(event, status=201)

    @extend_schema(request=EventIn, responses=EventOut)
    def partial_update(self, request, slug):
        event = self.get_object()
        given = self.given(EventIn, event).validated_data
        with errors_by_member(TEXTS):
            event = services.save_event(by=request.user, campaign=event.campaign, event=event, **given)
        return self._done(event)

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
