"""What changes soon: rules that begin, told to the suppliers whose goods they hit, and the tariff of the next year."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import partial
from itertools import batched, chain, groupby

from django.utils import timezone

from matchmaker.catalogue.models import Product
from matchmaker.companies.models import Company
from matchmaker.market_access import rules
from matchmaker.market_access.models import EntryRule, TariffRate
from matchmaker.market_access.readiness import Status, checklist
from matchmaker.market_access.sentences import in_language
from matchmaker.market_access.services.answers import readiness_facts, rulebook
from matchmaker.notifications.services import Letter, notify_many

# Labels are printed and plants registered months ahead; the second notice is for those who have forgotten the first.
FIRST_TOLD = timedelta(days=180)
TOLD_AGAIN = timedelta(days=45)
BATCH = 500  # products
# China adopts the tariff of a year in December of the year before; drafts and notices are out in November.
TARIFF_MONTH = 11


@dataclass(frozen=True, slots=True)
class ComingRule:
    """A rule that will hold for published products of a company: the first of them, and how many.

    Where `is_sure` is False, it may hold for them: an answer of the supplier decides.
    """

    rule: rules.Rule
    begins: date
    company: Company
    product: Product
    products: int
    is_sure: bool

    def event_key(self, today: date) -> str:
        """One notice for each company, rule, day and step; a day that is moved is told anew."""
        step = "soon" if self.begins - today <= TOLD_AGAIN else "early"
        return f"rule_coming:{self.company.uid}:{self.rule.code}:{self.begins}:{step}"


def coming_rules(today: date | None = None) -> Iterator[ComingRule]:
    """The rules that begin within :data:`FIRST_TOLD` for goods that are published, by rule and company.

    A rule hits a product where it applies on its first day by code, origin and answers. Products for which an answer
    is missing are named only where the rule hits no other of the company.
    """
    today = today or timezone.localdate()
    book = rulebook()
    for rule in book.rules:
        if rule.valid_from and today < rule.valid_from <= today + FIRST_TOLD and _is_condition(rule):
            yield from _hit_by(rule, rule.valid_from, book)


def announce_coming_rules(*, today: date | None = None) -> int:
    """Tell the people of each company of the rules that begin for its goods, once a step; returns as `notify`."""
    today = today or timezone.localdate()
    return notify_many(
        Letter(
            kind="rule_coming",
            to=coming.company.members.all(),
            about=coming.company.uid,
            event_key=coming.event_key(today),
            context={
                "name": partial(in_language, coming.rule, "name"),
                "begins": coming.begins.isoformat(),
                "product": partial(getattr, coming.product, "name"),
                "others": coming.products - 1,
                "sure": coming.is_sure,
            },
            path=f"/supplier/products/{coming.product.uid}/china/?on={coming.begins}",
        )
        for coming in coming_rules(today)
    )


def tariff_wanted(today: date | None = None) -> int | None:
    """The year whose tariff has to be loaded by now: this year's, from November on the next; None where it is there."""
    today = today or timezone.localdate()
    year = today.year + (today.month >= TARIFF_MONTH)
    return None if TariffRate.objects.filter(regime="MFN", valid_from__gte=date(year, 1, 1)).exists() else year


def _is_condition(rule: rules.Rule) -> bool:
    return rule.stage in (EntryRule.Stage.BEFORE, EntryRule.Stage.SHIPMENT)


def _hit_by(rule: rules.Rule, begins: date, book: rules.Rulebook) -> Iterator[ComingRule]:
    """By company; products come ordered by it, so that those of one company are in memory at a time."""
    listed = Product.objects.published().select_related("category", "company")
    listed = listed.prefetch_related("certificates", "texts").order_by("company_id", "pk").iterator(chunk_size=BATCH)
    hit = chain.from_iterable(_hit(chunk, rule, begins, book) for chunk in batched(listed, BATCH))
    for _company, rows in groupby(hit, key=lambda row: row[0].company_id):
        found = list(rows)
        sure = [product for product, is_sure in found if is_sure]
        products = sure or [product for product, _is_sure in found]
        yield ComingRule(rule, begins, products[0].company, products[0], len(products), bool(sure))


def _hit(
    products: Sequence[Product], rule: rules.Rule, begins: date, book: rules.Rulebook
) -> Iterator[tuple[Product, bool]]:
    """Those that the rule applies to on its first day, and whether that is sure or waits for an answer."""
    possible = [one for one in products if rule.scope(one.hs_code, _group(one)) is rules.Scope.IN]
    known = readiness_facts(possible, book) if possible else {}
    for product in possible:
        facts, answers = known[product.pk]
        item = next((one for one in checklist(facts, begins, answers, book) if one.rule.code == rule.code), None)
        if item is None or item.status is Status.NOT_APPLICABLE:
            continue
        if item.status is not Status.UNKNOWN or item.reason.code == "question_open":
            yield product, item.status is not Status.UNKNOWN


def _group(product: Product) -> str:
    return product.category.group if product.category else ""
