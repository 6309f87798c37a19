"""What a product does not say or does not have that open demands for its kind of goods ask for."""

from collections import Counter
from dataclasses import dataclass

from django.db.models import Q

from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.core.clocks import today_in_china
from matchmaker.engines.matching import judge
from matchmaker.matching.services.conditions import exchange_rates
from matchmaker.matching.sides import offers, wants

LOOKED_AT = 500  # the newest lines


@dataclass(frozen=True, slots=True)
class Gap:
    """`lines` of the `of` open lines ask for something; `detail` is a certificate or a level."""

    code: str
    lines: int
    of: int
    detail: str = ""


def gaps(product: Product) -> list[Gap]:
    """What would bring more matches, most asked for first. Reads public demands only: a private one stays private."""
    near = Q(category=product.category_id) if product.category_id else Q(pk__in=())
    if product.hs_code:
        near |= Q(hs_code__startswith=product.hs_code[:4])
    public = Demand.objects.public().exclude(company=product.company_id)
    lines = DemandLine.objects.filter(near, demand__in=public).select_related("demand").order_by("-pk")[:LOOKED_AT]
    wanted = wants(lines)
    if not wanted:
        return []
    (offer,) = offers([product])
    rates = exchange_rates()
    today, counted = today_in_china(), Counter[tuple[str, str]]()
    for want in wanted:
        for condition in judge(offer, want, rates=rates, today=today):
            if condition.code == "certificates":
                missing = condition.facts["missing"]
                counted.update(("certificates", str(code)) for code in missing)  # type: ignore[attr-defined]
            elif condition.code == "verification" and condition.outcome == "fails":
                counted["verification", str(condition.facts["wanted"])] += 1
            elif condition.outcome == "unknown" and _is_missing(condition.code, offer):
                counted[condition.code, ""] += 1
    return [Gap(code, n, len(wanted), detail) for (code, detail), n in counted.most_common()]


def _is_missing(code: str, offer) -> bool:
    """Whether the supplier could answer it: a price in a unit that cannot be compared is an answer already."""
    return {
        "origin": not offer.origin,
        "price": offer.price_low is None and offer.price_high is None,
        "minimum_order": offer.min_order is None,
        "delivery": offer.lead_time_days is None,
        "capacity": offer.capacity is None,
        "size": not offer.size,
        "language": not offer.languages,
        "years": offer.founded is None,
        "registration": False,
    }.get(code, False)
