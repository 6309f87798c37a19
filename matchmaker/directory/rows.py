"""The three directories as the database has them: which rows are in, what is read of each, and what changed.

Only public rows go in: a private demand or a product that is not published is never found, counted or suggested.
"""

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db.models import Aggregate, Count, Max, Min, Prefetch, QuerySet, Sum
from django.utils import timezone

from matchmaker.campaigns.models import Participation
from matchmaker.catalogue.models import Category, Demand, DemandLine, HSCode, Product, ProductCertificate
from matchmaker.catalogue.services.translations import names_in_other_languages, names_read_ahead
from matchmaker.companies.models import Company, Membership
from matchmaker.core import languages
from matchmaker.core.ttl_cache import cached_for
from matchmaker.directory import cards
from matchmaker.directory.facts import DUTY_BANDS, ORDER_BANDS, PRICE_BANDS, Facts, order_band, price_band, stamp
from matchmaker.engines.search import Entry, fold_text, tariff_words
from matchmaker.market_access.models import ReadinessAnswer, Registration

# Of what `entries` read. Raise it whenever an entry gets another word, text or facet: large indexes are only patched
# and would go on with what they read before.
VERSION = 3
Side = Participation.Side
SECONDS = 10  # for which what bands rest on is taken as it was
BATCH = 1_000  # rows that are read from the database at a time


Changes = set[tuple[int, str]]  # (key of an entry, words that tell one change of it from all others)


@dataclass(frozen=True)
class DirectoryDefinition:
    """How one directory is read. `stamp` changes with any of its rows; `facets` are what its entries are filtered by
    and ordered by, beside the months of `facts.months`."""

    name: str
    facets: tuple[str, ...]
    rows: Callable[[], QuerySet]
    entries: Callable[[QuerySet], Iterator[Entry]]
    stamp: Callable[[], tuple]
    changed: Callable[[dt.datetime], Changes]  # of rows that may have changed since, and some others
    names: str  # lookup of the names
    lookups: Mapping[str, str]  # facet → lookup of its values
    owner: str = "company"  # lookup of the company an entry is of
    name_weight: float = 0.3
    rests_on: str = ""  # a directory that is read too for the entries of this one

    @property
    def fingerprint(self) -> str:
        """Changes with the definition of facets and lookups: an index with another one is built anew."""
        defined = [VERSION, self.facets, sorted(self.lookups.items()), PRICE_BANDS, ORDER_BANDS, DUTY_BANDS]
        return hashlib.blake2b(repr(defined).encode(), digest_size=8).hexdigest()


