"""The conditions on a supplier, each as a sentence that can be checked."""

import datetime as dt
from collections.abc import Callable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue.models import Period
from matchmaker.companies.models import Company
from matchmaker.core import reference
from matchmaker.core.formats import day, quantity
from matchmaker.core.lists import format_list


def labels() -> dict[str, str]:
    return {
        "verification": _("Supplier checked"),
        "size": _("Supplier's size"),
        "language": _("Languages"),
        "years": _("Years in business"),
        "newcomers": _("New to China"),
        "capacity": _("Capacity"),
        "in_china": _("In China already"),
    }


def _verification(outcome: str, facts: dict) -> str:
    level, wanted = (Company.Verification(facts[name]).label for name in ("level", "wanted"))
    if outcome == "meets":
        return _("The supplier is shown as “%(level)s”; wanted: at least “%(wanted)s”.") % {
            "level": level,
            "wanted": wanted,
        }
    return _("The supplier is shown as “%(level)s”; the buyer wants at least “%(wanted)s”.") % {
        "level": level,
        "wanted": wanted,
    }


def _size(outcome: str, facts: dict) -> str:
    wanted = format_list(str(Company.Size(size).label) for size in facts["wanted"])
    if outcome == "unknown":
        return _("The supplier does not say how many people it employs; wanted: %(wanted)s.") % {"wanted": wanted}
    return _("%(size)s people; wanted: %(wanted)s.") % {"size": Company.Size(facts["size"]).label, "wanted": wanted}


def _language(outcome: str, facts: dict) -> str:
    names = {name: format_list(map(_tongue, facts[name])) for name in ("wanted", "common")}
    if outcome == "meets":
        return _("Speaks %(common)s.") % names
    if outcome == "unknown":
        return _("The supplier does not say which languages it speaks; wanted: %(wanted)s.") % names
    return _("Speaks none of the languages wanted: %(wanted)s.") % names


def _tongue(code: str) -> str:
    return reference.name(reference.languages().get(code), code)


def _years(outcome: str, facts: dict) -> str:
    wanted = ngettext("%(n)d year", "%(n)d years", facts["wanted"]) % {"n": facts["wanted"]}
    if outcome == "unknown":
        return _("The supplier does not say when it was founded; wanted: at least %(years)s in business.") % {
            "years": wanted
        }
    return _("Founded in %(founded)s; wanted: at least %(years)s in business.") % {
        "founded": str(facts["founded"]),
        "years": wanted,
    }


def _newcomers(outcome: str, facts: dict) -> str:
    if facts["wanted"] == "welcome":
        return _("Sells to China for the first time, and the buyer welcomes that.")
    if outcome == "meets":
        return _("The buyer wants a supplier with experience in China; this one does not call itself new.")
    return _("Sells to China for the first time; the buyer wants experience.")


def _capacity(outcome: str, facts: dict) -> str:
    needed = _output(facts["needed"], facts["unit"], facts["period"])
    if facts["capacity"] is None:
        return _("The buyer wants a capacity of %(needed)s; the supplier states none.") % {"needed": needed}
    held = _output(facts["capacity"], facts["capacity_unit"], facts["capacity_period"])
    if outcome == "unknown":
        return _("Capacity %(held)s, wanted %(needed)s: these cannot be compared.") % {"held": held, "needed": needed}
    if outcome == "meets":
        return _("Capacity %(held)s, at least the %(needed)s wanted.") % {"held": held, "needed": needed}
    return _("Capacity %(held)s, below the %(needed)s wanted.") % {"held": held, "needed": needed}


def _in_china(outcome: str, facts: dict) -> str:
    shown = day(dt.date.fromisoformat(facts["day"]))
    if not facts["stated"]:
        return _("The buyer wants goods that are in China already; the supplier states none.")
    if not facts["lots"]:
        if facts["wanted"] == "cleared":
            return _("No lot in China is cleared and there on %(day)s.") % {"day": shown}
        return _("No lot in China is there on %(day)s.") % {"day": shown}
    if facts["needed"] is None:
        return _("Goods are in China already.")
    needed = quantity(facts["needed"], facts["unit"])
    held = quantity(facts["held"], facts["unit"])
    if outcome == "meets":
        return _("In China already: %(held)s, at least the %(needed)s wanted.") % {"held": held, "needed": needed}
    if outcome == "fails":
        return _("In China already: %(held)s, below the %(needed)s wanted.") % {"held": held, "needed": needed}
    return _("Goods are in China already; how far they reach for %(needed)s cannot be compared.") % {"needed": needed}


def _output(value: float, unit: str, period: str) -> str:
    when = str(Period(period).label) if period else ""
    return f"{quantity(value, unit)} {when}".strip()


SENTENCES: dict[str, Callable[[str, dict], str]] = {
    "verification": _verification,
    "size": _size,
    "language": _language,
    "years": _years,
    "newcomers": _newcomers,
    "capacity": _capacity,
    "in_china": _in_china,
}
