"""What a demand said each time it was shown or changed, and what became different, in words."""

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from matchmaker.accounts.models import User
from matchmaker.catalogue.models import Category, Demand, DemandLine, DemandVersion
from matchmaker.catalogue.models.demands import LINE_TERMS, TERMS
from matchmaker.core import reference
from matchmaker.core.formats import capfirst, day
from matchmaker.core.lists import format_list

Snapshot = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """A field of the demand or of a line, as it was and as it is; '' where it said nothing."""

    label: str
    before: str
    after: str


def save_version(by: User | None, demand: Demand) -> None:
    """Keep what the demand says now, unless it says what it said last time."""
    said = snapshot(demand)
    last = demand.versions.first()
    if last is None or last.said != said:
        DemandVersion.objects.create(demand=demand, number=last.number + 1 if last else 1, said=said, by=by)


def snapshot(demand: Demand) -> dict[str, Any]:
    """The demand and its lines as plain JSON values; a line carries its `uid` beside what it says."""
    lines = [
        {"uid": line.uid, "number": line.number, **{name: getattr(line, name) for name in LINE_TERMS}}
        for line in demand.lines.order_by("number")
    ]
    content = {**{name: getattr(demand, name) for name in TERMS}, "lines": lines}
    return json.loads(DjangoJSONEncoder().encode(content))


def changes(new: Snapshot, old: Snapshot) -> list[Change]:
    """What differs between two versions: the demand's fields, then line by line; a line is known by its `uid`."""
    changed = _fields(Demand, TERMS, new, old)
    before = {_key(line): line for line in old.get("lines", [])}
    for line in new["lines"]:
        was = before.pop(_key(line), None)
        head = _("Line %(n)d") % {"n": line["number"]}
        if was is None:
            changed.append(Change(head, "", line["text"]))
            continue
        of_line = _("Line %(n)d: %(field)s")
        changed += [
            Change(of_line % {"n": line["number"], "field": one.label}, one.before, one.after)
            for one in _fields(DemandLine, LINE_TERMS, line, was)
        ]
    label = _("Line %(n)d")
    return changed + [Change(label % {"n": line["number"]}, line["text"], "") for line in before.values()]


def history(versions: Iterable[DemandVersion]) -> list[dict[str, Any]]:
    """Versions, the newest first, each with what it changed of the one before; nothing for the first."""
    rows = list(versions)
    return [
        {"version": row, "changes": changes(row.said, before.said) if before else []}
        for row, before in zip_longest(rows, rows[1:])
    ]


def _key(line: Snapshot) -> Any:
    return line.get("uid") or line["number"]


def _fields(model, names: Iterable[str], new: Snapshot, old: Snapshot) -> list[Change]:
    differences = []
    for name in names:
        was, now = old.get(name), new.get(name)
        if was != now and (was or now):
            field = model._meta.get_field(name.removesuffix("_id"))
            differences.append(Change(capfirst(str(field.verbose_name)), _text(field, was), _text(field, now)))
    return differences


_NAMES = {
    "origins_wanted": reference.countries,
    "origins_excluded": reference.countries,
    "certificates_required": reference.certificates,
    "wanted_languages": reference.languages,
    "language": reference.languages,
    "unit": reference.units,
    "price_unit": reference.units,
    "destination": reference.ports,
}


def _text(field, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if field.name == "category":
        category = Category.objects.filter(pk=value).first()
        return str(category.name) if category else str(value)
    if field.choices:
        return str(dict(field.flatchoices).get(value, value))
    if isinstance(field, models.DateField):
        return day(dt.date.fromisoformat(value))
    if isinstance(field, models.DecimalField):
        return number_format(Decimal(value).normalize(), use_l10n=True, force_grouping=True)
    rows = _NAMES.get(field.name, dict)()
    codes = value if isinstance(value, list) else [value]
    return format_list(reference.name(rows.get(code), str(code)) for code in codes)
