"""Who may call what: each resource declares a `policy` by action; what it does not name, nobody may do."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed, MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.throttling import SimpleRateThrottle

from matchmaker.accounts.services import token_of
from matchmaker.campaigns import second_step
from matchmaker.core.client_address import client_network

EVERYONE, SIGNED_IN = "everyone", "signed in"


class DeclaredPolicy(BasePermission):
    """'everyone', 'signed in', or a scope such as 'products:write', which implies being signed in.

    A browser session has every scope of its person, and needs the second step wherever pages do; a token has those it
    was given, and opens nothing while its person has to set up a second step. Reading with a token needs 'read'.
    """

    def has_permission(self, request, view):
        action = getattr(view, "action", request.method.lower())
        if action is None:
            raise MethodNotAllowed(request.method)
        wanted = getattr(view, "policy", {}).get(action)
        if wanted is None and not hasattr(view, request.method.lower()):
            raise MethodNotAllowed(request.method)
        if wanted is None:
            return False
        token = request.auth
        if token is not None:
            if second_step.is_to_set_up(token.user):
                raise PermissionDenied(
                    _("The owner of this key has to set up a second step on the site first."), "key_owner_mfa_missing"
                )
            needed = "read" if wanted in (EVERYONE, SIGNED_IN) else wanted
            if needed not in token.scopes:
                raise PermissionDenied(_("This key lacks the scope %(scope)s.") % {"scope": needed}, "scope_missing")
        elif wanted != EVERYONE and request.user.is_authenticated and second_step.is_missing(request):
            raise PermissionDenied(
                _("Set up a second step on the site first: you look after more than yourself."), "mfa_missing"
            )
        return wanted == EVERYONE or request.user.is_authenticated


# `Authorization: Bearer mm_…`; never in the address, where it would end in logs.


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

    target_class = "matchmaker.api.permissions.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema):
        return {"type": "http", "scheme": "bearer"}


# So many calls a minute for one caller: counted by token, person or address.


class PerCaller(SimpleRateThrottle):
    scope = "caller"

    def get_ident(self, request) -> str:
        """The address of the caller; of an IPv6 address its /64, all of which one connection has."""
        return client_network(request)

    def get_cache_key(self, request, view):
        token = request.auth
        caller = f"token:{token.pk}" if token else f"user:{request.user.pk}" if request.user.is_authenticated else ""
        return f"throttle:{self.scope}:{caller or self.get_ident(request)}"

    def allow_request(self, request, view) -> bool:
        window, elapsed = divmod(int(self.timer()), self.duration)
        self.seconds_left = self.duration - elapsed
        calls = self._count(f"{self.get_cache_key(request, view)}:{window}")
        remaining = max(self.num_requests - calls, 0)
        view.headers["RateLimit-Policy"] = f'"{self.scope}";q={self.num_requests};w={self.duration}'
        view.headers["RateLimit"] = f'"{self.scope}";r={remaining};t={self.seconds_left}'
        return calls <= self.num_requests

    def wait(self) -> float:
        """Seconds until calls are accepted again."""
        return self.seconds_left

    def _count(self, key: str) -> int:
        """Count this call; returns how many there were in its window, this one included."""
        self.cache.add(key, 0, 2 * self.duration)
        try:
            return self.cache.incr(key)
        except ValueError:  # Redis was emptied between the two commands
            return 1


class SignIn(PerCaller):
    """Guessing passwords: ten tries a minute from one address."""

    scope = "sign_in"
    rate = "10/min"

    def get_cache_key(self, request, view):
        return f"throttle:{self.scope}:{self.get_ident(request)}"
