"""Which enquiry a page is about, and for which side; what is not one's own does not exist."""

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from matchmaker.messaging.models import Enquiry, Side
from matchmaker.messaging.services import own_side
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.notice_claims import describe_result


def enquiry_of(request: HttpRequest, uid) -> tuple[Enquiry, Side]:
    enquiry = get_object_or_404(Enquiry.objects.visible_to(request.user).for_cards(), uid=uid)
    return enquiry, own_side(request.user, enquiry)


def with_notice(request: HttpRequest, enquiry: Enquiry, said: str, told: tuple[str, str]) -> str:
    """What was done, and that the other side was told where it was; see `act_and_return`."""
    sentence, kind = told
    other = [enquiry.company_of(own_side(request.user, enquiry).other)] if sentence else []
    return describe_result(said, sentence, kind=kind, companies=other, named=False)


def one_of(rows, uid):
    """A row of an enquiry, with the enquiry and its companies."""
    return get_object_or_404(rows.select_related("enquiry__supplier", "enquiry__buyer"), uid=uid)


def act_and_return(
    request: HttpRequest, act, enquiry: Enquiry, *, said: str = "", told: tuple[str, str] = ("", ""), anchor: str = ""
) -> HttpResponse:
    """Call a service and go back to the enquiry, with what was done or why it was not.

    `told` is a sentence and the kind of notice it is true of; it is said where the other side has such a notice.
    """
    with refusals_in_messages(request):
        act()
        transaction.on_commit(start_delivery)
        if said:
            messages.success(request, with_notice(request, enquiry, said, told))
    response = redirect("enquiry", enquiry.uid)
    if anchor:
        response["Location"] += f"#{anchor}"
    return response
