"""All checks. One rule is one function: a dossier in, contradictions out; nothing where a place says nothing.

What is missing, and what can be read in two ways, is no contradiction.
"""

from collections.abc import Callable, Iterator

from matchmaker.market_access.precheck.model import Contradiction, Dossier, Severity
from matchmaker.market_access.precheck.rules import codes, labels, origins, packing, papers, terms, values

Rule = Callable[[Dossier], Iterator[Contradiction]]

RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        papers.plant_number,
        papers.plant_country,
        papers.plant_category,
        papers.paper_ended,
        papers.paper_not_begun,
        papers.paper_number,
        papers.paper_goods,
        codes.code_differs,
        codes.code_state,
        origins.origin_differs,
        packing.net_over_gross,
        packing.packs_total,
        packing.content_differs,
        packing.label_content,
        packing.container_overfull,
        values.unit_scale,
        values.below_minimum,
        values.total_value,
        values.total_currency,
        values.price_differs,
        terms.seller_place,
        terms.buyer_place,
        terms.sea_inland,
        terms.validity_differs,
        labels.shelf_life_differs,
        labels.storage_differs,
        labels.transit_over_life,
        labels.made_after_shipping,
    )
}
_ORDER = list(Severity)


def contradictions(dossier: Dossier) -> list[Contradiction]:
    """All of a dossier, the gravest first; each pair of places once."""
    found = dict.fromkeys(one for rule in RULES.values() for one in rule(dossier))
    return sorted(found, key=lambda one: _ORDER.index(one.severity))
