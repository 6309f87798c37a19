"""Papers that show who a company is and what its products hold: for its administrators alone, as on their page."""

from django.db import transaction
from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.participations import CompanyOut
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.api.uploads import PAPER, GivesFiles, WithFiles, rename_file_errors, sealed
from matchmaker.campaigns.services.verification import open_document, papers_for
from matchmaker.catalogue import services
from matchmaker.catalogue.models import ProductCertificate
from matchmaker.companies.documents import add_document, remove_document
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company, Document
from matchmaker.core.downloads import attachment
from matchmaker.core.files import check_file
from matchmaker.matching.tasks import start_matching


class DocumentOut(Output):
    """`refusal` is what the team said of a paper it did not accept."""

    class Meta:
        model = Document
        fields = ["uid", "kind", "name", "content_type", "size", "state", "refusal", "uploaded_at"]
        read_only_fields = fields


class DocumentIn(Strict):
    """`paper` is a PDF, or a photograph as JPEG, PNG or WebP; up to 10 MB."""

    kind = serializers.ChoiceField(Document.Kind.choices)
    paper = serializers.FileField()


class Documents(mixins.ListModelMixin, mixins.RetrieveModelMixin, WithFiles):
    serializer_class = DocumentOut
    url_name = "api_company_document"
    lookup_url_kwarg = "key"
    checks = {"paper": check_file}
    policy = {
        **dict.fromkeys(("list", "retrieve", "content"), SIGNED_IN),
        **dict.fromkeys(("create", "remove"), "companies:write"),
    }
    words = {
        "list": "Papers of one of the caller's companies",
        "retrieve": "One paper of a company",
        "create": "Send a paper of a company",
        "content": "Download a paper of a company",
        "remove": "Remove a paper of a company",
    }
    notes = {
        "list": "Only its administrators and the campaign's team can read them.",
        "create": "Judged by its content: a PDF that starts nothing by itself, or a picture, which is drawn again. The "
        "same one sent twice is kept once. It waits for the team.",
        "remove": "What the team wrote down when they saw it stays.",
    }
    filters = {"kind": equal("kind", "What it is."), "state": equal("state", "What the team said of it.")}
    orderings = {"newest": ["-uploaded_at", "-pk"], "oldest": ["uploaded_at", "pk"]}

    def own(self) -> Company:
        """A company she administers: 404 for a stranger, 403 for a member who does not."""
        company = get_object_or_404(Company.objects.of(self.request.user), uid=self.kwargs["uid"])
        require_admin(self.request.user, company)
        return company

    def get_queryset(self):
        return Document.objects.visible_to(self.request.user).filter(company=self.own()).order_by("-pk")

    @extend_schema(request={"multipart/form-data": DocumentIn}, responses={201: DocumentOut})
    def create(self, request, uid):
        company, given = self.own(), self.given(DocumentIn).validated_data
        with rename_file_errors("paper"):
            row = add_document(by=request.user, company=company, kind=given["kind"], file=given["paper"])
        return Response(DocumentOut(row).data, status=201)

    @extend_schema(responses=PAPER)
    @sealed
    def content(self, request, uid, key) -> FileResponse:
        return attachment(self.get_object())

    @extend_schema(request=None, responses={204: None})
    def remove(self, request, uid, key):
        remove_document(by=request.user, document=self.get_object())
        return Response(status=204)


# Papers of companies as the campaign's team reads them: each look on record, each decision with its reason.


class StatedOut(Output):
    """What a supplier states of a certificate, to be compared with its paper."""

    product = serializers.UUIDField(source="product.uid", read_only=True)
    name = serializers.CharField(source="product.name", read_only=True)

    class Meta:
        model = ProductCertificate
        fields = ["product", "name", "code", "number", "issuer", "valid_until", "seen_on"]
        read_only_fields = fields


class TeamPaperOut(DocumentOut):
    """`certificates` rest on the paper; those of drafts are their company's alone."""

    company = CompanyOut(read_only=True)
    certificates = StatedOut(many=True, read_only=True)

    class Meta:
        model = Document
        fields = [*DocumentOut.Meta.fields, "company", "certificates"]
        read_only_fields = fields


class RefusalIn(Strict):
    reason = serializers.CharField(max_length=500)


class Papers(mixins.ListModelMixin, mixins.RetrieveModelMixin, GivesFiles):
    serializer_class = TeamPaperOut
    policy = dict.fromkeys(("list", "waiting", "retrieve", "content", "accept", "refuse"), "papers:write")
    words = {
        "list": "Papers of the campaign's companies",
        "waiting": "Papers of certificates that wait for the team",
        "retrieve": "One paper",
        "content": "Download a paper",
        "accept": "Say that the paper shows what its certificates state",
        "refuse": "Say that a paper shows nothing",
    }
    notes = {
        "list": "For whoever organises the campaign.",
        "waiting": "The longest waiting first.",
        "content": "That somebody of the team read it stands in the record of its company.",
        "accept": "All certificates that rest on it are shown as seen; never of one's own company.",
        "refuse": "The company reads the reason and can send another. What was seen of it counts no more.",
    }
    filters = {
        "company": equal("company__uid", "Of this company."),
        "kind": equal("kind", "What it is."),
        "state": equal("state", "What the team said of it."),
    }
    orderings = {"newest": ["-uploaded_at", "-pk"], "oldest": ["uploaded_at", "pk"]}

    def get_queryset(self):
        rows = papers_for(self.request.user, self.campaign())
        return rows.prefetch_related(services.resting_certificates()).order_by("-pk")

    @extend_schema(responses=TeamPaperOut(many=True), filters=False)
    def waiting(self, request):
        mine = papers_for(request.user, self.campaign()).values("pk")
        page = self.paginate_queryset(services.certificates_waiting(self.campaign()).filter(pk__in=mine))
        return self.get_paginated_response(TeamPaperOut(page, many=True).data)

    @extend_schema(responses=PAPER)
    @sealed
    def content(self, request, uid) -> FileResponse:
        row = self.get_object()
        open_document(by=request.user, document=row, campaign=self.campaign())
        return attachment(row)

    @extend_schema(request=None, responses=TeamPaperOut)
    def accept(self, request, uid):
        return self._decide(services.accept_certificate)

    @extend_schema(request=RefusalIn, responses=TeamPaperOut)
    def refuse(self, request, uid):
        return self._decide(services.refuse_certificate, **self.given(RefusalIn).validated_data)

    def _decide(self, verb, **decision) -> Response:
        row = self.get_object()
        verb(by=self.request.user, document=row, campaign=self.campaign(), **decision)
        transaction.on_commit(start_matching)
        return Response(TeamPaperOut(self.get_queryset().get(pk=row.pk)).data)