def _batches(rows: QuerySet) -> Iterator[list]:
    """Rows by primary key, `BATCH` at a time with their prefetches; safe on rows that come and go meanwhile."""
    last = 0
    while batch := list(rows.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield batch
        last = batch[-1].pk


@cache
def _tariff() -> dict[str, str]:
    """HS heading or subheading → its English text as far as it says what it is, not what it leaves out."""
    rows = HSCode.objects.filter(level__gte=4).values_list("code", "text")
    return {code: tariff_words(texts.text(languages.ENGLISH)) for code, texts in rows}


def _trade_words(codes: Iterable[str], categories: Iterable[Category | None]) -> tuple[tuple[str, str], ...]:
    """What the tariff and our categories call a thing, in the organiser's languages, whatever its names are in."""
    listed = dict.fromkeys(part for code in codes for part in (code[:4], code))
    trade_words = [("en", text) for code in listed if (text := _tariff().get(code))]
    for category in {category.pk: category for category in categories if category}.values():
        trade_words += [(languages.base_of(code), category.name.get(code, "")) for code in settings.STAFF_LANGUAGES]
    return tuple(trade_words)


def _listed(name: str) -> Prefetch:
    """As the list `listed_…` of each row: made for every row of a batch, querysets take three times as long."""
    return Prefetch(name, to_attr=f"listed_{name}")


class Campaigns:
    """In which campaigns companies take part on one side, read for a batch at once."""

    def __init__(self, companies: Iterable[int], side: str) -> None:
        self._of: dict[int, list[str]] = defaultdict(list)
        rows = Participation.objects.filter(company__in=set(companies), side=side).order_by("campaign")
        for company, campaign in rows.values_list("company", "campaign"):
            self._of[company].append(str(campaign))

    def of(self, company: int) -> tuple[str, ...]:
        return tuple(self._of.get(company, ()))


def _participations_stamp() -> tuple:
    return _totals(Participation.objects.all(), Count("pk"), Sum("pk"))


def _joined(since: dt.datetime, side: str) -> Changes:
    rows = Participation.objects.filter(joined_at__gte=since, side=side)
    return _changes_of("joined", rows, "company", "joined_at")


# -- products ---------------------------------------------------------------------------------------------------------
def product_entries(rows: QuerySet) -> Iterator[Entry]:
    facts = Facts()
    full = rows.prefetch_related("company", "category", *map(_listed, ("texts", "certificates", "images")))
    for batch in _batches(full):
        ready = facts.readiness(batch, {product.pk: product.listed_certificates for product in batch})
        campaigns = Campaigns((product.company_id for product in batch), Side.SUPPLIER)
        with names_read_ahead(text for product in batch for text in product.listed_texts):
            entries = [
                _product_entry(product, facts, ready[product.pk], campaigns.of(product.company_id)) for product in batch
            ]
        yield from entries


def _product_facets(product: Product) -> dict[str, tuple[str, ...]]:
    """By what a product's own row and those of its company and category say."""
    company, category = product.company, product.category
    return {
        "group": (category.group,) if category else (),
        "category": (category.pk,) if category else (),
        "origin": (product.origin,) if product.origin else (),
        "verification": (str(company.verification),),
        "language": tuple(company.languages),
        "currency": (product.currency,) if product.currency and product.price_low is not None else (),
    }


def _product_entry(
    product: Product, facts: Facts, ready: Sequence[tuple[str, int]], campaigns: tuple[str, ...]
) -> Entry:
    company, category = product.company, product.category
    texts, certificates = product.listed_texts, product.listed_certificates
    months = list(zip(facts.month_names, ready, strict=True))
    bands = {
        "duty": facts.duty_band(product),
        "price": price_band(product, facts.rates),
        "order": order_band(product),
    }
    return Entry(
        key=product.pk,
        names=tuple((text.language, text.name) for text in texts),
        texts=(
            *((text.language, text.description) for text in texts if text.description),
            *names_in_other_languages(product, texts),
            *_trade_words([product.hs_code], [category]),
        ),
        hs_codes=(product.hs_code,) if product.hs_code else (),
        exact=frozenset(
            fold_text(code) for code in (company.identifier, *(c.number for c in certificates)) if len(code) > 3
        ),
        name_key=company.name_key,
        facets={
            **_product_facets(product),
            "campaign": campaigns,
            "certificate": tuple(c.code for c in certificates if c.is_valid),
            **{name: (value,) for name, value in bands.items() if value},
            **{name: (state,) for name, (state, _open) in months},
        },
        orders={name: still_open for name, (_state, still_open) in months},
        newest=product.published_at.timestamp() if product.published_at else 0.0,
        title=cards.title_of(texts),
        owner=product.company_id,
        card=cards.serialize_card(product, texts, [] if product.pictures_reserved else product.listed_images),
    )


def _totals(rows: QuerySet, *totals: Aggregate) -> tuple:
    return tuple(rows.order_by().aggregate(**{str(at): one for at, one in enumerate(totals)}).values())


def _products_stamp() -> tuple:
    verified = (Sum("company__verification"), Max("company__updated_at"))
    return (
        *_totals(Product.objects.published(), Count("pk"), Sum("pk"), Max("updated_at"), *verified),
        *_totals(ReadinessAnswer.objects.all(), Count("pk"), Max("answered_at")),
        *_totals(Registration.objects.all(), Count("pk"), Max("pk"), Min("valid_until")),
        *_participations_stamp(),
        timezone.localdate(),
        facts_stamp(),
    )


@cached_for(SECONDS)
def facts_stamp() -> str:
    """`facts.stamp`: rules and rates change rarely, and five queries are many for a page."""
    return stamp()


def _changes_of(what: str, rows: QuerySet, key: str, when: str) -> Changes:
    return {(of, f"{what} {pk} {time}") for of, pk, time in rows.values_list(key, "pk", when)}


def changed_products(since: dt.datetime) -> Changes:
    """By any change: of the row, its company, what the company holds or answered, and papers that ran out."""
    today = timezone.localdate()
    ran_out = {"valid_until__gte": since.date() - dt.timedelta(days=1), "valid_until__lt": today}
    recorded = ("registered", Registration.objects.filter(recorded_at__gte=since), "recorded_at")
    no_longer = ("registered until", Registration.objects.filter(**ran_out), "valid_until")
    companies = _changes_of("company", Company.objects.filter(updated_at__gte=since), "pk", "updated_at")
    companies |= _joined(since, Side.SUPPLIER)
    changes = _changes_of("product", Product.objects.filter(updated_at__gte=since), "pk", "updated_at")
    for what, rows, when in (recorded, no_longer):
        companies |= _changes_of(what, rows.filter(product=None), "company", when)
        changes |= _changes_of(what, rows.exclude(product=None), "product", when)
    if companies:
        of = defaultdict(list)
        for company, what in companies:
            of[company].append(what)
        listed = Product.objects.filter(company__in=of).values_list("pk", "company")
        changes |= {(key, what) for key, company in listed for what in of[company]}
    changes |= _changes_of("answer", ReadinessAnswer.objects.filter(answered_at__gte=since), "product", "answered_at")
    if since.date() < today:
        papers = ProductCertificate.objects.filter(**ran_out)
        changes |= _changes_of("certificate until", papers, "product", "valid_until")
    return changes


# -- suppliers --------------------------------------------------------------------------------------------------------
def supplier_entries(rows: QuerySet) -> Iterator[Entry]:
    products = Product.objects.published().prefetch_related("category", _listed("texts"), _listed("certificates"))
    for batch in _batches(rows.prefetch_related(Prefetch("products", products, to_attr="shown"))):
        campaigns = Campaigns((company.pk for company in batch), Side.SUPPLIER)
        for company in batch:
            yield _supplier_entry(company, campaigns.of(company.pk))


def _supplier_entry(company: Company, campaigns: tuple[str, ...]) -> Entry:
    products: list[Product] = company.shown
    return Entry(
        key=company.pk,
        names=tuple((text.language, text.name) for product in products for text in product.listed_texts),
        texts=(
            *((languages.base_of(code), text) for code, text in company.about.items()),
            *_trade_words([p.hs_code for p in products], [p.category for p in products]),
        ),
        hs_codes=tuple(sorted({product.hs_code for product in products if product.hs_code})),
        exact=frozenset({fold_text(company.identifier)} if len(company.identifier) > 3 else ()),
        name_key=company.name_key,
        facets={
            "group": tuple(sorted({product.category.group for product in products if product.category})),
            "category": tuple(sorted({product.category_id for product in products if product.category_id})),
            "campaign": campaigns,
            "country": (company.country,),
            "certificate": tuple(sorted({c.code for p in products for c in p.listed_certificates if c.is_valid})),
            "verification": (str(company.verification),),
            "language": tuple(company.languages),
        },
        newest=company.created_at.timestamp(),
        title=company.display_name,
        owner=company.pk,
    )


def _suppliers_stamp() -> tuple:
    totals = (Count("pk"), Sum("pk"), Max("updated_at"), Sum("verification"))
    return (*_totals(Company.objects.public(), *totals), *_products_stamp())


def changed_suppliers(since: dt.datetime) -> Changes:
    changes = _changes_of("company", Company.objects.suppliers().filter(updated_at__gte=since), "pk", "updated_at")
    changes |= _joined(since, Side.SUPPLIER)
    changes |= _changes_of("person", Membership.objects.filter(joined_at__gte=since), "company", "joined_at")
    return changes | _changes_of("product", Product.objects.filter(updated_at__gte=since), "company", "updated_at")


# -- demands ----------------------------------------------------------------------------------------------------------
def demand_entries(rows: QuerySet) -> Iterator[Entry]:
    lines = DemandLine.objects.select_related("category").order_by("number")
    for batch in _batches(rows.prefetch_related(Prefetch("lines", lines))):
        campaigns = Campaigns((demand.company_id for demand in batch), Side.BUYER)
        for demand in batch:
            yield _demand_entry(demand, campaigns.of(demand.company_id))


def _demand_entry(demand: Demand, campaigns: tuple[str, ...]) -> Entry:
    lines = list(demand.lines.all())
    return Entry(
        key=demand.pk,
        names=((demand.language, demand.title), *((line.language, line.text) for line in lines)),
        texts=(
            *(((demand.language, demand.description),) if demand.description else ()),
            *_trade_words([line.hs_code for line in lines], [line.category for line in lines]),
        ),
        hs_codes=tuple(sorted({line.hs_code for line in lines if line.hs_code})),
        facets={
            "group": tuple(sorted({line.category.group for line in lines if line.category})),
            "category": tuple(sorted({line.category_id for line in lines if line.category_id})),
            "campaign": campaigns,
            "certificate": tuple(sorted({code for line in lines for code in line.certificates_required})),
            "origin": tuple(sorted({code for line in lines for code in line.origins_wanted})),
        },
        newest=demand.published_at.timestamp() if demand.published_at else 0.0,
        title=demand.title,
        owner=demand.company_id,
    )


def _demands_stamp() -> tuple:
    lines = (Count("lines"), Sum("lines__revision"))
    totals = _totals(Demand.objects.public(), Count("pk", distinct=True), Sum("pk"), Max("updated_at"), *lines)
    return (*totals, *_participations_stamp())


def changed_demands(since: dt.datetime) -> Changes:
    """By its row, or by its company, whose status shows or hides it."""
    of_companies = Demand.objects.filter(company__updated_at__gte=since)
    changes = _changes_of("demand", Demand.objects.filter(updated_at__gte=since), "pk", "updated_at")
    joined = dict(_joined(since, Side.BUYER))
    listed = Demand.objects.filter(company__in=joined).values_list("pk", "company")
    changes |= {(key, joined[company]) for key, company in listed}
    return changes | _changes_of("company", of_companies, "pk", "company__updated_at")


DIRECTORIES = {
    directory.name: directory
    for directory in (
        DirectoryDefinition(
            name="products",
            facets=(
                "campaign",
                "group",
                "category",
                "origin",
                "ready",
                "certificate",
                "duty",
                "price",
                "currency",
                "order",
                "verification",
                "language",
            ),
            rows=Product.objects.published,
            entries=product_entries,
            stamp=_products_stamp,
            changed=changed_products,
            names="texts__name",
            lookups={
                "campaign": "company__participations__campaign",
                "group": "category__group",
                "category": "category",
                "origin": "origin",
                "certificate": "certificates__code",
                "verification": "company__verification",
            },
        ),
        DirectoryDefinition(
            name="suppliers",
            facets=("campaign", "group", "category", "country", "verification", "certificate", "language"),
            rows=Company.objects.public,
            entries=supplier_entries,
            stamp=_suppliers_stamp,
            changed=changed_suppliers,
            names="name_key",
            lookups={
                "campaign": "participations__campaign",
                "group": "products__category__group",
                "country": "country",
                "verification": "verification",
            },
            owner="pk",
            name_weight=1.0,
            rests_on="products",
        ),
        DirectoryDefinition(
            name="demands",
            facets=("campaign", "group", "category", "certificate", "origin"),
            rows=Demand.objects.public,
            entries=demand_entries,
            stamp=_demands_stamp,
            changed=changed_demands,
            names="lines__text",
            lookups={
                "campaign": "company__participations__campaign",
                "group": "lines__category__group",
                "category": "lines__category",
            },
        ),
    )
}
