"""Shelf life, storage and dates of the Chinese label against product, quote and day of shipment."""

from collections.abc import Iterator

from matchmaker.market_access.precheck.model import (
    Contradiction,
    Days,
    Dossier,
    Excerpt,
    Field,
    Place,
    Severity,
    Statement,
    Storage,
    Text,
)
from matchmaker.market_access.precheck.reading import Figure, day_of, days_of, figures, kinds_in

_ROUNDING = 0.02  # 18 months of 540 days
_STORAGES = frozenset(("ambient", "chilled", "frozen"))


def shelf_life_differs(dossier: Dossier) -> Iterator[Contradiction]:
    """The shelf life on the label and in notes is that of the product. A month has 28 to 31 days.

    Source: GB 7718, shelf life.
    """
    own = dossier.goods.shelf_life_days
    if own is None:
        return
    for place, figure in _shelf_lives(dossier):
        low, high = days_of(figure) or (own, own)
        if not low * (1 - _ROUNDING) <= own <= high * (1 + _ROUNDING):
            yield Contradiction(
                "shelf_life_differs",
                Severity.STOPS if place == Place.LABEL else Severity.CORRECT,
                "label",
                Statement(Place.PRODUCT, Field.SHELF_LIFE, Days(own)),
                Statement(place, Field.SHELF_LIFE, figure.excerpt),
            )


def _shelf_lives(dossier: Dossier) -> Iterator[tuple[Place, Figure]]:
    """The one duration of the label, and of each note the one that it calls shelf life."""
    label = Text(Place.LABEL, dossier.label_text("shelf_life"), "zh")
    on_label = [one for one in figures(label) if days_of(one) and "apart" not in one.kinds]
    if len(on_label) == 1:
        yield Place.LABEL, on_label[0]
    for text in dossier.texts:
        if text.place in (Place.QUOTE_NOTE, Place.DEAL_NOTE):
            said = [one for one in figures(text) if days_of(one) and "shelf" in one.kinds and "apart" not in one.kinds]
            if len(said) == 1:
                yield text.place, said[0]


def storage_differs(dossier: Dossier) -> Iterator[Contradiction]:
    """The storage on the label is that of the product: frozen, chilled or at room temperature.

    A label that names two of them (chilled once opened) says nothing against either. Source: GB 7718, storage.
    """
    label = Text(Place.LABEL, dossier.label_text("storage"), "zh")
    named = kinds_in(label) & _STORAGES
    own = dossier.goods.storage
    if own and len(named) == 1 and own not in named:
        yield Contradiction(
            "storage_differs",
            Severity.STOPS,
            "label",
            Statement(Place.PRODUCT, Field.STORAGE, Storage(own)),
            Statement(Place.LABEL, Field.STORAGE, Excerpt(label.text, "zh")),
        )


def transit_over_life(dossier: Dossier) -> Iterator[Contradiction]:
    """The transit that a note states is shorter than the shelf life of the goods.

    Source: Food Safety Law, article 34: food past its shelf life is not sold.
    """
    own = dossier.goods.shelf_life_days
    for text in dossier.texts:
        for figure in figures(text) if own and text.place in (Place.QUOTE_NOTE, Place.DEAL_NOTE) else ():
            transit = days_of(figure)
            if transit and own and "transit" in figure.kinds and "apart" not in figure.kinds and transit[0] >= own:
                yield Contradiction(
                    "transit_over_life",
                    Severity.STOPS,
                    "food_safety",
                    Statement(Place.PRODUCT, Field.SHELF_LIFE, Days(own)),
                    Statement(text.place, Field.TRANSIT, figure.excerpt),
                )


def made_after_shipping(dossier: Dossier) -> Iterator[Contradiction]:
    """Goods are made before they are shipped. Source: GB 7718, date of production."""
    label = Text(Place.LABEL, dossier.label_text("production_date"), "zh")
    days = [day for one in figures(label) if (day := day_of(one.quantity))]
    if len(days) == 1 and dossier.ships_on and days[0] > dossier.ships_on:
        place = Place.DEAL if dossier.is_shipped else Place.QUOTE if dossier.offer else Place.PRODUCT
        yield Contradiction(
            "made_after_shipping",
            Severity.CHECK,
            "label",
            Statement(Place.LABEL, Field.PRODUCTION_DATE, days[0]),
            Statement(place, Field.SHIPS_ON, dossier.ships_on),
        )
