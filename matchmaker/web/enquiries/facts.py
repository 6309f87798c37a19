"""The terms of a request for a quote in words."""

from django.utils.translation import gettext as _

from matchmaker.core import reference
from matchmaker.core.formats import day, quantity
from matchmaker.core.lists import join_label
from matchmaker.messaging.models import QuoteRequest
from matchmaker.messaging.payment import payment_facts


def facts_of(row: QuoteRequest) -> list[str]:
    """The terms of a request, as both sides read them."""
    term = f"{row.incoterm} {reference.place(row.place)}".strip()
    found = [quantity(row.quantity.normalize(), row.unit), term]
    if row.needed_by:
        found.append(join_label(_("Needed by"), day(row.needed_by)))
    found += payment_facts(row)
    if row.sample_wanted:
        found.append(_("a sample is wanted"))
    return [text for text in found if text]
