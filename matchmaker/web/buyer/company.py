"""The company on the buyer's desk."""

from django.http import HttpRequest, HttpResponse

from matchmaker.web.access.decorators import buyer
from matchmaker.web.company_pages import edit_own_company


@buyer
def edit(request: HttpRequest) -> HttpResponse:
    return edit_own_company(request, "buyer")
