"""The site's administration (/admin/): behind the site's own sign-in and the second step, for staff of the site."""

from allauth.account.decorators import secure_admin_login
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from matchmaker.campaigns import second_step
from matchmaker.web.access.decorators import second_step_first


class Administration(AdminSite):
    """Django's administration without its own forms for passwords: those have no limit on guesses."""

    site_header = site_title = _("Site administration")

    def has_permission(self, request: HttpRequest) -> bool:
        return super().has_permission(request) and not second_step.is_missing(request)

    def login(self, request: HttpRequest, extra_context=None) -> HttpResponse:
        """Where every page of the administration sends anyone who may not open it (yet)."""
        if request.user.is_authenticated and not request.user.is_staff:
            raise Http404
        return self._sign_in(request)

    @method_decorator(secure_admin_login)
    def _sign_in(self, request: HttpRequest) -> HttpResponse:
        wanted = request.GET.get("next", "")
        here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()})
        back_to = wanted if here else reverse("admin:index")
        return second_step_first(request, back_to) or redirect(back_to)

    def password_change(self, request: HttpRequest, extra_context=None) -> HttpResponse:  # type: ignore[override]
        return redirect("account_change_password")
