"""Papers that show who a company is and what its products hold: for its administrators alone, as on their page."""

from django.http import FileResponse
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Strict
from matchmaker.api.filters import equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.api.uploads import PAPER, WithFiles, said_of, sealed
from matchmaker.companies.documents import add_document, remove_document
from matchmaker.companies.members import require_admin
from matchmaker.companies.models import Company, Document
from matchmaker.core.downloads import attachment


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
        with said_of("paper"):
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
