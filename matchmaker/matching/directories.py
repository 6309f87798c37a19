"""The three directories of the public side, held ready in each process and rebuilt when their rows changed.

Only what anybody may see goes in: a private demand or a product that is not published is found, counted and suggested
by nobody, whoever asks. The rows are the truth: what a page shows is read from the database again, so that a directory
a few seconds old can miss something, but never shows what was taken away.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Prefetch, QuerySet, Sum

from matchmaker.catalogue.models import Category, Demand, DemandLine, HSCode, Product
from matchmaker.companies.models import Company
from matchmaker.language.encoder import get_encoder
from matchmaker.language.text import clean
from matchmaker.matching.name_vectors import name_vectors
from matchmaker.matching.search import Directory, Entry, Found, fold

AT_ONCE = 1500  # rows up to which a directory is built while the reader waits, in a fraction of a second
BY_NAME = 1000  # rows that are listed while a large one is being built for the first time

_lock = threading.Lock()
_held: dict[str, tuple[tuple, Directory]] = {}  # kind → stamp of its rows, directory
_building: set[str] = set()


def search_products(query: str = "", chosen=None, *, sort: str = "fit") -> Found:
    """Published products: keys are primary keys, facets group, category, origin, certificate, verification."""
    return _search("products", query, chosen, sort)


def search_suppliers(query: str = "", chosen=None, *, sort: str = "fit") -> Found:
    """Approved suppliers by what they and their products say; facets group, country, verification, language."""
    return _search("suppliers", query, chosen, sort)


def search_demands(query: str = "", chosen=None, *, sort: str = "fit") -> Found:
    """Open public demands by what their lines say; facets group, category, certificate."""
    return _search("demands", query, chosen, sort)


def similar_products(product: Product, top: int = 4) -> list[int]:
    """Primary keys of other companies' products that are most like this one."""
    name = product.original.name if product.original else ""
    chosen = {"category": [product.category_id]} if product.category_id else None
    found = search_products(name, chosen)
    own = set(Product.objects.filter(company=product.company_id).values_list("pk", flat=True))
    return [key for key in found.keys if key not in own][:top]


def warm() -> None:
    """Get ready for the first search; called when a process starts, so that no reader waits for models to load."""
    for kind in _KINDS:
        _search(kind, "茉莉香米", None, "fit")


def _search(kind: str, query: str, chosen: Mapping[str, Sequence[str]] | None, sort: str) -> Found:
    directory = _directory(kind)
    if directory is None:
        return _by_name(kind, query, chosen or {})
    return directory.search(query, chosen, sort=sort)


def _directory(kind: str) -> Directory | None:
    """The directory as its rows are now; a large one as it was until the new one is ready, None before the first."""
    now = _KINDS[kind].stamp()
    held = _held.get(kind)
    if held and held[0] == now:
        return held[1]
    if now[0] <= AT_ONCE:
        return _build(kind, now)
    _build_aside(kind, now)
    return held[1] if held else None


def _build(kind: str, stamp: tuple) -> Directory:
    with _lock:
        held = _held.get(kind)
        if held and held[0] == stamp:
            return held[1]
        encoder = get_encoder(settings.ENCODER)
        weight = 1.0 if kind == "suppliers" else 0.3
        directory = Directory(_KINDS[kind].entries(), encoder, partial(name_vectors, encoder), weight)
        _held[kind] = (stamp, directory)
        return directory


def _build_aside(kind: str, stamp: tuple) -> None:
    def work() -> None:
        try:
            _build(kind, stamp)
        finally:
            _building.discard(kind)
            connection.close()  # each thread opens its own

    if kind not in _building:
        _building.add(kind)
        threading.Thread(target=work, name=f"directory-{kind}", daemon=True).start()


def _by_name(kind: str, query: str, chosen: Mapping[str, Sequence[str]]) -> Found:
    """The newest rows whose names hold the words: what can be answered without a directory."""
    plain = _KINDS[kind]
    rows = plain.rows()
    for name, lookup in plain.lookups.items():
        if values := [value for value in chosen.get(name, ()) if name != "verification" or value.isdigit()]:
            rows = rows.filter(**{f"{lookup}__in": values})
    for word in clean(query).split()[:5]:
        rows = rows.filter(**{f"{plain.name}__icontains": word})
    keys = list(rows.order_by("-pk").values_list("pk", flat=True).distinct()[:BY_NAME])
    return Found(keys, {}, is_by_name=True)


@cache
def _headings() -> dict[str, str]:
    """HS heading → its English text as far as it says what it is, not what it leaves out."""
    rows = HSCode.objects.filter(level=4).values_list("code", "text_en")
    return {code: re.split(r";|\b(?:whether|excluding|other than|not )", text, maxsplit=1)[0] for code, text in rows}


def _trade_words(codes: Iterable[str], categories: Iterable[Category | None]) -> tuple[tuple[str, str], ...]:
    """What the tariff and our categories call a thing, in English and Chinese, whatever language its names are in."""
    found = [
        ("en", text) for heading in dict.fromkeys(code[:4] for code in codes) if (text := _headings().get(heading))
    ]
    for category in {category.pk: category for category in categories if category}.values():
        found += [("en", category.name_en), ("zh", category.name_zh)]
    return tuple(found)


