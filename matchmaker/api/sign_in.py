"""A token for a password: for scripts that cannot open a browser."""

from allauth.account.adapter import get_adapter
from allauth.mfa.utils import is_mfa_enabled
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework.response import Response
from rest_framework.views import APIView

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.api.base import Strict
from matchmaker.api.permissions import EVERYONE, SignIn
from matchmaker.core.problems import Refused

LOCKED = 300  # seconds until passwords for an account are taken again


class Credentials(Strict):
    email = serializers.EmailField(max_length=254)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    name = serializers.CharField(max_length=80, required=False, default="API")
    scopes = serializers.ListField(child=serializers.ChoiceField(SCOPES), required=False, default=lambda: ["read"])
    days = serializers.IntegerField(min_value=1, max_value=365, required=False, default=30)


class TokenOut(serializers.Serializer):
    token = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    expires_at = serializers.DateTimeField()


class Tokens(APIView):
    policy = {"post": EVERYONE}
    words = {"post": "A key for an e-mail address and a password"}
    throttle_classes = [SignIn]
    authentication_classes: list = []

    @extend_schema(request=Credentials, responses={201: TokenOut})
    def post(self, request):
        given = Credentials(data=request.data)
        given.is_valid(raise_exception=True)
        wanted = given.validated_data
        try:  # counted with the guesses on the site's own page
            user = get_adapter().authenticate(request, email=wanted["email"], password=wanted["password"])
        except ValidationError as limit:
            raise Throttled(LOCKED, str(limit.message)) from None
        verified = user is not None and user.emailaddress_set.filter(verified=True, email__iexact=user.email).exists()
        if user is None or not verified:
            raise AuthenticationFailed(_("Email and password do not match."), "credentials_invalid")
        if is_mfa_enabled(user):
            raise Refused(
                "mfa_required",
                _("This account uses a second factor. Create a token on the site, under your account."),
                status=403,
            )
        token, key = create_token(by=user, name=wanted["name"], scopes=wanted["scopes"], days=wanted["days"])
        return Response({"token": key, "scopes": token.scopes, "expires_at": token.expires_at}, status=201)
