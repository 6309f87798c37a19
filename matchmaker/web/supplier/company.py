"""The company on the supplier's desk."""

from django.http import HttpRequest, HttpResponse

from matchmaker.web.access.decorators import supplier
from matchmaker.web.company_pages import edit_own_company


@supplier
def edit(request: HttpRequest) -> HttpResponse:
    return edit_own_company(request, "supplier")
