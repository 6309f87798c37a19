"""Who is notified of new matches: one notice for a product or a demand line, not one for each match.

Rows are dealt with by the hundred: a run tells of every product of a campaign.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import batched
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Max, Q, QuerySet

from matchmaker.catalogue.models import Demand, DemandLine, HSCode, Product
from matchmaker.companies.models import Membership
from matchmaker.companies.notices import CompanyLetter, notify_companies
from matchmaker.matching import reasons
from matchmaker.matching.models import Match
from matchmaker.matching.services import letter_facts
from matchmaker.matching.services.storing import TOP_PER_LINE, TOP_PER_PRODUCT
from matchmaker.notifications.by_language import in_languages, languages_among
from matchmaker.notifications.models import Notice

AT_ONCE = 500
RANGES = 100  # of keys in one query


@dataclass(frozen=True)
class _Side:
    """`row` is the field of a match that the notices of this side are about."""

    name: str
    row: str
    most: int
    path: str


_SUPPLIER = _Side("supplier", "product", TOP_PER_PRODUCT, "/supplier/matches/?product=")
_BUYER = _Side("buyer", "line", TOP_PER_LINE, "/buyer/matches/?line=")


def tell(*, products: Iterable[int], lines: Iterable[int]) -> int:
    """Write a notice for each product and line that has matches without a notice; returns how many."""
    count = 0
    for keys in batched(products, AT_ONCE):
        published = Product.objects.published().filter(pk__in=keys)
        matches = Match.objects.known_to_supplier().filter(supplier_answer="")
        count += _tell(_SUPPLIER, dict(published.values_list("pk", "uid")), matches)
    for keys in batched(lines, AT_ONCE):
        wanted = DemandLine.objects.filter(pk__in=keys, demand__in=Demand.objects.open())
        matches = Match.objects.between_approved().filter(buyer_answer="")
        count += _tell(_BUYER, dict(wanted.values_list("pk", "uid")), matches)
    return count


def _tell(side: _Side, uids: Mapping[int, UUID], matches: QuerySet[Match]) -> int:
    news = _news(side, uids, matches.filter(**{f"{side.row}__in": list(uids)}))
    by_key = Match.objects.for_cards().in_bulk([pk for pk, _count in news.values()])
    best = [by_key[news[row][0]] for row in uids if row in news and news[row][0] in by_key]
    languages = _languages(_company(match, side).pk for match in best)
    codes = letter_facts.codes_of(match.line.hs_code if side is _SUPPLIER else match.product.hs_code for match in best)
    return notify_companies([_letter(match, side, uids, news, languages, codes) for match in best])


def _news(side: _Side, uids: Mapping[int, UUID], matches: QuerySet[Match]) -> dict[int, tuple[int, int]]:
    """Row → the best match that came since the last notice about it, and how many came."""
    latest = _last_notices([_prefix(side, uid) for uid in uids.values()])
    best: dict[int, tuple[float, int]] = {}
    counts: dict[int, int] = defaultdict(int)
    listed = matches.order_by().values_list("pk", side.row, "score", "created_at")
    for pk, row, score, created_at in listed.iterator():
        since = latest.get(_prefix(side, uids[row]))
        if since is None or created_at > since:
            best[row] = min(best.get(row, (-score, pk)), (-score, pk))
            counts[row] += 1
    return {row: (pk, counts[row]) for row, (_score, pk) in best.items()}


def _prefix(side: _Side, uid: UUID) -> str:
    """What the keys of all notices about a row begin with; the uid of the best match follows."""
    return f"match_found:{side.name}:{uid}:"


def _last_notices(prefixes: Collection[str]) -> dict[str, dt.datetime]:
    """When the last notice was written whose key begins so."""
    latest: dict[str, dt.datetime] = {}
    for some in batched(prefixes, RANGES):
        ranges = reduce(or_, (Q(event_key__gte=prefix, event_key__lt=prefix + "~") for prefix in some))
        earlier = Notice.objects.filter(ranges).order_by().values_list("event_key").annotate(at=Max("created_at"))
        for key, at in earlier:
            prefix = key.rpartition(":")[0] + ":"
            latest[prefix] = max(latest.get(prefix, at), at)
    return latest


def _languages(companies: Iterable[int]) -> Mapping[int, list[str]]:
    """Company → the languages in which its people read their notices."""
    read: dict[int, list[str]] = defaultdict(list)
    members = Membership.objects.filter(company__in=set(companies))
    for company, language in members.values_list("company", "user__language"):
        read[company].append(language)
    return defaultdict(lambda: languages_among(()), {pk: languages_among(codes) for pk, codes in read.items()})


def _company(match: Match, side: _Side) -> Any:
    return match.product.company if side is _SUPPLIER else match.line.demand.company


def _letter(
    best: Match,
    side: _Side,
    uids: Mapping[int, UUID],
    news: Mapping[int, tuple[int, int]],
    by_company: Mapping[int, list[str]],
    codes: Mapping[str, HSCode],
) -> CompanyLetter:
    """Tell of what came since the last notice about this row: the best of it, and how many."""
    row = best.product_id if side is _SUPPLIER else best.line_id
    company, uid = _company(best, side), uids[row]
    languages = by_company[company.pk]
    return CompanyLetter(
        company=company,
        kind="match_found",
        event_key=f"{_prefix(side, uid)}{best.uid}",
        context={
            "side": side.name,
            **_names(best, side, languages, codes),
            "percent": round(best.score * 100),
            "count": min(news[row][1], side.most),
            "reasons": in_languages(lambda: reasons.sentences(best)[:3], languages),
        },
        path=f"{side.path}{uid}",
        ids={"match": best.uid, side.row: uid},
    )


def _names(match: Match, side: _Side, languages: list[str], codes: Mapping[str, HSCode]) -> dict[str, Any]:
    """Facts about the other side's goods, its own words (`theirs`), and the name of the reader's goods (`mine`)."""
    if side is _SUPPLIER:
        return letter_facts.of_line(match.line, languages, codes) | {
            "mine": letter_facts.names(match, languages)["product"],
            "theirs": letter_facts.words_of_line(match.line),
        }
    return letter_facts.of_product(match.product, languages, codes) | {
        "mine": letter_facts.names(match, languages)["line"],
        "theirs": letter_facts.words_of_product(match.product, languages),
    }
