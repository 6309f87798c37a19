"""Weights, packs and their totals. Masses are compared in kilograms, volumes in litres."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from matchmaker.market_access.precheck.model import (
    Amount,
    Contradiction,
    Dossier,
    Field,
    Place,
    Severity,
    Statement,
    Text,
)
from matchmaker.market_access.precheck.reading import (
    Figure,
    amount_of,
    amounts,
    contents,
    figures,
    mass_or_volume,
    pack_of,
)

_NEAR = Decimal("0.01")  # totals are rounded: 15.876 t is 15.9 t
# kg and litres that no container takes: the highest gross mass, and the inner volume of a high cube with a reserve.
_MOST_MASS = Decimal(36000)
_MOST_VOLUME = {"20gp": Decimal(36000), "40gp": Decimal(70000), "40hq": Decimal(80000), "container": Decimal(90000)}


def net_over_gross(dossier: Dossier) -> Iterator[Contradiction]:
    """Net weight is at most gross weight, pair by pair as one text states them.

    Source: net and gross weight are fields of the declaration (GACC Decree 277).
    """
    for text in dossier.texts:
        nets = [one for one in figures(text) if one.kinds >= {"net"} and "gross" not in one.kinds and _mass(one)]
        grosses = [one for one in figures(text) if "gross" in one.kinds and "net" not in one.kinds and _mass(one)]
        if len(nets) != len(grosses):
            continue
        for net, gross in zip(nets, grosses, strict=True):
            same_package = not (net.quantity.per and gross.quantity.per) or net.quantity.per == gross.quantity.per
            if same_package and (_mass(net) or 0) > (_mass(gross) or 0):
                yield Contradiction(
                    "net_over_gross",
                    Severity.CORRECT,
                    "declaration",
                    Statement(text.place, Field.NET_WEIGHT, net.excerpt),
                    Statement(text.place, Field.GROSS_WEIGHT, gross.excerpt),
                )


def _mass(figure: Figure) -> Decimal | None:
    amount = amount_of(figure)
    return amount[1] if amount and amount[0] == "mass" else None


def packs_total(dossier: Dossier) -> Iterator[Contradiction]:
    """Number of packs × content is the total that the same text states; so is the quantity of the quote.

    Source: packing list and declaration state the same quantity (GACC Decree 277).
    """
    for text in dossier.texts:
        packs = list(_packs(text))
        for total in figures(text):
            amount = amount_of(total) if _is_total(total) else None
            if amount is None:
                continue
            first = _against_packs(packs, *amount) or (None if packs else _against_quantity(dossier, total, amount))
            if first:
                second = Statement(text.place, Field.TOTAL, total.excerpt)
                yield Contradiction("packs_total", Severity.CORRECT, "declaration", first, second)


def _against_packs(packs: list[tuple[str, Decimal, Figure]], kind: str, amount: Decimal) -> Statement | None:
    """The first of the packs of a kind, where none of them makes the amount."""
    fitting = [pack for pack in packs if pack[0] == kind]
    if not fitting or any(_is_near(product, amount) for _kind, product, _figure in fitting):
        return None
    return Statement(fitting[0][2].text.place, Field.CONTENT, fitting[0][2].excerpt)


def _against_quantity(dossier: Dossier, total: Figure, amount: tuple[str, Decimal]) -> Statement | None:
    """The quantity of the quote, where a total of a note is another; not where it may be that of one load."""
    offered = _offered(dossier)
    is_note = total.text.place in (Place.QUOTE_NOTE, Place.DEAL_NOTE)
    if not offered or not is_note or "gross" in total.kinds or _speaks_of_loads(total.text):
        return None
    kind, quantity, statement = offered
    return statement if kind == amount[0] and not _is_near(quantity, amount[1]) else None


def _is_total(figure: Figure) -> bool:
    """A total by its words, or what stands behind "="."""
    before = figure.text.text[: figure.quantity.start].rstrip()
    return before.endswith(("=", "＝")) or ("total" in figure.kinds and "apart" not in figure.kinds)


def _packs(text: Text) -> Iterator[tuple[str, Decimal, Figure]]:
    """Every number of packs × content: 12 × 500 ml, and 800 bags of 25 kg."""
    listed = figures(text)
    for place, figure in enumerate(listed):
        if pack := pack_of(figure):
            yield pack[1], pack[0] * pack[2], figure
        elif place and (content := amount_of(figure)) and not _is_total(figure):
            count = listed[place - 1]
            between = text.text[count.quantity.end : figure.quantity.start]
            if _is_count(count) and count.clause == figure.clause and len(between.strip()) <= 14 and "=" not in between:
                yield content[0], count.quantity.low * content[1], figure


def _is_count(figure: Figure) -> bool:
    one = figure.quantity
    packed = one.unit in ("", "bag", "carton", "box", "bottle", "can", "drum", "pallet", "pc", "piece")
    return one.kind == "amount" and packed and not one.per and not one.is_range and not one.ambiguous


def _speaks_of_loads(text: Text) -> bool:
    """Whether a total may be that of one container, pallet or vehicle."""
    loads = ("20gp", "40gp", "40hq", "container", "pallet")
    return any(one.quantity.unit in loads or one.quantity.per in loads for one in figures(text))


def _offered(dossier: Dossier) -> tuple[str, Decimal, Statement] | None:
    """The quantity of the quote in kilograms or litres."""
    offer = dossier.offer
    if offer is None or offer.quantity is None:
        return None
    amount = mass_or_volume(offer.quantity, offer.unit)
    if amount is None and offer.holds is not None:
        amount = mass_or_volume(offer.quantity * offer.holds, offer.holds_unit)
    statement = Statement(Place.QUOTE, Field.QUANTITY, Amount(offer.quantity, offer.unit))
    return (*amount, statement) if amount else None


def _is_near(one: Decimal, other: Decimal) -> bool:
    return abs(one - other) <= _NEAR * max(abs(one), abs(other))


def content_differs(dossier: Dossier) -> Iterator[Contradiction]:
    """One package of the quote holds what the product says that such a package holds.

    A product that states the same amount anywhere else agrees. Source: packing list and declaration (GACC Decree 277).
    """
    offer = dossier.offer
    held = mass_or_volume(offer.holds, offer.holds_unit) if offer and offer.holds is not None else None
    if offer is None or held is None:
        return
    stated = [
        (amount, figure)
        for text in dossier.texts
        if text.place == Place.PRODUCT_TEXT
        for kind, amount, package, figure in contents(text)
        if package == offer.unit and kind == held[0]
    ]
    if stated and not _states(dossier, *held):
        yield Contradiction(
            "content_differs",
            Severity.CORRECT,
            "declaration",
            Statement(Place.PRODUCT_TEXT, Field.CONTENT, stated[0][1].excerpt),
            Statement(Place.QUOTE, Field.CONTENT, Amount(offer.holds or Decimal(0), offer.holds_unit)),
        )


def _states(dossier: Dossier, kind: str, content: Decimal) -> bool:
    """Whether the product's texts state this mass or volume anywhere."""
    texts = [text for text in dossier.texts if text.place == Place.PRODUCT_TEXT]
    return any(measured == kind and _is_near(amount, content) for text in texts for measured, amount in amounts(text))


