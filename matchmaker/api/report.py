"""The report for the campaign's team."""

from django.http import Http404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.response import Response

from matchmaker.api.base import Resource
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.events.models import Event
from matchmaker.reporting import services
from matchmaker.reporting.figures import MONTH, WEEK


class Reports(Resource):
    policy = {"retrieve": SIGNED_IN}
    words = {"retrieve": "The report of a campaign or an event"}
    notes = {
        "retrieve": "For the campaign's team. Figures are defined in docs/reporting.md; rates lie between 0 and 1."
    }

    @extend_schema(
        parameters=[
            OpenApiParameter("campaign", str, description="Slug of a campaign; without it the current one."),
            OpenApiParameter("event", str, description="Slug of an event of the campaign."),
            OpenApiParameter("period", str, enum=[MONTH, WEEK], description="Periods of the trend."),
        ],
        responses={200: OpenApiTypes.OBJECT},
    )
    def retrieve(self, request):
        current = self.campaign()
        wanted = request.query_params.get("campaign") or (current.slug if current else "")
        campaign = next((one for one in services.campaigns_of(request.user) if one.slug == wanted), None)
        slug, event = request.query_params.get("event"), None
        if campaign is not None and slug:
            event = Event.objects.filter(campaign=campaign, slug=slug).first()
        if campaign is None or (slug and event is None):
            raise Http404
        period = WEEK if request.query_params.get("period") == WEEK else MONTH
        return Response(services.build(services.Scope((campaign,), event=event), period=period).as_dict())
