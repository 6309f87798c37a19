"""Steps that concern many people: what they change is shown first, and how the page shows them."""

import datetime as dt
from collections.abc import Sequence

from django.shortcuts import render
from django.utils.translation import gettext as _

from matchmaker.companies.models import Company
from matchmaker.core.formats import number
from matchmaker.events.models import Event
from matchmaker.events.services import StepImpact
from matchmaker.events.services.publishing import Change
from matchmaker.web.rendering.agendas import local

SHOWN = 60


def render_step(
    request,
    event: Event,
    *,
    concerned: StepImpact,
    leave_at: dt.datetime | None,
    changes: Sequence[Change] = (),
    figures: Sequence[dict] = (),
    **context,
):
    """The page that asks first: title, lead, figures, the first changes, and a button that confirms.

    `leave_at` is when the letters would leave; None for at once, and then the step cannot be taken back.
    """
    figures = figures or [{"label": _("Meetings"), "value": number(concerned.meetings)}]
    notice_figures = [
        {"label": _("Companies concerned"), "value": number(concerned.companies)},
        {"label": _("People who are notified"), "value": number(concerned.people), "first": True},
    ]
    return render(
        request,
        "console/event_step.html",
        {
            "event": event,
            "leave_at": leave_at,
            "figures": [*figures, *notice_figures],
            "changes": name_changes(event, changes[:SHOWN]),
            "more": max(len(changes) - SHOWN, 0),
            **context,
        },
    )


def name_changes(event: Event, changes: Sequence[Change]) -> list[dict]:
    """Changes with their companies, on the event's clock."""
    companies = Company.objects.in_bulk({key for one in changes for key in (one.supplier_id, one.buyer_id)})
    return [
        {
            "supplier": companies[one.supplier_id],
            "buyer": companies[one.buyer_id],
            "before": one.before and local(one.before, event.zone),
            "after": one.after and local(one.after, event.zone),
        }
        for one in changes
    ]