def label_content(dossier: Dossier) -> Iterator[Contradiction]:
    """The net content on the label is one that the product states, where it states that of a package.

    Source: GB 7718, net content.
    """
    text = Text(Place.LABEL, dossier.label_text("net_content"), "zh")
    labelled = [pack[1:] for one in figures(text) if (pack := pack_of(one))]
    labelled = labelled or [amount for one in figures(text) if (amount := amount_of(one))]
    if len(labelled) != 1:
        return
    kind, content = labelled[0]
    stated = [
        (amount, figure)
        for product in dossier.texts
        if product.place == Place.PRODUCT_TEXT
        for measured, amount, _package, figure in contents(product)
        if measured == kind
    ]
    if stated and not _states(dossier, kind, content):
        nearest = min(stated, key=lambda one: abs(one[0] - content))
        yield Contradiction(
            "label_content",
            Severity.STOPS,
            "label",
            Statement(Place.PRODUCT_TEXT, Field.CONTENT, nearest[1].excerpt),
            Statement(Place.LABEL, Field.CONTENT, figures(text)[0].excerpt),
        )


def container_overfull(dossier: Dossier) -> Iterator[Contradiction]:
    """A container holds no more than one can: 36 t of gross mass, and the volume of its size.

    Source: ISO 668 (dimensions and ratings).
    """
    offer = dossier.offer
    if offer and offer.holds is not None and offer.unit in _MOST_VOLUME:
        held = mass_or_volume(offer.holds, offer.holds_unit)
        if held and _is_too_much(offer.unit, *held):
            yield Contradiction(
                "container_overfull",
                Severity.CHECK,
                "containers",
                Statement(Place.QUOTE, Field.CONTAINER, Amount(Decimal(1), offer.unit)),
                Statement(Place.QUOTE, Field.CONTENT, Amount(offer.holds, offer.holds_unit)),
            )
    for text in dossier.texts:
        yield from _overfull_in_words(text)


def _overfull_in_words(text: Text) -> Iterator[Contradiction]:
    for container, load in pairwise(figures(text)):
        one, held = container.quantity, amount_of(load)
        is_one = one.unit in _MOST_VOLUME and one.low == one.high == 1 and load.clause == container.clause
        if is_one and held and _is_too_much(one.unit, *held):
            yield Contradiction(
                "container_overfull",
                Severity.CHECK,
                "containers",
                Statement(text.place, Field.CONTAINER, Amount(Decimal(1), one.unit)),
                Statement(text.place, Field.CONTENT, load.excerpt),
            )


def _is_too_much(unit: str, kind: str, amount: Decimal) -> bool:
    return amount > (_MOST_MASS if kind == "mass" else _MOST_VOLUME[unit])
