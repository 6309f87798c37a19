"""First-order programmes: published ones, trial lots of the caller's conversations, and applications for vouchers."""

from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.market import CostOut
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import EVERYONE, SIGNED_IN
from matchmaker.api.texts import TextField, TextsField
from matchmaker.api.uploads import FILE, WithFiles, rename_file_errors, sealed
from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign
from matchmaker.core.downloads import attachment
from matchmaker.first_orders import services
from matchmaker.first_orders.models import Programme, TrialLot, VoucherApplication, VoucherDocument
from matchmaker.first_orders.models.trial_lots import TERMS
from matchmaker.messaging.models import Enquiry
from matchmaker.notifications.tasks import start_delivery

WRITE = "enquiries:write"


class ProgrammeOut(Output):
    """Money is in `currency`. `seed_sha256` is the hash of the seed, or `seed_source` names where it comes from."""

    campaign = serializers.SlugField(source="campaign.slug", read_only=True)
    name, names = TextField(), TextsField(source="name", read_only=True)
    takes_applications = serializers.BooleanField(read_only=True)

    class Meta:
        model = Programme
        fields = [
            *("uid", "campaign", "name", "names", "state", "currency", "budget", "opens_on", "closes_on"),
            *("share_percent", "cap", "covers", "small_only", "first_time_only", "small_first", "categories"),
            *("countries", "proofs", "seed_source", "seed_sha256", "takes_applications"),
        ]
        read_only_fields = fields


class Programmes(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = ProgrammeOut
    policy = {"list": EVERYONE, "retrieve": EVERYONE}
    words = {"list": "First-order programmes", "retrieve": "One first-order programme with its rules"}
    filters = {"state": equal("state", "State of the programme.")}
    orderings = {"newest": ["-closes_on", "-pk"], "oldest": ["closes_on", "pk"]}

    def get_queryset(self):
        rows = Programme.objects.visible_to(self.request.user).select_related("campaign")
        shown = site.campaigns_shown(self.request.site_campaign)
        if self.action == "list" and shown is not None:
            rows = rows.filter(campaign__in=shown)
        return rows.order_by("-closes_on", "-pk")


class TrialLotOut(Output):
    """The terms as they stand; `confirmed_by` names the sides that confirmed this `version`."""

    enquiry = serializers.UUIDField(source="enquiry.uid", read_only=True)
    campaign = serializers.SlugField(source="campaign.slug", read_only=True)
    confirmed_by = serializers.SerializerMethodField()

    class Meta:
        model = TrialLot
        fields = [
            *("uid", "enquiry", "campaign", "version", *TERMS),
            *("written_by", "written_at", "confirmed_by", "ended_at"),
        ]
        read_only_fields = fields

    def get_confirmed_by(self, lot) -> list[str]:
        return sorted(lot.confirmed_by)


class TrialLotIn(Strict, serializers.ModelSerializer):
    """All terms: what is left out is empty. `campaign` is needed where both sides meet in several."""

    enquiry = serializers.UUIDField()
    campaign = serializers.SlugField(required=False)

    class Meta:
        model = TrialLot
        fields = ["enquiry", "campaign", *TERMS]
        validators = []


class ConfirmIn(Strict):
    """The version that was read; a newer one has to be read first."""

    version = serializers.IntegerField(min_value=1, max_value=32_767)


class TrialLots(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = TrialLotOut
    url_name = "api_trial_lot"
    policy = {
        "list": SIGNED_IN,
        "retrieve": SIGNED_IN,
        "landed_cost": SIGNED_IN,
        "create": WRITE,
        "confirm": WRITE,
        "end": WRITE,
    }
    words = {
        "list": "Trial lots of the caller's enquiries",
        "retrieve": "One trial lot",
        "landed_cost": "What a trial lot costs until it is in China",
        "create": "Write the trial lot of an enquiry, or a new version of it",
        "confirm": "Confirm a version of a trial lot",
        "end": "End a trial lot without an order",
    }
    notes = {
        "create": "Changed terms make a new version, which both sides confirm; the side that writes it has confirmed.",
        "end": "Its application is withdrawn, and a voucher goes to the next on the waiting list.",
    }
    filters = {"enquiry": equal("enquiry__uid", "Of this enquiry.")}
    orderings = {"newest": ["-pk"], "oldest": ["pk"]}

    def get_queryset(self):
        rows = TrialLot.objects.visible_to(self.request.user)
        return rows.select_related("campaign", "enquiry").prefetch_related("confirmations").order_by("-pk")

    @extend_schema(request=TrialLotIn, responses={201: TrialLotOut})
    def create(self, request):
        given = dict(self.given(TrialLotIn).validated_data)
        enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user), uid=given.pop("enquiry"))
        slug = given.pop("campaign", None)
        campaign = get_object_or_404(services.campaigns_for(enquiry), slug=slug) if slug else self._campaign(enquiry)
        lot = services.write_lot(by=request.user, enquiry=enquiry, campaign=campaign, **given)
        transaction.on_commit(start_delivery)
        return Response(TrialLotOut(lot).data, status=201)

    def _campaign(self, enquiry: Enquiry) -> Campaign | None:
        """The campaign of the address where both take part in it; otherwise the service chooses."""
        here = self.request.site_campaign
        return here if here and services.campaigns_for(enquiry).filter(pk=here.pk).exists() else None

    @extend_schema(request=ConfirmIn, responses=TrialLotOut)
    def confirm(self, request, uid):
        version = self.given(ConfirmIn).validated_data["version"]
        lot = services.confirm_lot(by=request.user, lot=self.get_object(), version=version)
        transaction.on_commit(start_delivery)
        return Response(TrialLotOut(lot).data)

    @extend_schema(request=None, responses=TrialLotOut)
    def end(self, request, uid):
        lot = services.end_lot(by=request.user, lot=self.get_object())
        transaction.on_commit(start_delivery)
        return Response(TrialLotOut(lot).data)

    @extend_schema(responses=CostOut)
    def landed_cost(self, request, uid):
        cost, _duty, _typed = services.landed_cost_of(self.get_object())
        return Response(CostOut(cost).data)


