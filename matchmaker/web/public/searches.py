"""Searches a person keeps, and whether she hears of what is new under them."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from matchmaker.core.problems import Refused
from matchmaker.core.text import validate_text
from matchmaker.directory.models import SavedSearch
from matchmaker.directory.services import forget_search, save_search
from matchmaker.web.access.decorators import current_company, signed_in
from matchmaker.web.forms.refusals import add_to_messages


@signed_in
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    searches = list(SavedSearch.objects.visible_to(request.user).select_related("campaign"))
    for search in searches:
        search.address = search.path
    return render(request, "public/searches.html", {"searches": searches})


@signed_in
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """From a directory page; back to the same list."""
    kind, query = request.POST.get("kind", ""), request.POST.get("query", "")
    try:
        validate_text(query)
        search = save_search(
            by=request.user,
            company=current_company(request, is_buyer=True) or current_company(request),
            kind=kind,
            query=query,
            campaign=request.site_campaign,  # type: ignore[attr-defined]  # set by the middleware
        )
    except (Refused, ValidationError) as problem:
        add_to_messages(request, problem)
        return redirect("searches")
    messages.success(
        request, _("Kept as “%(name)s”. You hear of what is new under it, once each.") % {"name": search.name}
    )
    return redirect(search.path)


@signed_in
@require_POST
def change(request: HttpRequest, uid) -> HttpResponse:
    """Another name, and whether it alerts."""
    search = get_object_or_404(SavedSearch.objects.visible_to(request.user), uid=uid)
    try:
        save_search(
            by=request.user,
            company=search.company,
            kind=search.kind,
            query=search.query,
            campaign=search.campaign,
            name=request.POST.get("name", ""),
            alerts=bool(request.POST.get("alerts")),
        )
        messages.success(request, _("Changed."))
    except ValidationError as problem:
        add_to_messages(request, problem)
    return redirect("searches")


@signed_in
@require_POST
def forget(request: HttpRequest, uid) -> HttpResponse:
    forget_search(by=request.user, search=get_object_or_404(SavedSearch.objects.visible_to(request.user), uid=uid))
    messages.success(request, _("The search is deleted."))
    return redirect("searches")
