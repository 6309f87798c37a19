"""Companies: the public profiles of suppliers, and one's own."""

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.changes import SINCE, SINCE_NOTE, WithChanges, changes_of
from matchmaker.api.pagination import equal, search_words
from matchmaker.api.permissions import EVERYONE, SIGNED_IN
from matchmaker.api.texts import TextField, TextsField, errors_by_member
from matchmaker.companies.models import CONTACT_FIELDS, Company
from matchmaker.companies.services import search_names, update_company
from matchmaker.core.multilingual import contains
from matchmaker.matching.tasks import start_matching


class PublicCompany(Output):
    """What anybody may see. Contact data and numbers are not part of it."""

    about, about_texts = TextField(), TextsField(source="about", read_only=True)

    class Meta:
        model = Company
        fields = [
            "uid", "legal_name", "name_latin", "name_zh", "country", "city", "website", "founded", "size",
            "languages", "first_time_exporter", "about", "about_texts", "verification", "verified_at", "updated_at",
        ]  # fmt: skip
        read_only_fields = fields


class OwnCompany(Strict, Output):
    """What members see and write of their company."""

    about, about_texts = TextField(), TextsField(source="about", required=False)

    class Meta:
        model = Company
        fields = [
            *PublicCompany.Meta.fields,
            *["address", "brand_in_china", *CONTACT_FIELDS, "identifier_kind", "identifier", "language"],
            *["status", "status_reason", "is_supplier", "is_buyer"],
        ]
        read_only_fields = [
            "uid",
            "status",
            "status_reason",
            "verification",
            "verified_at",
            "updated_at",
            "is_supplier",
            "is_buyer",
        ]
        validators = []  # the constraints are checked by the verb, which explains them


class Companies(WithChanges, mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = PublicCompany
    policy = {
        "list": EVERYONE,
        "retrieve": EVERYONE,
        "mine": SIGNED_IN,
        "changes": EVERYONE,
        "my_changes": SIGNED_IN,
        "partial_update": "companies:write",
    }
    words = {
        "list": "Suppliers of the campaign",
        "retrieve": "One supplier",
        "mine": "The caller's companies, with everything in them",
        "changes": "Suppliers that changed, and who is no supplier of the campaign any more",
        "my_changes": "The caller's companies that changed",
        "partial_update": "Change one of the caller's companies",
    }
    notes = {
        "changes": SINCE_NOTE,
        "my_changes": SINCE_NOTE,
        "partial_update": "Only what is named is changed. Another legal name, country or number is checked anew.",
    }
    filters = {
        "country": equal("country", "ISO 3166-1 alpha-2."),
        "q": search_words(
            "suppliers",
            Company.objects.public,
            lambda value: search_names(value) | contains("about", value),
        ),
    }
    orderings = {"newest": ["-pk"], "name": ["legal_name", "pk"]}

    def get_queryset(self):
        if self.action in ("partial_update", "my_changes"):
            return Company.objects.of(self.request.user)
        if self.action in ("list", "changes"):
            return self.of_site(Company.objects.public(), "supplier", "pk").order_by("pk")
        return Company.objects.public().order_by("pk")

    @extend_schema(responses=OwnCompany(many=True))
    def mine(self, request):
        return self.listed(Company.objects.of(request.user).order_by("memberships__id"), OwnCompany)

    @extend_schema(responses=changes_of(PublicCompany, "Company"), parameters=SINCE)
    def changes(self, request):
        return self.changed(PublicCompany)

    @extend_schema(responses=changes_of(OwnCompany, "OwnCompany"), parameters=SINCE)
    def my_changes(self, request):
        return self.changed(OwnCompany, is_own=True)

    @extend_schema(request=OwnCompany, responses=OwnCompany)
    def partial_update(self, request, uid):
        company = self.get_object()
        given = self.given(OwnCompany, company)
        with errors_by_member({"about": "about_texts"}):
            company = update_company(by=request.user, company=company, **given.validated_data)
        transaction.on_commit(start_matching)
        return Response(OwnCompany(company).data)