class VoucherDocumentOut(Output):
    """`state` is the decision of the campaign's team, and `why` names what is wrong with it."""

    class Meta:
        model = VoucherDocument
        fields = [
            *("uid", "kind", "name", "number", "content_type", "size", "sha256", "given_by", "given_at", "state", "why")
        ]
        read_only_fields = fields


class VoucherApplicationOut(Output):
    """`number` is the anonymous one of the published list, `place` that in the drawn order; `missing` documents are
    needed before a voucher is paid out. Money is in the currency of the programme."""

    programme = serializers.UUIDField(source="programme.uid", read_only=True)
    lot = serializers.UUIDField(source="lot.uid", read_only=True)
    documents = VoucherDocumentOut(many=True, read_only=True)
    missing = serializers.SerializerMethodField()

    class Meta:
        model = VoucherApplication
        fields = [
            *("uid", "programme", "lot", "number", "costs", "amount", "version", "state", "place", "applied_by"),
            *("applied_at", "voucher_at", "withdrawn_at", "withdrawn_why", "documents", "missing"),
        ]
        read_only_fields = fields

    def get_missing(self, application) -> list[str]:
        return [str(kind) for kind in services.missing_proofs(application)]


class VoucherApplicationIn(Strict):
    """A trial lot that both sides confirmed, and the programme."""

    lot = serializers.UUIDField()
    programme = serializers.UUIDField()


class WithdrawIn(Strict):
    why = serializers.CharField(max_length=300)


class VoucherApplications(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = VoucherApplicationOut
    url_name = "api_voucher_application"
    policy = {"list": SIGNED_IN, "retrieve": SIGNED_IN, "create": WRITE, "withdraw": WRITE}
    words = {
        "list": "Applications for vouchers of the caller's trial lots",
        "retrieve": "One application with its documents",
        "create": "Apply for a voucher with a confirmed trial lot",
        "withdraw": "Take an application back, or a voucher that is not paid out",
    }
    filters = {
        "lot": equal("lot__uid", "Of this trial lot."),
        "programme": equal("programme__uid", "In this programme."),
        "state": equal("state", "What became of it."),
    }
    orderings = {"newest": ["-applied_at", "-pk"], "oldest": ["applied_at", "pk"]}

    def get_queryset(self):
        """Those of the caller's own companies: the campaign's team works on its pages."""
        rows = VoucherApplication.objects.filter(lot__in=TrialLot.objects.visible_to(self.request.user))
        return rows.for_lists().prefetch_related("documents").order_by("-applied_at", "-pk")

    @extend_schema(request=VoucherApplicationIn, responses={201: VoucherApplicationOut})
    def create(self, request):
        given = self.given(VoucherApplicationIn).validated_data
        lot = get_object_or_404(TrialLot.objects.visible_to(request.user), uid=given["lot"])
        rows = Programme.objects.visible_to(request.user).filter(campaign=lot.campaign_id)
        made = services.apply(by=request.user, lot=lot, programme=get_object_or_404(rows, uid=given["programme"]))
        transaction.on_commit(start_delivery)
        return Response(VoucherApplicationOut(made).data, status=201)

    @extend_schema(request=WithdrawIn, responses=VoucherApplicationOut)
    def withdraw(self, request, uid):
        why = self.given(WithdrawIn).validated_data["why"]
        row = services.withdraw(by=request.user, application=self.get_object(), why=why)
        transaction.on_commit(start_delivery)
        return Response(VoucherApplicationOut(row).data)


class VoucherDocumentIn(Strict):
    """`file` is a PDF, a picture, or a Word, Excel or PowerPoint file of up to 10 MB."""

    kind = serializers.ChoiceField(VoucherDocument.Kind.choices)
    file = serializers.FileField()
    number = serializers.CharField(max_length=80, required=False, allow_blank=True, default="")


class VoucherDocuments(WithFiles):
    """`uid` in the address names the application."""

    serializer_class = VoucherDocumentOut
    lookup_url_kwarg = "key"
    url_name = "api_voucher_application_document"
    checks = {"file": services.check_voucher_document}
    policy = {"create": WRITE, "content": SIGNED_IN}
    words = {"create": "Hand in a document for the payment", "content": "Download a document of an application"}

    def get_queryset(self):
        return VoucherDocument.objects.filter(application=self.own())

    def own(self) -> VoucherApplication:
        lots = TrialLot.objects.visible_to(self.request.user)
        rows = VoucherApplication.objects.filter(lot__in=lots).for_lists()
        return get_object_or_404(rows, uid=self.kwargs["uid"])

    def address_of(self, data: dict) -> str:
        return reverse(self.url_name, args=[self.kwargs["uid"], data["uid"]])

    @extend_schema(request={"multipart/form-data": VoucherDocumentIn}, responses={201: VoucherDocumentOut})
    def create(self, request, uid):
        application, given = self.own(), self.given(VoucherDocumentIn).validated_data
        with rename_file_errors("file"):
            row = services.hand_in(by=request.user, application=application, **given)
        transaction.on_commit(start_delivery)
        return Response(VoucherDocumentOut(row).data, status=201)

    @extend_schema(responses=FILE)
    @sealed
    def content(self, request, uid, key) -> FileResponse:
        return attachment(get_object_or_404(self.get_queryset(), uid=key))
