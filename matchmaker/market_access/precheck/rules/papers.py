"""Registrations and certificates against each other, the product and the day of shipment."""

from collections.abc import Iterator
from datetime import date

from matchmaker.market_access.number_formats import plain
from matchmaker.market_access.plant_categories import FOOD, covers
from matchmaker.market_access.precheck.model import (
    Category,
    Code,
    Contradiction,
    Country,
    Dossier,
    Field,
    Paper,
    Place,
    Severity,
    Statement,
)
from matchmaker.market_access.precheck.reading import country_of_plant, plant_numbers

# Papers without which the goods are not let in; the end of any other is worth a look only.
_ENTRY = FOOD | {"PHYTO", "HEALTH-CERT", "CCC", "NMPA", "GACC-EXPORTER"}
_FOOD_CHAPTERS = frozenset(f"{chapter:02}" for chapter in range(2, 23))
# Chapters whose goods are no plants and hold none: no plant authority certifies them.
_NO_PLANTS = frozenset(
    f"{chapter:02}" for chapter in (2, 3, 4, 16, *range(25, 31), *range(32, 38), 39, 40, *range(71, 94))
)


def is_food(code: str) -> bool:
    """Whether an HS code is of chapters 2 to 22, whose plants are registered."""
    return code[:2] in _FOOD_CHAPTERS


def plant_number(dossier: Dossier) -> Iterator[Contradiction]:
    """The number of the plant is one and the same on record, certificate, label and in every text.

    A company may hold several numbers on record: any of them agrees. Source: Decree 280 (number in the declaration and
    on the package).
    """
    stated = list(_plant_numbers(dossier))
    own = [one for one in stated if one[0] == Place.REGISTRATION] or stated[:1]
    known = {number for _place, _paper, number in own}
    for place, paper, number in stated:
        if number not in known:
            first = own[0]
            yield Contradiction(
                "plant_number",
                Severity.STOPS,
                "plants",
                Statement(first[0], Field.PLANT_NUMBER, Code(first[2]), first[1]),
                Statement(place, Field.PLANT_NUMBER, Code(number), paper),
            )


def _plant_numbers(dossier: Dossier) -> Iterator[tuple[Place, str, str]]:
    """Place, code of the paper and number, wherever a number in its usual form stands."""
    for paper in dossier.papers:
        if paper.code in FOOD:
            yield from ((paper.place, paper.code, number) for number in plant_numbers(plain(paper.number)))
    yield from ((Place.LABEL, "", number) for number in plant_numbers(dossier.label_text("registration")))
    for text in dossier.texts:
        yield from ((text.place, "", number) for number in plant_numbers(text.text))


def plant_country(dossier: Dossier) -> Iterator[Contradiction]:
    """The country in the number of the plant (C, three letters) is the country of origin of the food.

    A company that registered plants in several countries agrees with each. Source: form of the number, Decree 280.
    """
    numbers = list(_plant_numbers(dossier))[:1]
    numbers = [one for one in _plant_numbers(dossier) if one[0] == Place.REGISTRATION] or numbers
    countries = {country_of_plant(number) for _place, _paper, number in numbers} - {""}
    if not numbers or not countries or not dossier.goods.origin or dossier.goods.origin in countries:
        return
    place, paper, number = numbers[0]
    yield Contradiction(
        "plant_country",
        Severity.CORRECT,
        "plants",
        Statement(place, Field.PLANT_NUMBER, Code(number), paper),
        Statement(Place.PRODUCT, Field.ORIGIN, Country(dossier.goods.origin)),
    )


