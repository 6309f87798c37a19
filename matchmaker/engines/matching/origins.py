"""The origin in the score: goods from a country that the want does not ask for come after those it asks for.

As with attributes, the penalty is a hidden word, so that the search for the best pairs stays exact. An offer has one
word that says that its origin is known and one for the country; a want gives the first a negative weight and the second
takes it back. An offer that does not say where it comes from costs nothing: the supplier is asked.
"""

from matchmaker.engines.matching.bags import number
from matchmaker.engines.matching.pairs import Offer, Want

# What another origin takes from the part `words`, and what the wanted one gives: the line names a country that the
# offer may have in its own field only.
PENALTY, BONUS = 0.16, 0.05
_KNOWN, _COUNTRY = "\x02origin known", "\x02origin "

HiddenWords = list[tuple[int, float, float]]  # number, weight when wanted, weight of its own


def of_offer(offer: Offer) -> HiddenWords:
    return [(number(word), 1.0, 0.0) for word in (_KNOWN, _COUNTRY + offer.origin)] if offer.origin else []


def of_want(want: Want) -> HiddenWords:
    if not want.origins_wanted:
        return [(number(_COUNTRY + code), 0.0, -PENALTY) for code in want.origins_excluded]
    wanted = [(number(_COUNTRY + code), 0.0, PENALTY + BONUS) for code in want.origins_wanted]
    return [*wanted, (number(_KNOWN), 0.0, -PENALTY)]
