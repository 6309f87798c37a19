"""Products and demands by the hundred, for imports and feeds: judged by the rules before, written in few statements.

Who may do it is asked once by the caller; the audit has one entry a call and company, not one a row.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.accounts.models import User
from matchmaker.catalogue import rules
from matchmaker.catalogue.models import Demand, DemandLine, Product, ProductCertificate, ProductText
from matchmaker.catalogue.models.products import TERMS
from matchmaker.catalogue.services import moderation
from matchmaker.catalogue.versions import keep_version
from matchmaker.companies.models import Company
from matchmaker.core.bulk import insert, reserve_ids

Values = Mapping[
    str, Any
]  # the fields of a product, with company_id, uid, texts [(language, name, description)], certificates

_terms = itemgetter(*TERMS)
_FIELDS = ("id", "uid", "company_id", "status", "published_at", "created_at", "updated_at", *TERMS)


@transaction.atomic(savepoint=False)  # whoever calls has one
def add_products(*, by: User, products: Sequence[Values], publish: bool, source: str) -> None:
    """Write new products. With `publish`, those that have all it takes and whose company is approved are shown at once.

    Raises:
        IntegrityError: for an article number the company has already; then nothing of the block around it is written.
    """
    now = timezone.now()
    companies = {product["company_id"] for product in products}
    approved = set(Company.objects.approved().filter(pk__in=companies).values_list("pk", flat=True)) if publish else ()
    ids = reserve_ids(Product, len(products))
    shown_as, draft = Product.Status.PUBLISHED.value, Product.Status.DRAFT.value
    texts: list[tuple] = []
    certificates: list[tuple] = []

    def rows() -> Iterator[tuple]:  # made while the database takes them in
        for pk, product in zip(ids, products, strict=True):
            shown = (
                publish
                and product["company_id"] in approved
                and not rules.publishable(
                    has_text=bool(product["texts"]), category=product["category_id"], origin=product["origin"]
                )
            )
            status, published = (shown_as, now) if shown else (draft, None)
            for place, (language, name, description) in enumerate(product["texts"]):
                texts.append((pk, language, name, description, place == 0))
            certificates.extend([(pk, code) for code in product["certificates"]])
            yield pk, product["uid"], product["company_id"], status, published, now, now, *_terms(product)

    insert(Product, _FIELDS, rows())
    insert(ProductText, ("product_id", "language", "name", "description", "is_original"), texts)
    if certificates:
        insert(ProductCertificate, ("product_id", "code"), certificates)
    _audit(by, "add_products", (product["company_id"] for product in products), source)


@transaction.atomic
def change_products(*, by: User, changes: Mapping[uuid.UUID, Values], source: str) -> dict[uuid.UUID, dict[str, Any]]:
    """Write what is given over what is there; empty values change nothing. Returns what stood there before."""
    before = {}
    products = Product.objects.filter(uid__in=changes).for_cards()
    companies = []
    for product in products:
        old = product_values(product)
        before[product.uid] = old
        new = {name: value for name, value in changes[product.uid].items() if value not in (None, "", [])}
        said = {language: description for language, _name, description in old["texts"]}
        new["texts"] = [(language, name, more or said.get(language, "")) for language, name, more in new["texts"]]
        write_product(product, {**old, **new})
        companies.append(product.company_id)
    _audit(by, "change_products", companies, source)
    return before


def product_values(product: Product) -> dict[str, Any]:
    """A product as imports write one; reads `texts` and `certificates`."""
    return {
        **{name: getattr(product, name) for name in TERMS},
        "texts": [(text.language, text.name, text.description) for text in product.texts.all()],
        "certificates": [certificate.code for certificate in product.certificates.all()],
    }


def write_product(product: Product, values: Values) -> None:
    """Make a product what the values say; texts in languages that are not named stay."""
    for name in TERMS:
        setattr(product, name, values[name])
    product.revision = F("revision") + 1
    product.save(update_fields=[*TERMS, "revision", "updated_at"])
    for language, name, description in values["texts"]:
        ProductText.objects.filter(product=product, language=language).update(name=name, description=description)
        if not any(text.language == language for text in product.texts.all()):
            ProductText.objects.create(product=product, language=language, name=name, description=description)
    held = {certificate.code for certificate in product.certificates.all()}
    ProductCertificate.objects.filter(product=product, code__in=held - set(values["certificates"])).delete()
    ProductCertificate.objects.bulk_create(
        [ProductCertificate(product=product, code=code) for code in sorted(set(values["certificates"]) - held)]
    )


@transaction.atomic
def add_lines(*, by: User, demands: Mapping[uuid.UUID, Values], lines: Sequence[Values], source: str) -> None:
    """Write lines of demands; `demands` are those to be made first, by uid. A line names its demand by uid.

    New demands are drafts: their buyers read them before anybody else does.
    """
    Demand.objects.bulk_create([Demand(uid=uid, **fields) for uid, fields in demands.items()])
    wanted = {line["demand"] for line in lines}
    found = {demand.uid: demand for demand in Demand.objects.filter(uid__in=wanted).prefetch_related("lines")}
    last = {uid: max((line.number for line in demand.lines.all()), default=0) for uid, demand in found.items()}
    rows = []
    for line in lines:
        uid = line["demand"]
        last[uid] += 1
        fields = {name: value for name, value in line.items() if name != "demand"}
        rows.append(DemandLine(demand=found[uid], number=last[uid], **fields))
    DemandLine.objects.bulk_create(rows)
    _audit(by, "add_demand_lines", (demand.company_id for demand in found.values()), source)


@transaction.atomic
def change_lines(*, by: User, changes: Mapping[uuid.UUID, Values], source: str) -> dict[uuid.UUID, dict[str, Any]]:
    """Write what is given over what is there; empty values change nothing. Returns what stood there before."""
    before, companies = {}, []
    for line in DemandLine.objects.filter(uid__in=changes).select_related("demand"):
        given = {name: value for name, value in changes[line.uid].items() if value not in (None, "", [])}
        before[line.uid] = {name: getattr(line, name) for name in given}
        for name, value in given.items():
            setattr(line, name, value)
        line.revision = F("revision") + 1
        line.save(update_fields=[*given, "revision"])
        companies.append(line.demand.company_id)
    _audit(by, "change_demand_lines", companies, source)
    return before


@transaction.atomic
def change_demand(*, by: User, demand: Demand, values: Values, source: str) -> dict[str, Any]:
    """Write what is given over what a demand says; empty values change nothing. Returns what stood there before.

    One that is open is screened again, as after a change by hand.
    """
    given = {name: value for name, value in values.items() if value not in (None, "", [])}
    before = {name: getattr(demand, name) for name, value in given.items() if getattr(demand, name) != value}
    for name in before:
        setattr(demand, name, given[name])
    if before:
        demand.save(update_fields=[*before, "updated_at"])
        demand.lines.update(revision=F("revision") + 1)
        _audit(by, "change_demands", [demand.company_id], source)
    if demand.status != Demand.Status.DRAFT:
        keep_version(by, demand)
    if demand.status == Demand.Status.PUBLISHED and (findings := moderation.look_at(demand)):
        moderation.hold(by, demand, findings)
    return before


def _audit(by: User | None, verb: str, companies: Iterable[int], source: str) -> None:
    counts = Counter(companies)
    for company in Company.objects.filter(pk__in=counts).order_by("pk"):
        record(by=by, verb=verb, on=company, facts={"rows": counts[company.pk], "source": source})
