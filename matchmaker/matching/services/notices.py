"""Who is told of new matches: one notice for a product or a demand line, not one for each match."""

from typing import Any

from django.db.models import Max

from matchmaker.catalogue.models import Demand, DemandLine, Product
from matchmaker.companies.notices import notify_company
from matchmaker.matching import reasons
from matchmaker.matching.models import Match
from matchmaker.matching.services import letter_facts
from matchmaker.matching.services.storing import TOP_PER_LINE, TOP_PER_PRODUCT
from matchmaker.notifications.by_language import in_languages, languages_of
from matchmaker.notifications.models import Notice


def tell(*, products, lines) -> int:
    """Write a notice for each product and line that has matches its people were not told of; returns how many."""
    count = 0
    for product in Product.objects.published().filter(pk__in=products).select_related("company"):
        matches = Match.objects.for_supplier(product.company).filter(product=product, supplier_answer="").distinct()
        count += _tell(product.company, "supplier", product.uid, matches, f"/supplier/matches/?product={product.uid}")
    open_lines = DemandLine.objects.filter(pk__in=lines, demand__in=Demand.objects.open())
    for line in open_lines.select_related("demand__company"):
        matches = Match.objects.for_buyer(line.demand.company).filter(line=line, buyer_answer="")
        count += _tell(line.demand.company, "buyer", line.uid, matches, f"/buyer/matches/?line={line.uid}")
    return count


def _tell(company, side: str, uid, matches, path: str) -> int:
    """Tell of what came since the last notice about this row: the best of it, and how many."""
    prefix = f"match_found:{side}:{uid}:"
    earlier = Notice.objects.filter(event_key__gte=prefix, event_key__lt=prefix + "~")
    since = earlier.aggregate(at=Max("created_at"))["at"]
    news = matches.filter(created_at__gt=since) if since else matches
    best = news.for_cards().order_by("-score", "pk").first()
    if best is None:
        return 0
    languages = languages_of(company.members)
    return notify_company(
        company,
        kind="match_found",
        event_key=f"{prefix}{best.uid}",
        context={
            "side": side,
            **_names(best, side, languages),
            "percent": round(best.score * 100),
            "count": min(news.count(), TOP_PER_PRODUCT if side == "supplier" else TOP_PER_LINE),
            "reasons": in_languages(lambda: reasons.sentences(best)[:3], languages),
        },
        path=path,
        ids={"match": best.uid, "product" if side == "supplier" else "line": uid},
    )


def _names(match: Match, side: str, languages: list[str]) -> dict[str, Any]:
    """Facts about the other side's goods, its own words (`theirs`), and the name of the reader's goods (`mine`)."""
    if side == "supplier":
        return letter_facts.of_line(match.line, languages) | {
            "mine": letter_facts.names(match, languages)["product"],
            "theirs": letter_facts.words_of_line(match.line),
        }
    return letter_facts.of_product(match.product, languages) | {
        "mine": letter_facts.names(match, languages)["line"],
        "theirs": letter_facts.words_of_product(match.product, languages),
    }
