"""Showing that a domain is one's own, by letter, DNS or a file."""

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from matchmaker.campaigns.services import domain_proofs
from matchmaker.companies import domains
from matchmaker.companies.models import Company, DomainProof
from matchmaker.companies.tasks import start_invitations as start_letters
from matchmaker.core.problems import Refused
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import signed_in
from matchmaker.web.forms.refusals import add_to_messages


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def show(request: HttpRequest, uid) -> HttpResponse:
    """Choose a way, and see what to do for it. For administrators and for anyone who claims the company."""
    company = get_object_or_404(Company.objects.visible_to(request.user), uid=uid)
    if not domains.may_prove(request.user, company):
        raise Http404
    if request.method == "POST":
        method, local_part = request.POST.get("method", ""), request.POST.get("local_part", "info")
        if method not in DomainProof.Method.values:
            raise Http404
        try:
            domains.ask_proof(by=request.user, company=company, method=method, local_part=local_part)
        except Refused as problem:
            add_to_messages(request, problem)
        else:
            transaction.on_commit(start_letters)
        return redirect("domain_proof", uid)
    context = {
        "company": company,
        "domain": domains.domain_name(company),
        "proved": domains.newest_proof(company),
        "open": domains.open_proofs().filter(company=company, user=request.user),
        "local_parts": domains.LOCAL_PARTS,
        "prefix": domains.PREFIX,
        "path": domains.PATH,
    }
    return render(request, "public/members/domain.html", context)


@signed_in
@require_POST
def look(request: HttpRequest, uid, key) -> HttpResponse:
    proof = get_object_or_404(
        DomainProof.objects.select_related("company"), uid=key, user=request.user, company__uid=uid
    )
    try:
        found = domain_proofs.look(by=request.user, proof=proof, campaign=request.site_campaign)
    except Refused as problem:
        add_to_messages(request, problem)
    else:
        if found:
            transaction.on_commit(start_delivery)
            messages.success(request, _("%(domain)s is shown to be yours.") % {"domain": proof.domain})
        else:
            messages.warning(request, _("Not there yet. A change can take an hour to be seen everywhere."))
    return redirect("domain_proof", uid)


@signed_in
@require_http_methods(["GET", "HEAD", "POST"])
def letter(request: HttpRequest, token: str) -> HttpResponse:
    """Where the letter to the domain leads; GET changes nothing, so that a link scanner proves nothing."""
    proof = get_object_or_404(DomainProof.objects.select_related("company"), token=token, user=request.user)
    refused = ""
    if request.method == "POST":
        try:
            domain_proofs.open_letter(by=request.user, token=token, campaign=request.site_campaign)
        except Refused as refusal:
            if refusal.status == 404:
                raise Http404 from None
            refused = refusal.message
        else:
            transaction.on_commit(start_delivery)
            messages.success(request, _("%(domain)s is shown to be yours.") % {"domain": proof.domain})
            return redirect("domain_proof", proof.company.uid)
    context = {"proof": proof, "refused": refused}
    return render(request, "public/members/domain_letter.html", context, status=410 if refused else 200)
