"""Who is told of new matches: one notice for a product or a demand line, not one for each match."""

from django.utils import translation

from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.matching import reasons
from matchmaker.matching.models import Match
from matchmaker.notifications.services import notify

LANGUAGES = ("en", "zh-hans")


def tell(*, products, lines) -> int:
    """Write a notice for each product and line that has an unanswered match its people were not told of.

    The key holds the best match, so the same news is never told twice, whichever run finds it.
    """
    told = 0
    for product in Product.objects.published().filter(pk__in=products).select_related("company"):
        found = Match.objects.for_supplier(product.company).filter(product=product, supplier_answer="").distinct()
        told += _tell(product.company, "supplier", product.uid, found, f"/supplier/matches/?product={product.uid}")
    open_lines = DemandLine.objects.filter(pk__in=lines, demand__in=Demand.objects.open())
    for line in open_lines.select_related("demand__company"):
        found = Match.objects.for_buyer(line.demand.company).filter(line=line, buyer_answer="")
        told += _tell(line.demand.company, "buyer", line.uid, found, f"/buyer/matches/?line={line.uid}")
    return told


def _tell(company, side: str, uid, found, path: str) -> int:
    best = found.for_cards().order_by("-score", "pk").first()
    if best is None:
        return 0
    return notify(
        kind="match_found",
        to=company.members.all(),
        event_key=f"match_found:{side}:{uid}:{best.uid}",
        context={
            "side": side,
            "mine": best.product.name if side == "supplier" else best.line.text,
            "theirs": best.line.text if side == "supplier" else best.product.name,
            "percent": round(best.score * 100),
            "count": found.count(),
            "reasons": {language: _reasons(best, language) for language in LANGUAGES},
        },
        path=path,
    )


def _reasons(match: Match, language: str) -> list[str]:
    with translation.override(language):
        return [str(sentence) for sentence in reasons.sentences(match)[:3]]
