"""While a member of the team acts for a company, the pages of its desk are hers; everything else is closed."""

import datetime as dt

from django.contrib.auth import get_user_model
from django.shortcuts import render
from django.urls import reverse

from matchmaker.accounts.acting import Acting, acting
from matchmaker.campaigns.services import on_behalf
from matchmaker.companies.models import Company
from matchmaker.core.languages import split_path

KEY = "on_behalf"
DESKS = ("/supplier/", "/buyer/", "/meetings/")
# What anybody may see is open, too; private letters, people, keys, the API and the console are not.
OPEN = (
    "/static/", "/media/", "/suppliers/", "/products/", "/demands/", "/events/", "/categories/", "/i18n/",
    "/health/",
)  # fmt: skip


class OnBehalf:
    """Put the person acted for into the request, and tell the audit who really acts."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.acting = None
        stored = request.session.get(KEY)
        if not stored or not request.user.is_authenticated:
            return self.get_response(request)
        what, company = self._still(request, stored)
        if what is None:
            stop(request)
            return self.get_response(request)
        request.acting, request.acting_company = what, company
        if request.path == reverse("console_act_stop"):
            return self.get_response(request)
        _language, path = split_path(request.path_info)
        if not path.startswith(DESKS + OPEN):
            return render(request, "console/acting_closed.html", status=403)
        request.user = what.person
        with acting(what):
            return self.get_response(request)

    @staticmethod
    def _still(request, stored) -> tuple[Acting | None, Company | None]:
        person = get_user_model().objects.filter(pk=stored["person"]).first()
        company = Company.objects.filter(uid=stored["company"]).first()
        began_at = dt.datetime.fromisoformat(stored["at"])
        if person and company and on_behalf.may_go_on(
            actor=request.user, person=person, company=company, began_at=began_at
        ):  # fmt: skip
            return Acting(request.user, person, stored["reason"]), company
        return None, None


def start(request, company: Company, person, reason: str, at: dt.datetime) -> None:
    request.session[KEY] = {
        "company": str(company.uid),
        "person": person.pk,
        "reason": reason[:500],
        "at": at.isoformat(),
    }
    request.session["company"] = str(company.uid)


def stop(request) -> None:
    request.session.pop(KEY, None)
    request.session.pop("company", None)
