"""A sheet of products beside django-import-export and beside raw COPY: `make bench-import`.

DATABASE_URL names a PostgreSQL (the `test` at 127.0.0.1 by default); ROWS, PEER_ROWS and ROUNDS the size. Everything
happens in a database of its own, made and dropped here.

Ours is the whole way of a CSV file: read, every cell and rule checked, kept with its raw text and its problems,
compared with what is on the site, brought in piece by piece (1,000 rows) with one transaction and one audit
entry each.
COPY is the bare writing of the same ready rows into the same three tables (products, texts, certificates; same indexes
and foreign keys), in one transaction, nothing read or checked. django-import-export reads the same file, with
`use_bulk`, foreign keys looked up from memory and `clean_model_instances`, into the products table alone, which is less
work than ours; its rate is taken on fewer rows because it needs minutes for them. One row in a hundred is wrong in all.
The three alternate in one run; ratios are taken round by round.
"""

import csv
import io
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from uuid import uuid4

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
GIVEN = os.environ.get("DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/test")
NAME = f"bench_{uuid4().hex[:8]}"
os.environ["DATABASE_URL"] = GIVEN.rsplit("/", 1)[0] + f"/{NAME}"
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "matchmaker.settings")
os.environ["LOG_LEVEL"] = "ERROR"
ROWS = int(os.environ.get("ROWS", "20000"))
PEER_ROWS = int(os.environ.get("PEER_ROWS", "1000"))
ROUNDS = int(os.environ.get("ROUNDS", "5"))
SEED = 7
HEAD = [
    *("article", "name", "description", "category", "hs_code", "origin", "price_low", "currency", "price_unit"),
    *("min_order", "min_order_unit", "lead_time_days", "incoterm", "incoterm_place", "storage", "certificates"),
]


def main() -> None:
    with psycopg.connect(GIVEN, autocommit=True) as link:
        link.execute(f"CREATE DATABASE {NAME}")
    try:
        _peer()
        import django
        from django.conf import settings

        settings.INSTALLED_APPS += ["import_export"]
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        with open(os.devnull, "w") as silent:
            call_command("load_reference", stdout=silent)
        compare()
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(GIVEN, autocommit=True) as link:
            link.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def _peer() -> None:
    """Installed beside the environment, for this benchmark only."""
    try:
        import import_export  # noqa: F401
    except ImportError:
        place = Path(tempfile.gettempdir()) / "matchmaker-bench-import-export"
        uv = shutil.which("uv") or str(Path(__file__).resolve().parent.parent / ".cache/uv/bin/uv")
        command = [uv, "pip", "install", "--quiet", "--python", sys.executable, "--target", str(place)]
        subprocess.run([*command, "--no-deps", "django-import-export", "tablib", "diff-match-patch"], check=True)
        sys.path.append(str(place))


def sheet(count: int, run: int) -> bytes:
    """Rows as suppliers send them, one in a hundred with a currency that does not exist."""
    chance = random.Random(SEED * 1000 + run)
    words = ["rice", "cheese", "valve", "tea", "oil", "wine", "pump", "cable", "cocoa", "honey", "fresh", "dried"]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for n in range(count):
        name = " ".join(chance.choices(words, k=5))
        writer.writerow(
            [
                f"R{run}-{n}",
                f"{name} {run} {n}",
                " ".join(chance.choices(words, k=30)),
                *("AGRI-01", "100630", chance.choice(["TH", "FR", "IT", "KE", "BR"])),
                *(f"{chance.uniform(1, 900):.2f}", "XXQ" if n % 100 == 99 else "USD", "kg"),
                *(chance.randint(1, 500), "t", chance.randint(5, 90), "FOB", "Laem Chabang", "ambient", "HACCP"),
            ]
        )
    return out.getvalue().encode()


def compare() -> None:
    timed(lambda: bring_in(sheet(200, -1), -1, 200))  # dictionaries and code are loaded once a process
    times: dict[str, list[tuple[float, float]]] = {"ours": [], "copy": [], "peer": []}
    for run in range(ROUNDS):
        content = sheet(ROWS, run)
        ours, company = timed(lambda content=content, run=run: bring_in(content, run))
        times["ours"].append(ours)
        rows = ready_rows(company)
        times["copy"].append(timed(lambda rows=rows: copy(rows))[0])
        peer, good = timed(lambda run=run: import_export(sheet(PEER_ROWS, 100 + run), run))
        times["peer"].append((peer[0] * ROWS / PEER_ROWS, peer[1] * ROWS / PEER_ROWS))
        assert good == PEER_ROWS - PEER_ROWS // 100, good
    report(times)


def timed(act):
    """((wall seconds, CPU seconds of this process), what it gave)."""
    wall, cpu = time.perf_counter(), time.process_time()
    found = act()
    return (time.perf_counter() - wall, time.process_time() - cpu), found


