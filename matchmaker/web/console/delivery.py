"""Delivery health: what waits, what is parked and why; and the switch that holds everything."""

from django.contrib import messages
from django.db.models import Count, Min
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.core.problems import Refused
from matchmaker.notifications import services
from matchmaker.notifications.models import Delivery, Hold
from matchmaker.notifications.tasks import ring
from matchmaker.web.access import campaign_admin, team


@team
def delivery(request):
    due = Delivery.objects.filter(state=Delivery.State.WAITING, not_before__lte=timezone.now())
    by_state = dict(Delivery.objects.values_list("state").annotate(n=Count("pk")).order_by())
    parked = (
        Delivery.objects.filter(state=Delivery.State.PARKED)
        .values("last_error", "channel")
        .annotate(n=Count("pk"), oldest=Min("created_at"))
        .order_by("-n")[:20]
    )
    return render(
        request,
        "console/delivery.html",
        {
            "hold": Hold.objects.first(),
            "figures": [
                {"label": _("sent"), "value": by_state.get("sent", 0)},
                {"label": _("due now"), "value": due.count()},
                {"label": _("for later"), "value": by_state.get("waiting", 0) - due.count()},
                {"label": _("parked"), "value": by_state.get("parked", 0), "first": True},
            ],
            "oldest": due.aggregate(at=Min("not_before"))["at"],
            "parked": parked,
            "may_switch": request.role == "admin",
        },
    )


@campaign_admin
@require_POST
def hold(request):
    try:
        services.hold_deliveries(by=request.user, reason=request.POST.get("reason", ""))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("console_delivery")


@campaign_admin
@require_POST
def release(request):
    try:
        services.release_deliveries(by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        ring()
    return redirect("console_delivery")
