"""Delivery health: what waits, what is parked and why; and the switch that holds everything."""

from datetime import timedelta

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from matchmaker.accounts.models import User
from matchmaker.accounts.tasks import start_letters
from matchmaker.campaigns.services import deliveries
from matchmaker.companies.models import Company
from matchmaker.notifications import health, topics, wording
from matchmaker.notifications.models import Delivery, Digest, WebhookDelivery, WebhookEndpoint, other_letters
from matchmaker.notifications.models.outbox import Promise
from matchmaker.notifications.tasks import start_delivery
from matchmaker.web.access.decorators import campaign_admin, organiser, team
from matchmaker.web.forms.refusals import refusals_in_messages

COUNTED = timedelta(days=30)
KINDS: dict[str, type[Promise]] = {
    "delivery": Delivery,
    "digest": Digest,
    "webhook": WebhookDelivery,
    **other_letters(),
}


def channel_names() -> dict[str, str]:
    """The channels in words."""
    return {
        "email": _("Emails"),
        "digest": _("Summaries"),
        "sms": _("Text messages"),
        "wechat": _("WeChat"),
        **{name: topics.channel_name(name) for name in topics.ADDED},
        "webhook": _("Webhooks"),
        "accountletter": _("Emails about accounts"),
        "invitation": _("Invitations to companies"),
        "invitationreminder": _("Reminders of invitations"),
        "domainproof": _("Emails that prove a domain"),
        "teamseat": _("Places in the team"),
        "interpreterletter": _("Timetables"),
        "partnerseat": _("Seats at partners’ desks"),
    }


@team
def delivery(request):
    """The ledger in figures and by channel; what is parked, with its reason."""
    facts = health.delivery_health()
    names = channel_names()
    gaps = {
        "late": _("due for more than 15 minutes and in nobody’s hands"),
        "expired": _("held by a worker that died, and taken over by none"),
        "orphaned": _("waiting for a summary that has ended"),
        "forgotten": _("not gathered into a summary for nine days"),
        "untold": _("without any way to their person"),
    }
    context = {
        "health": facts,
        "channels": [
            channel | {"label": names.get(channel["name"], channel["name"])}
            for channel in facts["channels"]
            if _in_use(channel)
        ],
        "outage": facts["outage"],
        "given_up": health.failing_processes(),
        "gaps": [{"count": count, "what": gaps[name]} for name, count in facts["suspects"].items() if count],
        # People of every campaign stand in this list; the team of the campaign that the site shows looks after it.
        "sees_parked": request.campaign.is_current,
        "parked": [_row(promise, names) for promise in health.parked_promises()] if request.campaign.is_current else [],
        "may_switch": request.campaign.is_current and request.role == "admin",
        "may_retry": request.role in ("admin", "organiser"),
    }
    return render(request, "console/delivery.html", context)


@team
def counts(request):
    """What became of each kind of notice lately: told, sent, read, followed."""
    subjects = {kind: wording.default(kind, request.LANGUAGE_CODE)["subject"] for kind in wording.kinds()}
    rows = health.by_kind(timezone.now() - COUNTED)
    for row in rows:
        row["subject"] = subjects.get(row["kind"], "")
        row["share"] = row["followed"] / row["sent"] if row["sent"] else None
    return render(request, "console/delivery_counts.html", {"rows": rows, "days": COUNTED.days})


@organiser
@require_POST
def retry(request):
    """Give the parked promises that were ticked a new start; one that is not there stops all (B94)."""
    _require_current(request)
    chosen = [_find_parked(named) for named in request.POST.getlist("promise")]
    count = deliveries.retry_parked(by=request.user, campaign=request.campaign, promises=chosen)
    start_delivery()
    start_letters()
    messages.success(request, _("%(count)s tried again under the same id.") % {"count": count})
    return redirect("console_delivery")


@campaign_admin
@require_POST
def hold(request):
    _require_current(request)
    with refusals_in_messages(request):
        reason = request.POST.get("reason", "").replace("\x00", "")
        deliveries.hold_deliveries(by=request.user, campaign=request.campaign, reason=reason)
    return redirect("console_delivery")


@campaign_admin
@require_POST
def release(request):
    _require_current(request)
    with refusals_in_messages(request):
        deliveries.release_deliveries(by=request.user, campaign=request.campaign)
        start_delivery()
        start_letters()
    return redirect("console_delivery")


def _require_current(request) -> None:
    """Deliveries are of the whole site: other campaigns' teams read the figures and change nothing."""
    if not request.campaign.is_current:
        raise Http404


def _find_parked(named: str) -> Promise:
    kind, _colon, key = named.partition(":")
    if kind not in KINDS or len(key) != 36:
        raise Http404
    try:
        return get_object_or_404(KINDS[kind].objects.parked(), pk=key)
    except ValidationError:  # no key at all
        raise Http404 from None


def _in_use(channel: dict) -> bool:
    """Short messages are shown where a provider is set or something was sent; so are chat programs and browsers."""
    by_choice = (topics.SMS, topics.WECHAT, *topics.ADDED)
    return channel["name"] not in by_choice or channel["name"] in topics.available_channels() or channel["ever"]


def _owner(endpoint: WebhookEndpoint) -> User | Company | None:
    return endpoint.user or Company.objects.filter(uid=endpoint.owner_uid).first()


def _row(promise, names: dict[str, str]) -> dict:
    """A parked promise in the words of the page: never what it says, since it is a person's mail."""
    if isinstance(promise, Delivery):
        kind, channel, whom = "delivery", promise.channel, promise.notice.recipient.email
    elif isinstance(promise, Digest):
        kind, channel, whom = "digest", "digest", promise.recipient.email
    elif not isinstance(promise, WebhookDelivery):
        kind = channel = promise._meta.model_name
        whom = getattr(promise, "email", "") or getattr(promise, "address", "")
    else:
        # Whose program it is, for the team to write to; what its owner calls it and where it runs are the owner's.
        kind, channel, whom = "webhook", "webhook", str(_owner(promise.endpoint) or "")
    return {
        "named": f"{kind}:{promise.pk}",
        "channel": names.get(channel, channel),
        "whom": whom,
        "why": promise.last_error,
        "attempts": promise.attempts,
        "since": promise.finished_at,
    }
