"""What a draft would find once its company is approved, ready for `components/preview.html`."""

import datetime as dt
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from matchmaker.catalogue.models.products import category_name
from matchmaker.core import reference
from matchmaker.core.lists import format_list
from matchmaker.matching.reasons import condition_label
from matchmaker.matching.services.preview import Preview

SHOWN = 6  # categories and months


def of_product(preview: Preview) -> dict[str, Any]:
    title = ngettext("%(n)d open demand fits this product.", "%(n)d open demands fit this product.", preview.fits) % {
        "n": preview.fits
    }
    return _box(title, preview, _("Delivery"), [(_month(place), n) for place, n in preview.places])


def of_demand(preview: Preview) -> dict[str, Any]:
    title = ngettext("%(n)d supplier fits this demand.", "%(n)d suppliers fit this demand.", preview.fits) % {
        "n": preview.fits
    }
    countries = [(reference.name(reference.countries().get(code), code), n) for code, n in preview.places]
    return _box(title, preview, _("Countries"), countries)


def _box(title: str, preview: Preview, places_label: str, places: list[tuple[str, int]]) -> dict[str, Any]:
    alike = {
        "hs": _("Same HS code or heading"),
        "category": _("Same category"),
        "goods": _("The same goods by name"),
    }
    missing = [code for tally in preview.conditions for code in tally.missing]
    names = [reference.name(reference.certificates().get(code), code) for code in missing]
    return {
        "title": title,
        "fits": preview.fits,
        "lists": [
            (_("Categories"), [(category_name(code) or _("no category"), n) for code, n in preview.categories][:SHOWN]),
            (places_label, places[:SHOWN]),
            (_("Why they fit"), [(alike[code], n) for code, n in preview.alike]),
        ],
        "conditions": [(condition_label(tally.code), tally) for tally in preview.conditions],
        "certificates": format_list(names) if names else "",
    }


def _month(text: str) -> str:
    if not text:
        return _("no day given")
    return date_format(dt.date.fromisoformat(f"{text}-01"), "YEAR_MONTH_FORMAT")
