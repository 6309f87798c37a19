"""What a draft is worth and what it costs: the figures, prices and agendas beside its board."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.core.formats import number
from matchmaker.events.models import PlanDraft
from matchmaker.web.rendering.agendas import local


def kinds() -> dict[str, str]:
    """Why two companies should meet, in words."""
    return {
        "match": _("match"),
        "accepted": _("accepted request"),
        "must_supplier": _("the supplier must meet"),
        "must_buyer": _("the buyer must meet"),
        "would_supplier": _("the supplier would like to"),
        "would_buyer": _("the buyer would like to"),
        "must": _("one of the two must meet"),
        "would": _("one of the two would like to"),
    }


def _floor_price(draft: PlanDraft) -> str:
    price = draft.result.get("floor_price")
    if price is None or not draft.options.get("floor"):
        return ""
    return _("The floor costs at most %(price).2f%% of what meetings are worth.") % {"price": 100 * price}


def figures(draft: PlanDraft, plan) -> list[dict]:
    """The numbers above a draft, as the component of figures shows them."""
    met = [agenda for agenda in plan.agendas if agenda.meetings]
    more_days = sum(agenda.days - 1 for agenda in met)
    singles = sum(agenda.single_days for agenda in met)
    walks = {"label": _("Changes of hall without a free slot between"), "value": number(plan.hall_changes)}
    return [
        {"label": _("Meetings"), "value": number(draft.meetings_count)},
        {
            "label": _("Gap"),
            "value": _("%(gap).3f%%") % {"gap": 100 * draft.gap},
            "note": _("Proven best.")
            if draft.objective >= draft.bound
            else _("At most this much is missing to the best possible plan."),
            "first": True,
        },
        {
            "label": _("Companies with fewer meetings than asked"),
            "value": number(draft.below_floor),
            "note": _floor_price(draft),
        },
        {
            "label": _("Further days to come"),
            "value": number(more_days),
            "note": _("%(n)d of them for a single meeting") % {"n": singles} if more_days else "",
        },
        {"label": _("Waits between meetings"), "value": number(sum(agenda.waits for agenda in met))},
        *([walks] if len(plan.instance.halls) > 1 else []),
    ]


def prices(draft: PlanDraft, plan) -> list[str]:
    """What could not be had, and what each wish of the organiser costs; a sentence each."""
    if waits := draft.result.get("given"):
        return [_waits(len(plan.meetings), **waits)]
    found = []
    if plan.given_up:
        left_out = ngettext("%(n)d meeting fewer", "%(n)d meetings fewer", len(plan.given_up)) % {
            "n": len(plan.given_up)
        }
        days = ngettext("saves %(n)d further day.", "saves %(n)d further days.", plan.days_saved) % {
            "n": plan.days_saved
        }
        share = 100 * plan.given_up_weight / plan.bound if plan.bound else 0
        found.append(
            _("%(left_out)s %(days)s That is %(share).2f%% of what meetings are worth.")
            % {"left_out": left_out, "days": days, "share": share}
        )
    if lunch := draft.result.get("lunch_price"):
        found.append(
            _("Keeping lunch free costs at most %(share).2f%% of what meetings are worth.") % {"share": 100 * lunch}
        )
    needed = int(plan.instance.needs_interpreter.sum())
    if needed:
        found.append(
            _(
                "%(pairs)d pairs share no language; the interpreters' hours serve %(served)d of them. The gap counts "
                "only what the interpreters could still do."
            )
            % {"pairs": needed, "served": len(plan.interpreted)}
        )
    tight = _tight(plan)
    if tight and draft.objective < draft.bound:
        found.append(tight)
    found.append(_("Short waits and an early start cost no meeting: only times were exchanged."))
    return found


def _waits(meetings: int, breaks: int, bound: int) -> str:
    """What was proved about a plan of agreed meetings only."""
    numbers = {"meetings": meetings, "breaks": breaks, "bound": bound}
    if breaks == bound:
        return (
            _("All %(meetings)d agreed meetings are placed, with %(breaks)d waits. No plan has fewer: proven.")
            % numbers
        )
    return (
        _("All %(meetings)d agreed meetings are placed, with %(breaks)d waits. No plan can have fewer than %(bound)d.")
        % numbers
    )


def _tight(plan) -> str:
    """Where most of what is missing comes from."""
    instance = plan.instance
    places = sum(instance.tables)
    if places and len(plan.meetings) >= 0.98 * places:
        return _("Nearly every table is taken in every slot: more tables would help most.")
    slots = [sum(1 for count in instance.tables if count)] * len(instance.parties)
    full = sum(
        1
        for party, agenda, most in zip(instance.parties, plan.agendas, slots, strict=True)
        if agenda.meetings and agenda.meetings >= min(party.cap, most - len(party.off))
    )
    if full > 0.5 * len(instance.parties):
        return _("More than half of the companies have as many meetings as they can: longer hours would help most.")
    return _("Companies that meet each other are there at different times: their hours are what limits the plan.")


def agendas(standing, plan, companies) -> list[dict]:
    """Days, first and last meeting and waits of each company that meets, those with most to improve first."""
    rows = [
        {
            "company": companies[key],
            "agenda": agenda,
            "first": local(standing.slots[agenda.first], standing.event.zone),
            "last": local(standing.slots[agenda.last], standing.event.zone),
        }
        for key, agenda in zip(standing.companies, plan.agendas, strict=True)
        if agenda.meetings and key in companies
    ]
    return sorted(rows, key=lambda row: (-row["agenda"].single_days, -row["agenda"].days, -row["agenda"].waits))
