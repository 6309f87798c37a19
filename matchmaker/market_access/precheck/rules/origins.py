"""The country of origin, wherever it is stated."""

from collections.abc import Iterator

from matchmaker.market_access.precheck.model import (
    Contradiction,
    Country,
    Dossier,
    Excerpt,
    Field,
    Place,
    Severity,
    Statement,
)
from matchmaker.market_access.precheck.reading import countries_in, stated_origins


def origin_differs(dossier: Dossier) -> Iterator[Contradiction]:
    """Label, quote and texts name the country of origin that the product names.

    A place that names several countries (of an ingredient, too) agrees where the product's is one of them. Source: the
    declaration has one origin for one line of goods (GACC Decree 277); Food Safety Law, article 97, for the label.
    """
    own = dossier.goods.origin
    if not own:
        return
    first = Statement(Place.PRODUCT, Field.ORIGIN, Country(own))
    label = dossier.label_text("origin")
    named = countries_in(label, "zh") if label else frozenset()
    if named and own not in named:
        second = Statement(Place.LABEL, Field.ORIGIN, Excerpt(label, "zh"))
        yield Contradiction("origin_differs", Severity.STOPS, "label", first, second)
    for text in dossier.texts:
        stated = stated_origins(text)
        if stated and not any(own in countries for countries, _excerpt in stated):
            second = Statement(text.place, Field.ORIGIN, stated[0][1])
            yield Contradiction("origin_differs", Severity.CORRECT, "declaration", first, second)
