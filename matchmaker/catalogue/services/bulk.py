"""Products and demands by the hundred, for imports and feeds: checked by the rules before, written in few statements.

The caller checks once who may do it. The audit has one entry for each call and company, not one for each row.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Demand, DemandLine, Product, ProductCertificate, ProductText
from matchmaker.catalogue.models.demands import LINE_TERMS, TERMS
from matchmaker.catalogue.models.products import TERMS as PRODUCT_TERMS
from matchmaker.catalogue.services.demands import (
    check_count,
    check_line,
    check_terms,
    note_change,
    read_origins,
    set_terms,
)
from matchmaker.catalogue.services.products import fill_text, write_product
from matchmaker.companies.models import Company

# The fields of a product, with company_id, uid, texts [{language, name, description}] and certificates.
Values = Mapping[str, Any]

BATCH = 1000  # rows of one statement


@transaction.atomic
def add_products(*, by: User, products: Sequence[Values], publish: bool, source: str) -> None:
    """Write new products whose values were checked by the rules before.

    With `publish`, those that have all it takes and whose company is approved are shown at once.

    Raises:
        IntegrityError: for an article number the company has already; then nothing is written.
    """
    companies = {values["company_id"] for values in products}
    approved = set(Company.objects.approved().filter(pk__in=companies).values_list("pk", flat=True)) if publish else ()
    rows = [_new_product(values, publish=values["company_id"] in approved) for values in products]
    Product.objects.bulk_create(rows, batch_size=BATCH)
    pairs = list(zip(rows, products, strict=True))
    texts = [
        fill_text(ProductText(product=row, language=text["language"]), text, place)
        for row, values in pairs
        for place, text in enumerate(values["texts"])
    ]
    certificates = [
        ProductCertificate(product=row, code=code) for row, values in pairs for code in values["certificates"]
    ]
    ProductText.objects.bulk_create(texts, batch_size=BATCH)
    ProductCertificate.objects.bulk_create(certificates, batch_size=BATCH)
    _audit(by, "add_products", (row.company_id for row in rows), source)


def _new_product(values: Values, *, publish: bool) -> Product:
    # Rows of an import that waited through an upgrade lack the terms that came with it: those keep their defaults.
    terms = {name: values[name] for name in PRODUCT_TERMS if name in values}
    product = Product(uid=values["uid"], company_id=values["company_id"], **terms)
    missing = rules.publishable(has_text=bool(values["texts"]), category=product.category_id, origin=product.origin)
    if publish and not missing:
        product.status, product.published_at = Product.Status.PUBLISHED, timezone.now()
    return product


@transaction.atomic
def change_product(*, by: User, product: Product, values: Values, source: str) -> dict[str, Any]:
    """Write what is given over what is there; empty values change nothing. Returns what stood there before.

    Raises:
        ValidationError: by field, when the whole does not hold the rules any more.
    """
    before = product_values(product)
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    descriptions = {text["language"]: text["description"] for text in before["texts"]}
    texts = [
        {**text, "description": text["description"] or descriptions.get(text["language"], "")}
        for text in given["texts"]
    ]
    set_product(product, {**before, **given, "texts": texts})
    _audit(by, "change_products", [product.company_id], source)
    return before


def set_product(product: Product, values: Values) -> None:
    """Make a product what the values say, as `product_values` gives them; texts in other languages stay.

    So do terms the values do not name: those an import stored before an upgrade lack what came with it.
    """
    texts = {text["language"]: text for text in [*product_values(product)["texts"], *values["texts"]]}
    fields = {name: values[name] for name in PRODUCT_TERMS if name in values}
    write_product(product, fields, texts=texts.values(), certificates=values["certificates"])


def empty_terms() -> dict[str, Any]:
    """The terms of a product nobody has written anything into."""
    return {name: getattr(Product(), name) for name in PRODUCT_TERMS}


def product_values(product: Product) -> dict[str, Any]:
    """A product as imports write one; reads `texts` and `certificates`. The supplier's own text comes first."""
    texts = sorted(product.texts.all(), key=lambda text: not text.is_original)
    return {
        **{name: getattr(product, name) for name in PRODUCT_TERMS},
        "texts": [{"language": t.language, "name": t.name, "description": t.description} for t in texts],
        "certificates": [certificate.code for certificate in product.certificates.all()],
    }


@transaction.atomic
def add_lines(*, by: User, demands: Mapping[uuid.UUID, Values], lines: Sequence[Values], source: str) -> None:
    """Write lines of demands; `demands` are those to be made first, by uid. A line names its demand by uid.

    New demands are drafts: their buyers read them before others do.

    Raises:
        ValidationError: for a demand that would have too many lines.
    """
    Demand.objects.bulk_create([Demand(uid=uid, **fields) for uid, fields in demands.items()])
    wanted = {line["demand"] for line in lines}
    by_uid = {demand.uid: demand for demand in Demand.objects.filter(uid__in=wanted).prefetch_related("lines")}
    last = {uid: max((line.number for line in demand.lines.all()), default=0) for uid, demand in by_uid.items()}
    rows = []
    for line in lines:
        uid = line["demand"]
        last[uid] += 1
        fields = {name: value for name, value in line.items() if name != "demand"}
        rows.append(DemandLine(demand=by_uid[uid], number=last[uid], **fields))
        read_origins(rows[-1])
    for demand in by_uid.values():
        check_count(last[demand.uid])
    DemandLine.objects.bulk_create(rows)
    _audit(by, "add_demand_lines", (demand.company_id for demand in by_uid.values()), source)


@transaction.atomic
def change_line(*, by: User, uid: uuid.UUID, values: Values, source: str) -> dict[str, Any] | None:
    """Write values into a line and its demand, by the rules that hold for a change by hand.

    A demand that its closing day closed, and that gets more time, becomes a draft: it is opened like a new one.

    Returns:
        What stood there before; None if the line was removed.

    Raises:
        ValidationError: by field.
    """
    line = DemandLine.objects.select_related("demand__company").filter(uid=uid).first()
    if line is None:
        return None
    demand, status = line.demand, Demand.Status
    of_line = {name: value for name, value in values.items() if name in LINE_TERMS}
    of_demand = {name: value for name, value in values.items() if name in TERMS and getattr(demand, name) != value}
    before = {name: getattr(line, name) for name in of_line} | {name: getattr(demand, name) for name in of_demand}
    set_terms(line, of_line, LINE_TERMS)
    read_origins(line)
    check_line(line)
    line.revision = F("revision") + 1
    line.save(update_fields=[*of_line, "origins_wanted", "origins_in_text", "revision"])
    if of_demand:
        set_terms(demand, of_demand, TERMS)
        check_terms(demand, {})
        today, earlier = timezone.localdate(), before.get("closing_on")
        if demand.status == status.CLOSED and earlier and earlier < today <= demand.closing_on:
            demand.status = status.DRAFT
        demand.save()
        demand.lines.exclude(pk=line.pk).update(revision=F("revision") + 1)
    note_change(by, demand)
    _audit(by, "change_demand_lines", [demand.company_id], source)
    return before


def _audit(by: User | None, verb: str, companies: Iterable[int], source: str) -> None:
    counts = Counter(companies)
    for company in Company.objects.filter(pk__in=counts).order_by("pk"):
        record(by=by, verb=verb, on=company, facts={"rows": counts[company.pk], "source": source})