def _company(run: str):
    from matchmaker.accounts.models import User
    from matchmaker.companies.models import Company, Membership

    person = User.objects.create_user(f"bench{run}@example.org")
    company = Company.objects.create(is_supplier=True, legal_name=f"Bench {run}", country="TH", status="approved")
    Membership.objects.create(company=company, user=person, role="admin")
    return person, company


def bring_in(content: bytes, run: int, rows: int = ROWS):
    from matchmaker.imports import services

    person, company = _company(str(run))
    batch = services.start_import(by=person, kind="products", file_name="x.csv", content=content, company=company)
    services.work_waiting()
    batch.refresh_from_db()
    services.map_columns(by=person, batch=batch, mapping=batch.mapping, defaults={}, publish=False)
    services.work_waiting()
    services.apply_import(by=person, batch=batch)
    services.work_waiting()
    batch.refresh_from_db()
    assert (batch.total, batch.created, batch.rejected) == (rows, rows - rows // 100, rows // 100), batch.problem
    return company


def ready_rows(company) -> dict:
    """What was brought in, read back as plain rows, as if somebody had prepared them; the products are taken away."""
    from django.db import connection

    from matchmaker.catalogue.models import Product, ProductCertificate, ProductText

    found = {}
    for model, owner in ((Product, "id"), (ProductText, "product_id"), (ProductCertificate, "product_id")):
        names = [field.attname for field in model._meta.concrete_fields if field.attname != "id" or model is Product]
        mine = f"SELECT id FROM {Product._meta.db_table} WHERE company_id = {company.pk}"
        with connection.cursor() as cursor:
            columns = ", ".join(connection.ops.quote_name(name) for name in names)
            cursor.execute(f"SELECT {columns} FROM {model._meta.db_table} WHERE {owner} IN ({mine})")
            found[model] = (names, cursor.fetchall())
    Product.objects.filter(company=company).delete()
    return found


def copy(rows: dict) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        for model, (names, cells) in rows.items():
            columns = ", ".join(connection.ops.quote_name(name) for name in names)
            with cursor.copy(f"COPY {model._meta.db_table} ({columns}) FROM STDIN") as stream:
                for row in cells:
                    stream.write_row(row)


def import_export(content: bytes, run: int) -> int:
    """How many rows django-import-export wrote."""
    import tablib
    from import_export import fields, resources, widgets

    from matchmaker.catalogue.models import Category, Product

    class Cached(widgets.ForeignKeyWidget):
        found: dict = {}

        def clean(self, value, row=None, **kwargs):
            if value not in self.found:
                self.found[value] = super().clean(value, row, **kwargs)
            return self.found[value]

    _person, company = _company(f"peer{run}")

    class Resource(resources.ModelResource):
        category = fields.Field("category", "category", Cached(Category, "code"))

        class Meta:
            model = Product
            fields = tuple(name for name in HEAD if name not in ("name", "description", "certificates"))
            import_id_fields = ("article",)
            use_bulk = True
            force_init_instance = True  # no look-up of what is there: every row is new
            skip_diff = True
            batch_size = 500
            clean_model_instances = True
            use_transactions = True

        def after_init_instance(self, instance, new, row, **kwargs):
            instance.company = company

        def before_save_instance(self, instance, row, **kwargs):
            from django.core.exceptions import ValidationError

            from matchmaker.catalogue import rules

            problems: dict = {}
            rules.check_product(instance, None, problems, hs_codes={"100630"}, categories={"AGRI-01"})
            if problems:
                raise ValidationError(problems)

    data = tablib.Dataset().load(content.decode(), format="csv")
    result = Resource().import_data(data, raise_errors=False, collect_failed_rows=True)
    assert result.totals["error"] + result.totals["invalid"] == PEER_ROWS // 100, dict(result.totals)
    return Product.objects.filter(company=company).count()


def report(times: dict[str, list[tuple[float, float]]]) -> None:
    def ratio(one: str, other: str, part: int) -> str:
        found = [b[part] / a[part] for a, b in zip(times[one], times[other], strict=True)]
        return f"{statistics.median(found):.2f}× ({min(found):.2f} to {max(found):.2f})"

    print(f"{ROWS:,} products a round, {ROUNDS} rounds, seed {SEED}; django-import-export on {PEER_ROWS:,} and scaled")
    print(f"{'':28}{'wall':>10}{'CPU here':>10}   seconds, median")
    for name, label in (("ours", "ours, all of it"), ("copy", "COPY, nothing else"), ("peer", "django-import-export")):
        wall, cpu = (statistics.median(one[part] for one in times[name]) for part in (0, 1))
        print(f"{label:28}{wall:>10.2f}{cpu:>10.2f}   {ROWS / wall:>10,.0f} rows/s")
    print(f"R8 beside django-import-export, wall: {ratio('ours', 'peer', 0)}   goal ≥ 20×")


if __name__ == "__main__":
    main()
