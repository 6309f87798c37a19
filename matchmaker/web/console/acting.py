"""Acting for a company: begin with a reason, and stop."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.campaigns.services import on_behalf as verbs
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access import acting_for_company
from matchmaker.web.access.decorators import organiser, signed_in
from matchmaker.web.console import companies
from matchmaker.web.forms.refusals import refusals_in_messages


@organiser
@require_POST
def begin(request, uid):
    company = get_object_or_404(companies.of_campaign(request), uid=uid)
    reason = request.POST.get("reason", "").replace("\x00", "")
    with refusals_in_messages(request):
        person = verbs.begin(by=request.user, company=company, campaign=request.campaign, reason=reason)
        transaction.on_commit(start_delivery)
        acting_for_company.start(request, company, person, reason.strip(), timezone.now())
        return redirect("supplier_home" if company.is_supplier else "buyer_home")
    return redirect("console_company", uid)


@signed_in
@require_POST
def stop(request):
    company = getattr(request, "acting_company", None)
    acting_for_company.stop(request)
    messages.success(request, _("You act as yourself again."))
    return redirect("console_company", company.uid) if company else redirect("desk")
