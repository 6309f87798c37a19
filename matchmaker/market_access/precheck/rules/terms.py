"""Incoterm, named place and validity of a quote."""

from collections.abc import Iterator
from functools import cache

from matchmaker.catalogue.country_names import plain
from matchmaker.core import reference
from matchmaker.market_access.precheck.model import (
    Contradiction,
    Country,
    Dossier,
    Field,
    Place,
    Severity,
    Statement,
    Term,
)
from matchmaker.market_access.precheck.reading import day_of, figures

_FROM_SELLER = frozenset(("EXW", "FCA", "FAS", "FOB"))
_TO_BUYER = frozenset(("CFR", "CIF", "CPT", "CIP", "DAP", "DPU", "DDP"))
_BY_SEA = frozenset(("FAS", "FOB", "CFR", "CIF"))
# Cities of landlocked countries that quotes name and that have no port for goods. Those with a river port (Basel, Wien,
# Budapest, Asunción …) and with a port on the Caspian Sea are not in it.
_INLAND = {
    "KZ": "almaty; alma-ata; алматы; 阿拉木图; astana; астана; 阿斯塔纳; shymkent; шымкент",
    "UZ": "tashkent; ташкент; 塔什干; samarkand",
    "KG": "bishkek; бишкек; 比什凯克",
    "MN": "ulaanbaatar; ulan bator; улан-батор; 乌兰巴托",
    "CH": "geneva; genève; genf; 日内瓦; zurich; zürich; 苏黎世; bern; lausanne; lucerne; luzern",
    "AT": "graz; salzburg; innsbruck",
    "CZ": "praha; prague; 布拉格; brno; karlovy vary",
    "ET": "addis ababa; addis abeba; 亚的斯亚贝巴",
    "LA": "vientiane; 万象; luang prabang",
    "NP": "kathmandu; 加德满都",
    "BY": "minsk; минск; 明斯克",
    "RW": "kigali",
    "UG": "kampala",
    "ZM": "lusaka",
    "ZW": "harare",
    "BO": "la paz; cochabamba; santa cruz de la sierra",
    "ML": "bamako",
    "BF": "ouagadougou",
    "AF": "kabul",
    "LU": "luxembourg",
}


def seller_place(dossier: Dossier) -> Iterator[Contradiction]:
    """EXW, FCA, FAS and FOB name a place on the seller's side, no place in China.

    Not where a lot of the goods is in China already. Source: Incoterms 2020.
    """
    offer = dossier.offer
    if offer is None or offer.incoterm not in _FROM_SELLER or dossier.goods.in_china:
        return
    from_china = "CN" in (dossier.goods.origin, dossier.seller_country)
    if not from_china and countries_of(offer.incoterm_place) == {"CN"}:
        yield _term_against(dossier, "seller_place")


def buyer_place(dossier: Dossier) -> Iterator[Contradiction]:
    """C and D terms name a place of destination, no place in the seller's own country. Source: Incoterms 2020."""
    offer = dossier.offer
    if offer is None or offer.incoterm not in _TO_BUYER:
        return
    own = {dossier.goods.origin, dossier.seller_country} - {"", "CN"}
    places = countries_of(offer.incoterm_place)
    if places and places <= own:
        yield _term_against(dossier, "buyer_place")


def sea_inland(dossier: Dossier) -> Iterator[Contradiction]:
    """FAS, FOB, CFR and CIF name a port, no city without one. Source: Incoterms 2020, rules for sea and waterway."""
    offer = dossier.offer
    if offer is None or offer.incoterm not in _BY_SEA:
        return
    if plain(offer.incoterm_place) in _inland_cities():
        yield _term_against(dossier, "sea_inland")


def _term_against(dossier: Dossier, rule: str) -> Contradiction:
    offer = dossier.offer
    assert offer is not None  # the callers looked
    own = dossier.goods.origin or dossier.seller_country
    return Contradiction(
        rule,
        Severity.CORRECT,
        "incoterms",
        Statement(Place.QUOTE, Field.TERM, Term(offer.incoterm, offer.incoterm_place)),
        Statement(Place.PRODUCT, Field.ORIGIN, Country(own)),
    )


def countries_of(place: str) -> set[str]:
    """The countries of all ports of a name; of a border crossing (Dostyk/Alashankou) those of both sides."""
    return set().union(*(_by_name().get(plain(part), frozenset()) for part in [place, *place.split("/")]))


@cache
def _by_name() -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in reference.ports().values():
        for name in filter(None, (row["name"], row["name_zh"], row["city"])):
            found.setdefault(plain(name), set()).add(row["country_iso2"])
    return {name: frozenset(codes) for name, codes in found.items()}


@cache
def _inland_cities() -> frozenset[str]:
    return frozenset(plain(name) for names in _INLAND.values() for name in names.split(";"))


def validity_differs(dossier: Dossier) -> Iterator[Contradiction]:
    """The day until which a note says that the offer holds is that of the quote. Source: contract and invoice agree."""
    offer = dossier.offer
    if offer is None or offer.valid_until is None:
        return
    for text in dossier.texts:
        for figure in figures(text) if text.place == Place.QUOTE_NOTE else ():
            day = day_of(figure.quantity)
            is_validity = "valid" in figure.kinds and "apart" not in figure.kinds
            if day and is_validity and day != offer.valid_until:
                yield Contradiction(
                    "validity_differs",
                    Severity.CHECK,
                    "truthful",
                    Statement(Place.QUOTE, Field.VALID_UNTIL, offer.valid_until),
                    Statement(text.place, Field.VALID_UNTIL, figure.excerpt),
                )
