"""Where a form leads back to."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def address_back(request: HttpRequest, otherwise: str) -> str:
    """The path of this site that the form names in `next`; another one where it names none or another site.

    `redirect` takes a word without a slash for the name of a page: a made-up one is an error of the server.
    """
    back = request.POST.get("next", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else otherwise
