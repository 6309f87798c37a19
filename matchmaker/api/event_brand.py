"""The brand of an event: everyone who sees the event reads it, the campaign's team writes it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.events import WRITE
from matchmaker.api.permissions import EVERYONE
from matchmaker.api.texts import TextField, TextsField, errors_by_member
from matchmaker.api.uploads import WithFiles
from matchmaker.campaigns.services import require_organiser
from matchmaker.campaigns.services.brand import read_logo
from matchmaker.core.files import CheckedFile
from matchmaker.events.models import Event, EventBrand
from matchmaker.events.services.brand import read_picture, set_event_brand


class EventBrandOut(Output):
    """What is empty is that of the campaign. `logo` and `picture` are addresses, '' where the event has none."""

    event = serializers.SlugField(source="event.slug", read_only=True)
    short_name, short_names = TextField(), TextsField(source="short_name", read_only=True)
    logo = serializers.SerializerMethodField()
    picture = serializers.SerializerMethodField()

    class Meta:
        model = EventBrand
        fields = ["event", "short_name", "short_names", "colour", "logo", "picture"]
        read_only_fields = fields

    def get_logo(self, brand) -> str:
        return _address(self.context["request"], brand, "logo")

    def get_picture(self, brand) -> str:
        return _address(self.context["request"], brand, "picture")


def _address(request: HttpRequest, brand: EventBrand, name: str) -> str:
    """With a mark that changes with the picture, as pages name it."""
    digest = getattr(brand, f"{name}_digest")
    path = reverse(f"event_brand_{name}", args=[brand.event.slug])
    return request.build_absolute_uri(f"{path}?v={digest[:12]}") if digest else ""


class EventBrandIn(Strict):
    """`colour` is `#rrggbb`, dark enough for white text; '' takes the campaign's."""

    short_names = TextsField(source="short_name", required=False)
    colour = serializers.CharField(max_length=7, required=False, allow_blank=True)
    remove_logo = serializers.BooleanField(required=False)
    remove_picture = serializers.BooleanField(required=False)


class BrandFileIn(Strict):
    """JPEG, PNG or WebP; a logo up to 2 MB, a picture up to 10 MB."""

    file = serializers.FileField()


class OfEvent(Resource):
    """`slug` in the address names the event; who sees it reads its brand, the team of its campaign writes it."""

    serializer_class = EventBrandOut
    lookup_field = "slug"
    lookup_value_converter = "slug"

    def get_queryset(self):
        return Event.objects.visible_to(self.request.user).select_related("campaign")

    def save(self, event: Event, **values: Any) -> Response:
        before = event.look or EventBrand(event=event)
        stays = {"short_name": before.short_name, "colour": before.colour}
        with errors_by_member({"short_name": "short_names", "logo": "file", "picture": "file"}):
            set_event_brand(by=self.request.user, event=event, **(stays | values))
        return self.shown(get_object_or_404(self.get_queryset(), pk=event.pk))

    def shown(self, event: Event) -> Response:
        return Response(self.get_serializer(event.look or EventBrand(event=event)).data)


class EventBrands(OfEvent):
    policy = {"retrieve": EVERYONE, "partial_update": WRITE}
    words = {"retrieve": "How an event looks", "partial_update": "Change how an event looks"}
    notes = {"partial_update": "For the campaign's team. What is not named stays."}

    @extend_schema(responses=EventBrandOut)
    def retrieve(self, request, slug):
        return self.shown(self.get_object())

    @extend_schema(request=EventBrandIn, responses=EventBrandOut)
    def partial_update(self, request, slug):
        event = self.get_object()
        return self.save(event, **self.given(EventBrandIn).validated_data)


class EventBrandFiles(WithFiles, OfEvent):
    policy = {"logo": WRITE, "picture": WRITE}
    words = {"logo": "Send the logo of an event", "picture": "Send the picture of an event"}
    notes = dict.fromkeys(
        ("logo", "picture"), "For the campaign's team. It replaces the one before and is drawn again."
    )

    def prepare(self) -> None:
        self.checks = {"file": self._check}
        super().prepare()

    def own(self) -> Event:
        event = self.get_object()
        require_organiser(self.request.user, event.campaign)
        return event

    def _check(self, upload: Any) -> CheckedFile:
        content, problems = (read_logo if self.action == "logo" else read_picture)(upload)
        if problems:
            raise ValidationError({"file": list(problems.values())})
        return CheckedFile(upload.name, "", "", content)

    @extend_schema(request={"multipart/form-data": BrandFileIn}, responses=EventBrandOut)
    def logo(self, request, slug):
        event = self.get_object()
        return self.save(event, logo=self.given(BrandFileIn).validated_data["file"])

    @extend_schema(request={"multipart/form-data": BrandFileIn}, responses=EventBrandOut)
    def picture(self, request, slug):
        event = self.get_object()
        return self.save(event, picture=self.given(BrandFileIn).validated_data["file"])
