"""Rates that are no percentage, in the reader's language. Wordings that `levies.py` does not read stay as they were
loaded."""

from django.utils.translation import gettext as _

from matchmaker.core import formats
from matchmaker.market_access.levies import Levy, LevyByPrice, read_levy

# A rate that a source gives without the condition under which it holds.
CONDITIONS_NOT_READ = "depends on conditions that were not read"


def rate_text(text: str) -> str:
    """`0 yuan per litre` or `0元/升` as CN¥0 / l in English, ¥0／升 in Chinese."""
    if text == CONDITIONS_NOT_READ:
        return _("it depends on conditions that were not read")
    levy = read_levy(text)
    if isinstance(levy, LevyByPrice):
        return _("%(rate)s from a dutiable price of %(price)s; below that, %(lower)s") % {
            "rate": _levy(levy.levy),
            "price": _levy(Levy(amount=levy.price, unit=levy.unit)),
            "lower": _levy(levy.lower),
        }
    return _levy(levy) if levy else text


def _levy(levy: Levy) -> str:
    pieces = []
    if levy.percent is not None:
        pieces.append(_("%(rate)s%%") % {"rate": formats.number(levy.percent.normalize())})
    if levy.amount is not None:
        pieces.append(formats.per_unit(formats.exact_money(levy.amount), levy.unit))
    return " + ".join(pieces)
