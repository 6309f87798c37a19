"""The company on the supplier's desk."""

from django.http import HttpRequest, HttpResponse

from matchmaker.web.access import supplier
from matchmaker.web.own_company import edit_own_company


@supplier
def edit(request: HttpRequest) -> HttpResponse:
    return edit_own_company(request, "supplier")
