"""Companies that wait for the team of a campaign: read, approved, or returned with a reason."""

from django.db import transaction
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.campaigns import COMPANIES_WRITE
from matchmaker.api.events import IN_CAMPAIGN
from matchmaker.api.pagination import equal
from matchmaker.api.participations import READ_AND
from matchmaker.campaigns import services
from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company
from matchmaker.matching.tasks import start_matching
from matchmaker.notifications.tasks import start_delivery


class ApplicationOut(Output):
    """A company as the team reads it before it decides."""

    class Meta:
        model = Company
        fields = [
            *("uid", "legal_name", "name_zh", "country", "city", "website", "identifier_kind", "identifier"),
            *("is_supplier", "is_buyer", "status", "status_reason"),
        ]
        read_only_fields = fields


class ReasonIn(Strict):
    reason = serializers.CharField(max_length=500)


class Applications(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = ApplicationOut
    policy = {**READ_AND, "approve": COMPANIES_WRITE, "send_back": COMPANIES_WRITE}
    words = {
        "list": "Companies that wait for the team of a campaign",
        "retrieve": "One company that waits",
        "approve": "Approve a company",
        "send_back": "Return a company with a reason",
    }
    notes = {
        "list": "Of all campaigns of whose team the caller is.",
        "approve": "It may publish and is matched from then on. The first of two decisions counts.",
        "send_back": "Its people read the reason and may submit it again.",
    }
    filters = {"country": equal("country", "ISO 3166-1 alpha-2.")}
    orderings = {"oldest": ["pk"], "newest": ["-pk"]}

    def get_queryset(self):
        run = Campaign.objects.run_by(self.request.user)
        waiting = Company.objects.filter(status=Company.Status.PENDING, campaigns__in=run)
        return waiting.distinct().order_by("pk")

    @extend_schema(request=None, responses=ApplicationOut, parameters=[IN_CAMPAIGN])
    def approve(self, request, uid):
        company = services.approve_company(by=request.user, **self._waiting())
        transaction.on_commit(start_matching)  # what waited for the approval is published
        return self._decided(company)

    @extend_schema(request=ReasonIn, responses=ApplicationOut, parameters=[IN_CAMPAIGN])
    def send_back(self, request, uid):
        given = self.given(ReasonIn).validated_data
        return self._decided(services.return_company(by=request.user, **self._waiting(), **given))

    def _waiting(self) -> dict:
        company, campaign = self.get_object(), self.campaign()
        if campaign is None or not company.campaigns.filter(pk=campaign.pk).exists():
            raise Http404
        return {"company": company, "campaign": campaign}

    def _decided(self, company: Company) -> Response:
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(company).data)
