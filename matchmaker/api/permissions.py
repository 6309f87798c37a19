"""Who may call what: each resource declares a `policy` by action; what it does not name, nobody may do."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission

from matchmaker.campaigns import second_step

EVERYONE, SIGNED_IN = "everyone", "signed in"


class DeclaredPolicy(BasePermission):
    """'everyone', 'signed in', or a scope such as 'products:write', which implies being signed in.

    A browser session has every scope of its person, and needs the second step wherever pages do; a token has those it
    was given. Reading with a token needs 'read'.
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
            needed = "read" if wanted in (EVERYONE, SIGNED_IN) else wanted
            if needed not in token.scopes:
                raise PermissionDenied(_("This key lacks the scope %(scope)s.") % {"scope": needed}, "scope_missing")
        elif wanted != EVERYONE and request.user.is_authenticated and second_step.is_missing(request):
            raise PermissionDenied(
                _("Set up a second step on the site first: you look after more than yourself."), "mfa_missing"
            )
        return wanted == EVERYONE or request.user.is_authenticated
