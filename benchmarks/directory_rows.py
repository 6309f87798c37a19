"""The made-up campaign in PostgreSQL, and the two peers: a naive ORM page and a page over a GIN full-text index."""

import os
import uuid
from pathlib import Path

from benchmarks.directory_data import START, companies, goods

GROUPS = ("group", "category", "origin", "certificate", "verification", "currency")
CHUNK = 20_000


def load(n: int) -> None:
    """Companies, products, texts and certificates by COPY; then the index full text needs, and statistics."""
    from django.core.management import call_command
    from django.db import connection

    from matchmaker.catalogue.models import Category, Product, ProductCertificate, ProductText
    from matchmaker.companies.models import Company

    if not Category.objects.exists():
        call_command("load_reference", verbosity=0)
        call_command("load_market_access", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = 0")  # a million rows take longer than the site lets anything
        cursor.execute("TRUNCATE companies_company, catalogue_product CASCADE")
    Company.objects.bulk_create(
        (
            Company(pk=key, is_supplier=True, legal_name=f"Company {key} Ltd", name_key=f"company {key}", country="TH",
                    status="approved", verification=key % 4, languages=["en"])
            for key in range(1, companies(n) + 1)
        ),
        batch_size=2000,
    )  # fmt: skip
    Company.objects.update(updated_at=START)  # long ago, as its products: an index has nothing to catch up with
    _copy(Product, n, lambda one: {
        "id": one.key, "uid": one.uid, "company_id": one.company, "category_id": one.base.category,
        "hs_code": one.base.hs_code, "origin": one.origin, "price_low": one.price, "currency": "USD",
        "price_unit": "kg", "status": "published", "published_at": one.published, "created_at": one.published,
        "updated_at": one.published,
    })  # fmt: skip
    _copy(ProductText, n, lambda one: {
        "id": one.key, "product_id": one.key, "language": "en", "name": one.name, "description": one.description,
        "is_original": True,
    })  # fmt: skip
    with connection.cursor().copy(
        "COPY catalogue_productcertificate (product_id, code, number, issuer, valid_until, confirmed_by) FROM STDIN"
    ) as copy:
        for one in goods(n):
            for code in one.certificates:
                copy.write_row((one.key, code, f"CERT {one.key}", "", None, ""))
    assert ProductCertificate.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE INDEX IF NOT EXISTS bench_words ON catalogue_producttext"
            " USING gin (to_tsvector('simple', name || ' ' || description))"
        )
        cursor.execute("CREATE INDEX IF NOT EXISTS bench_newest ON catalogue_product (published_at DESC, id DESC)")
        for model in (Company, Product, ProductText, ProductCertificate):  # COPY leaves the next keys where they were
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), (SELECT max(id) FROM"
                f" {model._meta.db_table}))"
            )
        cursor.execute("ANALYZE")


def _copy(model, n: int, values) -> None:
    """Rows by COPY: what a row says, and the model's own defaults for the rest."""
    from django.db import connection

    plain = model()
    fields = {f.column: f.get_db_prep_save(getattr(plain, f.attname), connection) for f in model._meta.concrete_fields}
    with connection.cursor().copy(f"COPY {model._meta.db_table} ({', '.join(fields)}) FROM STDIN") as copy:
        for one in goods(n):
            said = values(one)
            if "uid" in fields and "uid" not in said:
                said["uid"] = uuid.uuid4()
            copy.write_row([said.get(column, usual) for column, usual in fields.items()])


class Backend:
    """CPU seconds of the PostgreSQL process that serves this one."""

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SET max_parallel_workers_per_gather = 0")  # so that one process does all of the work
            cursor.execute("SET jit = off")
            cursor.execute("SELECT pg_backend_pid()")
            self.pid = cursor.fetchone()[0]

    def spent(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


# -- the peers: the same answer to the same wish, newest first, with a count of every facet ----------------------------
def naive(kind, wish, user=None):
    """As a site is usually written: filters, a count, a page, one GROUP BY a facet with all other filters on."""
    rows = _chosen(_matching_orm(wish), wish)
    keys = rows.order_by("-published_at", "-pk").values_list("pk", flat=True).distinct()
    return _found(wish, rows.values("pk").distinct().count(), keys, _matching_orm)


def full_text(kind, wish, user=None):
    """The same with the words looked up in the GIN index."""
    rows = _chosen(_matching_gin(wish), wish)
    keys = rows.order_by("-published_at", "-pk").values_list("pk", flat=True)
    return _found(wish, rows.values("pk").count(), keys, _matching_gin)


def _matching_orm(wish):
    from matchmaker.catalogue.models import Product

    rows = Product.objects.published()
    for word in wish.text.split():
        rows = rows.filter(texts__name__icontains=word)
    return rows


def _matching_gin(wish):
    from matchmaker.catalogue.models import Product, ProductText

    rows = Product.objects.published()
    if wish.text:
        texts = ProductText.objects.extra(
            where=["to_tsvector('simple', name || ' ' || description) @@ plainto_tsquery('simple', %s)"],
            params=[wish.text],
        )
        rows = rows.filter(pk__in=texts.values("product"))
    return rows


LOOKUPS = {
    "group": "category__group",
    "category": "category",
    "origin": "origin",
    "certificate": "certificates__code",
    "verification": "company__verification",
    "currency": "currency",
}


def _chosen(rows, wish, but: str = ""):
    for name, values in wish.filters.items():
        if name in LOOKUPS and name != but and values:
            rows = rows.filter(**{f"{LOOKUPS[name]}__in": values})
    return rows


def _found(wish, total: int, keys, matching):
    from django.db.models import Count

    from matchmaker.engines.search import SearchResult

    facets = {}
    for name in GROUPS:
        rows = _chosen(matching(wish), wish, name).order_by()
        counted = rows.values_list(LOOKUPS[name]).annotate(n=Count("pk", distinct=True)).order_by("-n")
        facets[name] = [(str(value), n) for value, n in counted if value not in (None, "")]
    return SearchResult(list(keys[: wish.limit]), facets, total=total)
