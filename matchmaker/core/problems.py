"""Refusals that a person can act on: what is wrong, where, and what to do."""

from collections.abc import Mapping

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from matchmaker.core import request_ids
from matchmaker.core.site_prefix import script_prefix

PROBLEM = "application/problem+json"


def problem(status: int, code: str, detail: str) -> dict:
    """The body of a refusal to a program (RFC 9457). `type` is the address of the page that explains the code."""
    with script_prefix(""):  # the same address in every campaign
        page = settings.SITE_URL + reverse("api_problems")
    body = {
        "type": f"{page}#{code}",
        "title": code.replace("_", " "),
        "status": status,
        "code": code,
        "detail": str(detail),
    }
    if request_id := request_ids.current():
        body["request_id"] = request_id
    return body


class Refused(Exception):
    """A service refuses what was asked.

    `code` is stable for programs, `message` is a translated sentence for people, `field` names the input it is about
    and `status` is the HTTP status of the response (409 state, 400 input, 403 right, 404 unseen).
    """

    def __init__(self, code: str, message: str, *, field: str = "", status: int = 409):
        super().__init__(message)
        self.code, self.message, self.field, self.status = code, message, field, status

    def as_problem(self) -> Mapping[str, object]:
        """The members of an RFC 9457 problem, without the ones that depend on the request."""
        return {"code": self.code, "detail": str(self.message), "status": self.status, "field": self.field}


class NotFound(Refused):
    """It is not there, or not for this person: the response does not tell which (B11)."""

    CODE = "not_found"

    def __init__(self, message: str = ""):
        super().__init__(self.CODE, message or _("There is nothing here for you."), status=404)
