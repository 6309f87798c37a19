"""The campaign's team invites the contact persons of companies from lists, and reads what became of each letter."""

from django.db import transaction
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.response import Response

from matchmaker.api.base import Output, Resource, Strict
from matchmaker.api.pagination import equal
from matchmaker.api.permissions import SIGNED_IN
from matchmaker.campaigns.models import CompanyInvitation
from matchmaker.campaigns.services import company_invitations as services
from matchmaker.companies.models import Company
from matchmaker.companies.tasks import start_invitations
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import start_delivery

WRITE = "companies:write"


class CompanyInvitationOut(Output):
    """`status` is reckoned at the moment of asking; `reminders` is how many were sent, two at most."""

    company = serializers.UUIDField(source="invitation.company.uid", read_only=True)
    email = serializers.EmailField(source="invitation.email", read_only=True)
    language = serializers.CharField(source="invitation.language", read_only=True)
    status = serializers.ChoiceField(CompanyInvitation.Status.choices, read_only=True)
    reminders = serializers.IntegerField(read_only=True)
    expires_at = serializers.DateTimeField(source="invitation.expires_at", read_only=True)
    accepted_at = serializers.DateTimeField(source="invitation.accepted_at", read_only=True, allow_null=True)

    class Meta:
        model = CompanyInvitation
        fields = [
            *("uid", "company", "email", "language", "note", "status", "reminders"),
            *("created_at", "expires_at", "accepted_at"),
        ]
        read_only_fields = fields


class InvitationsIn(Strict):
    companies = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=services.MOST)
    note = serializers.CharField(max_length=500, required=False, allow_blank=True)


class SelectionOut(serializers.Serializer):
    """`left_out` names the reason: closed, has_people, no_address, refused, bounced or invited."""

    letters = serializers.IntegerField(source="count")
    languages = serializers.DictField(child=serializers.IntegerField())
    left_out = serializers.DictField(child=serializers.IntegerField(), source="reasons")


class CompanyInvitations(mixins.ListModelMixin, mixins.RetrieveModelMixin, Resource):
    serializer_class = CompanyInvitationOut
    url_name = "api_invitation"
    policy = {
        **dict.fromkeys(("list", "retrieve"), SIGNED_IN),
        **dict.fromkeys(("create", "preview", "withdraw"), WRITE),
    }
    words = {
        "list": "Invitations to companies",
        "retrieve": "One invitation to a company",
        "create": "Invite the contact persons of companies",
        "preview": "Who would get a letter, and who would not",
        "withdraw": "Withdraw an invitation",
    }
    notes = {
        "list": "Of campaigns the caller decides in.",
        "create": "The letters wait and leave sixty a minute. Companies outside the campaign are not looked at.",
        "preview": "Nothing is written.",
        "withdraw": "The address in the letter opens nothing any more, and no reminder follows.",
    }
    filters = {
        "company": equal("invitation__company__uid", "To this company."),
        "status": equal("status", "What became of it."),
    }
    orderings = {"newest": ["-created_at", "-pk"]}

    def get_queryset(self):
        rows = CompanyInvitation.objects.visible_to(self.request.user).with_status()
        return rows.select_related("invitation__company", "campaign").order_by("-created_at", "-pk")

    @extend_schema(request=InvitationsIn, responses={202: SelectionOut})
    def create(self, request):
        who, given = self._selected()
        selection = services.invite_companies(**who, note=given.get("note", ""))
        transaction.on_commit(start_invitations)
        transaction.on_commit(start_delivery)
        return Response(SelectionOut(selection).data, status=202)

    @extend_schema(request=InvitationsIn, responses=SelectionOut)
    def preview(self, request):
        who, _rest = self._selected()
        return Response(SelectionOut(services.preview(**who)).data)

    @extend_schema(request=None, responses=CompanyInvitationOut)
    def withdraw(self, request, uid):
        row = self.get_object()
        services.withdraw(by=request.user, campaign=row.campaign, invitation=row)
        return Response(self.get_serializer(self.get_queryset().get(pk=row.pk)).data)

    def _selected(self) -> tuple[dict, dict]:
        given = self.given(InvitationsIn).validated_data
        campaign = self.campaign()
        if campaign is None:
            raise Refused("no_campaign", _("No campaign is open at the moment."))
        rows = Company.objects.filter(uid__in=given["companies"], campaigns=campaign).distinct()
        return {"by": self.request.user, "campaign": campaign, "companies": rows}, given