# -- products ---------------------------------------------------------------------------------------------------------
def _products_stamp() -> tuple:
    return tuple(
        Product.objects.published()
        .aggregate(Count("pk"), Sum("pk"), Max("updated_at"), Sum("company__verification"), Max("company__updated_at"))
        .values()
    )


def _product_entries() -> list[Entry]:
    rows = Product.objects.published().select_related("company", "category").prefetch_related("texts", "certificates")
    return [_product_entry(product) for product in rows.order_by("pk")]


def _product_entry(product: Product) -> Entry:
    company = product.company
    texts = list(product.texts.all())
    certificates = list(product.certificates.all())
    return Entry(
        key=product.pk,
        names=tuple((text.language, text.name) for text in texts),
        texts=(
            *((text.language, text.description) for text in texts if text.description),
            *_trade_words([product.hs_code], [product.category]),
        ),
        hs_codes=(product.hs_code,) if product.hs_code else (),
        exact=frozenset(
            fold(code) for code in (company.identifier, *(c.number for c in certificates)) if len(code) > 3
        ),
        name_key=company.name_key,
        facets={
            "group": (product.category.group,) if product.category else (),
            "category": (product.category_id,) if product.category_id else (),
            "origin": (product.origin,) if product.origin else (),
            "certificate": tuple(c.code for c in certificates if c.is_valid),
            "verification": (str(company.verification),),
        },
        newest=product.published_at.timestamp() if product.published_at else 0.0,
        title=product.name,
    )


# -- suppliers --------------------------------------------------------------------------------------------------------
def _suppliers_stamp() -> tuple:
    companies = Company.objects.public().aggregate(Count("pk"), Sum("pk"), Max("updated_at"), Sum("verification"))
    return (*companies.values(), *_products_stamp())


def _supplier_entries() -> list[Entry]:
    products = Product.objects.published().select_related("category").prefetch_related("texts")
    rows = Company.objects.public().prefetch_related(Prefetch("products", products, to_attr="shown"))
    return [_supplier_entry(company) for company in rows.order_by("pk")]


def _supplier_entry(company: Company) -> Entry:
    products = company.shown
    return Entry(
        key=company.pk,
        names=tuple((text.language, text.name) for product in products for text in product.texts.all()),
        texts=(
            *(pair for pair in ((company.language, company.about), ("en", company.about_en)) if pair[1]),
            *_trade_words([p.hs_code for p in products], [p.category for p in products]),
        ),
        hs_codes=tuple(sorted({product.hs_code for product in products if product.hs_code})),
        exact=frozenset({fold(company.identifier)} if len(company.identifier) > 3 else ()),
        name_key=company.name_key,
        facets={
            "group": tuple(sorted({product.category.group for product in products if product.category})),
            "country": (company.country,),
            "verification": (str(company.verification),),
            "language": tuple(company.languages),
        },
        newest=company.created_at.timestamp(),
        title=company.display_name,
    )


# -- demands ----------------------------------------------------------------------------------------------------------
def _demands_stamp() -> tuple:
    return tuple(
        Demand.objects.public()
        .aggregate(Count("pk", distinct=True), Sum("pk"), Max("updated_at"), Count("lines"), Sum("lines__revision"))
        .values()
    )


def _demand_entries() -> list[Entry]:
    lines = DemandLine.objects.select_related("category").order_by("number")
    rows = Demand.objects.public().prefetch_related(Prefetch("lines", lines))
    return [_demand_entry(demand) for demand in rows.order_by("pk")]


def _demand_entry(demand: Demand) -> Entry:
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
            "certificate": tuple(sorted({code for line in lines for code in line.certificates_required})),
        },
        newest=demand.published_at.timestamp() if demand.published_at else 0.0,
        title=demand.title,
    )


@dataclass(frozen=True)
class _Kind:
    """How one directory is made: `stamp()` begins with the number of rows and changes with any of them."""

    stamp: Callable[[], tuple]
    entries: Callable[[], list[Entry]]
    rows: Callable[[], QuerySet]
    name: str  # lookup of the names
    lookups: Mapping[str, str]  # facet → lookup of its values


_KINDS = {
    "products": _Kind(
        _products_stamp,
        _product_entries,
        Product.objects.published,
        "texts__name",
        {
            "group": "category__group",
            "category": "category",
            "origin": "origin",
            "certificate": "certificates__code",
            "verification": "company__verification",
        },
    ),
    "suppliers": _Kind(
        _suppliers_stamp,
        _supplier_entries,
        Company.objects.public,
        "name_key",
        {"group": "products__category__group", "country": "country", "verification": "verification"},
    ),
    "demands": _Kind(
        _demands_stamp,
        _demand_entries,
        Demand.objects.public,
        "lines__text",
        {"group": "lines__category__group", "category": "lines__category"},
    ),
}