def plant_category(dossier: Dossier) -> Iterator[Contradiction]:
    """The product category of the registration covers the HS code.

    One number holds for one category; a company with several agrees where one of them covers the code. The prefixes
    of a category are wide on purpose. Source: Decree 280 and its catalogue; `plant_categories.csv`.
    """
    code = dossier.goods.hs_code
    papers = [paper for paper in dossier.papers if paper.code in FOOD and paper.category]
    others = [paper for paper in dossier.on(Place.REGISTRATION) if paper.code in FOOD and not paper.category]
    if not code or not papers or others or any(covers(paper.category, code) for paper in papers):
        return
    yield Contradiction(
        "plant_category",
        Severity.STOPS,
        "plants",
        Statement(papers[0].place, Field.PLANT_CATEGORY, Category(papers[0].category), papers[0].code),
        Statement(Place.PRODUCT, Field.HS_CODE, Code(code)),
    )


def paper_ended(dossier: Dossier) -> Iterator[Contradiction]:
    """A registration or certificate still holds on the day of shipment. Source: the rule that asks for it."""
    if dossier.ships_on is None:
        return
    for paper in dossier.papers:
        if paper.valid_until and paper.valid_until < dossier.ships_on and not _is_followed(paper, dossier):
            yield _out_of_time(dossier, "paper_ended", paper, Field.VALID_UNTIL, paper.valid_until, dossier.ships_on)


def paper_not_begun(dossier: Dossier) -> Iterator[Contradiction]:
    """A registration or certificate holds already on the day of shipment. Source: the rule that asks for it."""
    if dossier.ships_on is None:
        return
    for paper in dossier.papers:
        if paper.valid_from and paper.valid_from > dossier.ships_on and not _is_followed(paper, dossier):
            yield _out_of_time(dossier, "paper_not_begun", paper, Field.VALID_FROM, paper.valid_from, dossier.ships_on)


def _is_followed(paper: Paper, dossier: Dossier) -> bool:
    """Whether another paper for the same thing holds on the day of shipment."""
    day = dossier.ships_on
    return day is not None and any(
        other is not paper
        and other.code == paper.code
        and (other.valid_from is None or other.valid_from <= day)
        and (other.valid_until is None or other.valid_until >= day)
        for other in dossier.papers
    )


def _out_of_time(dossier: Dossier, rule: str, paper: Paper, field: Field, ends: date, ships_on: date) -> Contradiction:
    place = Place.QUOTE if dossier.offer else Place.PRODUCT
    return Contradiction(
        rule,
        Severity.STOPS if paper.code in _ENTRY else Severity.CHECK,
        "plants" if paper.code in FOOD else "papers",
        Statement(paper.place, field, ends, paper.code),
        Statement(Place.DEAL if dossier.is_shipped else place, Field.SHIPS_ON, ships_on),
    )


def paper_number(dossier: Dossier) -> Iterator[Contradiction]:
    """One document has one number: that of the certificate is that of the readiness list. Source: Customs Law, 24."""
    for one in dossier.on(Place.CERTIFICATE):
        for other in dossier.on(Place.STEP):
            same = one.code == other.code and one.number and other.number and one.code not in FOOD
            if same and plain(one.number) != plain(other.number):
                yield Contradiction(
                    "paper_number",
                    Severity.CORRECT,
                    "truthful",
                    Statement(one.place, Field.NUMBER, Code(one.number), one.code),
                    Statement(other.place, Field.NUMBER, Code(other.number), other.code),
                )


def paper_goods(dossier: Dossier) -> Iterator[Contradiction]:
    """A document is of goods of its own kind: a plant-health certificate of plants, a food plant's number of food.

    Source: the scope of each document; chapters of the HS.
    """
    chapter = dossier.goods.hs_code[:2]
    if not chapter:
        return
    for paper in dossier.papers:
        wrong_food = paper.code in FOOD and paper.own and chapter not in _FOOD_CHAPTERS and int(chapter) > 24
        if (paper.code == "PHYTO" and chapter in _NO_PLANTS) or wrong_food:
            yield Contradiction(
                "paper_goods",
                Severity.CHECK,
                "papers",
                Statement(Place.PRODUCT, Field.HS_CODE, Code(dossier.goods.hs_code)),
                Statement(paper.place, Field.NUMBER, Code(paper.number or paper.code), paper.code),
            )
