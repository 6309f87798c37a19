"""Obstacles: what blocks a deal, reported by a company or a desk that follows it, worked on by the campaign's team."""

from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.participations import READ_AND, CompanyOut
from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.messaging.models import Enquiry, Obstacle, ObstacleAnswer
from matchmaker.messaging.services import obstacles
from matchmaker.notifications.tasks import start_delivery

WRITE = "enquiries:write"


class ObstacleAnswerOut(Output):
    """`side` is for whom it was written: `team`, `company` or `partner`."""

    class Meta:
        model = ObstacleAnswer
        fields = ["side", "text", "written_at"]
        read_only_fields = fields


class ObstacleOut(Output):
    """`enquiry` is named to the people of the company alone; `due_on` is the day by which the team answers."""

    campaign = serializers.SlugField(source="campaign.slug", read_only=True)
    company = CompanyOut(read_only=True)
    product = serializers.UUIDField(source="product.uid", read_only=True, allow_null=True, default=None)
    enquiry = serializers.SerializerMethodField()
    responsible = serializers.SerializerMethodField()
    is_late = serializers.BooleanField(read_only=True)
    answers = ObstacleAnswerOut(many=True, read_only=True)

    class Meta:
        model = Obstacle
        fields = [
            *("uid", "campaign", "company", "kind", "title", "text", "product", "enquiry", "state", "outcome"),
            *("responsible", "due_on", "is_late", "reported_at", "closed_at", "answers"),
        ]
        read_only_fields = fields

    def get_enquiry(self, case) -> UUID | None:
        return case.enquiry.uid if case.enquiry and case.company_id in self.context["own"] else None

    def get_responsible(self, case) -> str:
        return str(case.responsible or "")


class ObstacleIn(Strict, serializers.ModelSerializer):
    """`company` is needed only where the caller has none, or several; `product` or `enquiry` is what it concerns."""

    company = serializers.UUIDField(required=False)
    product = serializers.UUIDField(required=False)
    enquiry = serializers.UUIDField(required=False)

    class Meta:
        model = Obstacle
        fields = ["company", "kind", "title", "text", "product", "enquiry"]
        validators = []

    def validate(self, attrs):
        if "product" in attrs and "enquiry" in attrs:
            raise serializers.ValidationError({"enquiry": _("A case concerns one product or one enquiry.")})
        return attrs


class ObstacleAnswerIn(Strict):
    text = serializers.CharField(max_length=4000)


class TakeUpIn(Strict):
    """The day by which the company hears of it; without one the day so far stays."""

    due_on = serializers.DateField(required=False)


class ObstacleCloseIn(ObstacleAnswerIn):
    """The team says `solved` or `unsolved`, the company or its partner `solved` or `withdrawn`."""

    outcome = serializers.ChoiceField(["solved", "unsolved", "withdrawn"])


class Obstacles(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = ObstacleOut
    url_name = "api_obstacle"
    policy = {**READ_AND, **dict.fromkeys(("create", "answer", "take_up", "close"), WRITE)}
    words = {
        "list": "Obstacles that block deals",
        "retrieve": "One case with every answer",
        "create": "Report an obstacle",
        "answer": "Answer in a case",
        "take_up": "Take a case up",
        "close": "Close a case",
    }
    notes = {
        "list": "Of the caller's companies, of companies that the caller's desk follows, and of campaigns the caller "
        "decides in.",
        "create": "For one's company, or for a company that one's desk follows.",
        "answer": "An answer of the company or its partner opens a closed case again.",
        "take_up": "For the campaign's team: the caller is responsible.",
    }
    filters = {
        "campaign": equal("campaign__slug", "Of this campaign, by its `slug`."),
        "company": equal("company__uid", "Of this company."),
        "state": equal("state", "`open`, `working` or `closed`."),
        "kind": equal("kind", "Kind of obstacle."),
    }
    orderings = {"newest": ["-reported_at", "-pk"], "due": ["due_on", "pk"]}

    def get_queryset(self) -> QuerySet[Obstacle]:
        answers = Prefetch("answers", ObstacleAnswer.objects.order_by("pk"))
        rows = Obstacle.objects.visible_to(self.request.user).for_lists().select_related("product", "enquiry")
        return rows.prefetch_related(answers).order_by("-reported_at", "-pk")

    def get_serializer_context(self):
        own = Company.objects.of(self.request.user).values_list("pk", flat=True)
        return {**super().get_serializer_context(), "own": set(own)}

    @extend_schema(request=ObstacleIn, responses={201: ObstacleOut})
    def create(self, request):
        given = self.given(ObstacleIn).validated_data
        company = self._company(given.pop("company", None))
        about = self._about(company, given.pop("product", None), given.pop("enquiry", None))
        case = obstacles.report_obstacle(by=request.user, company=company, about=about, **given)
        return self._answer_with(case, status=201)

    def _company(self, uid: UUID | None) -> Company:
        if uid is None:
            return self.company()
        return get_object_or_404(obstacles.companies_of_reporter(self.request.user), uid=uid)

    def _about(self, company: Company, product: UUID | None, enquiry: UUID | None) -> Product | Enquiry | None:
        """The service says whether the caller may name it."""
        if product:
            return get_object_or_404(Product, company=company, uid=product)
        return get_object_or_404(Enquiry.objects.visible_to(self.request.user), uid=enquiry) if enquiry else None

    @extend_schema(request=ObstacleAnswerIn, responses=ObstacleOut)
    def answer(self, request, uid):
        case, given = self.get_object(), self.given(ObstacleAnswerIn).validated_data
        obstacles.answer_obstacle(by=request.user, obstacle=case, **given)
        return self._answer_with(case)

    @extend_schema(request=TakeUpIn, responses=ObstacleOut)
    def take_up(self, request, uid):
        case, given = self.get_object(), self.given(TakeUpIn).validated_data
        due_on = given.get("due_on", case.due_on)
        obstacles.work_on_obstacle(by=request.user, obstacle=case, responsible=request.user, due_on=due_on)
        return self._answer_with(case)

    @extend_schema(request=ObstacleCloseIn, responses=ObstacleOut)
    def close(self, request, uid):
        case, given = self.get_object(), self.given(ObstacleCloseIn).validated_data
        obstacles.close_obstacle(by=request.user, obstacle=case, **given)
        return self._answer_with(case)

    def _answer_with(self, case: Obstacle, status: int = 200) -> Response:
        transaction.on_commit(start_delivery)
        return Response(self.get_serializer(self.get_queryset().get(pk=case.pk)).data, status=status)
