"""What a dossier does not state yet, of what the checks compare. It is no contradiction and counts as nothing."""

from matchmaker.market_access.plant_categories import FOOD
from matchmaker.market_access.precheck.model import Dossier, Field, Place
from matchmaker.market_access.precheck.reading import figures
from matchmaker.market_access.precheck.rules.papers import is_food

MOST = 5


def not_stated(dossier: Dossier) -> list[Field]:
    """At most five fields, in the order in which a declaration needs them."""
    goods, offer = dossier.goods, dossier.offer
    food = is_food(goods.hs_code)
    kinds = {kind for text in dossier.texts for one in figures(text) for kind in one.kinds}
    open_fields = {
        Field.HS_CODE: not goods.hs_code,
        Field.ORIGIN: not goods.origin,
        Field.PLANT_NUMBER: food and not any(paper.code in FOOD and paper.number for paper in dossier.papers),
        Field.QUANTITY: offer is not None and offer.quantity is None,
        Field.NET_WEIGHT: "net" not in kinds,
        Field.GROSS_WEIGHT: "gross" not in kinds and offer is not None,
        Field.SHELF_LIFE: food and goods.shelf_life_days is None,
        Field.STORAGE: food and not goods.storage,
    }
    return [field for field, is_open in open_fields.items() if is_open][:MOST]


def compared(dossier: Dossier) -> list[Place]:
    """The places that say anything, in the order in which a page names them."""
    places = {paper.place for paper in dossier.papers} | {text.place for text in dossier.texts}
    places |= {Place.LABEL} if dict(dossier.label) else set()
    places |= {Place.QUOTE} if dossier.offer else set()
    places |= {Place.DEAL} if dossier.ordered or dossier.is_shipped else set()
    return [place for place in Place if place in places | {Place.PRODUCT}]
