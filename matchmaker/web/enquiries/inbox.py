"""What waits and what was written, newest first."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.companies.members import is_admin
from matchmaker.messaging import services
from matchmaker.messaging.models import Block, ContactPreference, Enquiry
from matchmaker.web.access.decorators import current_company, signed_in
from matchmaker.web.enquiries.view_steps import act_and_return, enquiry_of
from matchmaker.web.forms.refusals import refusals_in_messages
from matchmaker.web.rendering.reading_ahead import read_ahead_enquiries

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
        "mine": (_("Assigned to you"), rows.filter(Q(supplier_person=request.user) | Q(buyer_person=request.user))),
    }
    chosen = request.GET.get("show", "")
    chosen = chosen if chosen in tabs else ""
    page = Paginator(tabs[chosen][1].for_cards().order_by("-touched_at", "-pk"), PER_PAGE).get_page(
        request.GET.get("page")
    )
    read_ahead_enquiries(page)
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


# From whom a company takes enquiries, and whom it blocked.


@signed_in
def contacts(request: HttpRequest) -> HttpResponse:
    company = current_company(request)
    if company is None:
        raise Http404
    if request.method == "POST":
        with refusals_in_messages(request):
            services.choose_contacts(by=request.user, company=company, takes=request.POST.get("takes", ""))
            messages.success(request, _("Saved."))
        return redirect("enquiry_contacts")
    wish = ContactPreference.objects.filter(company=company).first()
    context = {
        "company": company,
        "takes": wish.takes if wish else ContactPreference.Takes.EVERYONE,
        "choices": ContactPreference.Takes.choices,
        "is_admin": is_admin(request.user, company),
        "blocks": Block.objects.filter(company=company).select_related("other").order_by("-pk"),
        "limit": services.limit_of(company),
        "left": services.left_today(company),
    }
    return render(request, "enquiries/contacts.html", context)


@signed_in
@require_POST
def block(request: HttpRequest, uid) -> HttpResponse:
    enquiry, side = enquiry_of(request, uid)
    return act_and_return(
        request,
        lambda: services.block_company(
            by=request.user, company=enquiry.company_of(side), other=enquiry.company_of(side.other)
        ),
        enquiry,
        said=_("Blocked. They are not notified; what they try to send does not reach you."),
    )


@signed_in
@require_POST
def unblock(request: HttpRequest, uid) -> HttpResponse:
    company = current_company(request)
    row = get_object_or_404(
        Block.objects.visible_to(request.user).select_related("other"), other__uid=uid, company=company
    )
    services.unblock_company(by=request.user, company=company, other=row.other)
    messages.success(request, _("They can write to you again."))
    return redirect("enquiry_contacts")
