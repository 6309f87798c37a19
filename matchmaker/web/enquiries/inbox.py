"""What waits and what was written, newest first."""

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from matchmaker.messaging.models import Enquiry
from matchmaker.web.access.decorators import current_company, signed_in

PER_PAGE = 20


@signed_in
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    company = current_company(request)
    if company is None:
        raise Http404
    rows = Enquiry.objects.of(company).with_unread(request.user, company).with_turns()
    owed = Q(supplier=company, supplier_must=True) | Q(buyer=company, buyer_must=True)
    tabs = {
        "": (_("All"), rows),
        "unread": (_("Unread"), rows.filter(unread=True)),
        "turn": (_("Your turn"), rows.filter(owed)),
        "mine": (_("Yours to look after"), rows.filter(Q(supplier_person=request.user) | Q(buyer_person=request.user))),
    }
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in tabs else ""
    page = Paginator(tabs[chosen][1].for_cards().order_by("-touched_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    context = {
        "company": company,
        "page": page,
        "rows": [row_of(enquiry, company) for enquiry in page],
        "tabs": [
            {"value": value, "label": label, "count": found.count(), "checked": value == chosen}
            for value, (label, found) in tabs.items()
        ],
        "chosen": chosen,
    }
    return render(request, "enquiries/inbox.html", context)


def row_of(enquiry: Enquiry, company) -> dict:
    """A line of the inbox; a buyer that has not shown itself has no name. `enquiry` comes from `with_turns`."""
    side = enquiry.side_of(company)
    other = enquiry.company_of(side.other)
    return {
        "enquiry": enquiry,
        "other": other,
        "named": side == "buyer" or enquiry.buyer_named,
        "turn": getattr(enquiry, f"{side}_must"),
        "waits": getattr(enquiry, f"{side.other}_must"),
        "held": enquiry.delivered_at is None,
        "person": enquiry.person_of(side),
    }
