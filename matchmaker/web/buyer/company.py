"""The company on the buyer's desk."""

from django.http import HttpRequest, HttpResponse

from matchmaker.web.access import buyer
from matchmaker.web.own_company import edit_own_company


@buyer
def edit(request: HttpRequest) -> HttpResponse:
    return edit_own_company(request, "buyer")
