"""`Authorization: Bearer mm_…`; never in the address, where it would end in logs."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed

from matchmaker.accounts.services import token_of


class TokenAuthentication(BaseAuthentication):
    def authenticate(self, request):
        header = get_authorization_header(request).split()
        if not header or header[0].lower() != b"bearer":
            return None
        token = token_of(header[1].decode("latin-1")) if len(header) == 2 else None
        if token is None:
            raise AuthenticationFailed(_("This key is unknown, revoked or expired."), "token_invalid")
        return token.user, token

    def authenticate_header(self, request):
        return "Bearer"


class TokenScheme(OpenApiAuthenticationExtension):
    """How the schema describes the key."""

    target_class = "matchmaker.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}
