"""Readiness and duty of products.

Rows in, the plain answers of `readiness.py` and `duty.py` out. Nothing is written.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import cache

from django.conf import settings
from django.db.models import Q

from matchmaker.catalogue.models import Product, ProductCertificate
from matchmaker.companies.models import Company
from matchmaker.market_access import duty, readiness, rules
from matchmaker.market_access.additional import NOTHING_KNOWN, Additional, additional_duties
from matchmaker.market_access.brands import BRAND_QUESTION, TRADEMARK
from matchmaker.market_access.models import (
    AccessNotice,
    AdditionalDuty,
    AdditionalDutyList,
    AgreementPartner,
    EntryQuestion,
    EntryRule,
    ImportRegime,
    ReadinessAnswer,
    Registration,
    TariffRate,
)

RECORDS = settings.DATA_DIR / "market_access"


def rulebook() -> rules.Rulebook:
    """All rules, questions and access notices, in three queries. Keep it for the length of one piece of work."""
    return rules.Rulebook(
        rules=tuple(row.as_rule() for row in EntryRule.objects.all()),
        questions={row.code: row.as_question() for row in EntryQuestion.objects.all()},
        access=tuple(row.as_access() for row in AccessNotice.objects.all()),
    )


def trade(origin: str = "") -> duty.Trade:
    """The agreements from which goods of an origin ever benefit, or all of them, and the regimes; two queries."""
    partners = AgreementPartner.objects.select_related("agreement").order_by("agreement_id", "id")
    if origin:
        partners = partners.filter(origin=origin)
    rows = list(partners)
    return duty.Trade(
        agreements={row.agreement.code: row.agreement.as_agreement() for row in rows},
        partners=tuple(row.as_partner() for row in rows),
        quota_goods=_quota_goods(),
        regimes=tuple(row.as_regime() for row in ImportRegime.objects.all()),
    )


@cache
def _quota_goods() -> tuple[duty.QuotaGoods, ...]:
    return duty.read_quota_goods(RECORDS)


def readiness_of(product: Product, shipment_date: date, *, book: rules.Rulebook | None = None) -> readiness.Readiness:
    """The checklist of one product for a shipment date, with its state, reasons and open questions."""
    return readiness_of_many([product], shipment_date, book=book)[product.pk]


def readiness_of_many(
    products: Iterable[Product], shipment_date: date, *, book: rules.Rulebook | None = None
) -> dict[int, readiness.Readiness]:
    """Primary key → readiness, in a constant number of queries; `category` and `certificates` may be prefetched."""
    book = book or rulebook()
    return {
        key: readiness.readiness(facts, shipment_date, answers, book)
        for key, (facts, answers) in readiness_facts(products, book).items()
    }


def readiness_difference(
    product: Product, first: date, second: date, *, book: rules.Rulebook | None = None
) -> list[readiness.Change]:
    """What changes for one product between two shipment dates."""
    book = book or rulebook()
    facts, answers = readiness_facts([product], book)[product.pk]
    return readiness.difference(facts, first, second, answers, book)


def duty_of(
    product: Product,
    day: date,
    *,
    value: Decimal | None = None,
    origin: str = "",
    code: str = "",
) -> duty.DutyAnswer:
    """The duty on one product on a day; `value` is the customs value for which the saving is wanted.

    `origin` answers "and if it came from there?", `code` "and if this were its line of the tariff?"; empty means the
    product's own.
    """
    origin = origin or product.origin
    code = code or product.tariff_code
    lines: Iterable[TariffRate] = TariffRate.objects.on(day).below(code) if code else ()
    rates = [line.as_rate() for line in lines]
    return duty.duty(code, origin, day, trade(origin), rates, value, additional_of(code, origin, day))


def national_lines(product: Product, day: date) -> tuple[duty.NationalLine, ...]:
    """The lines of the loaded tariff below the six digits of a product, with what every origin pays on a day."""
    return duty_of(product, day, code=product.hs_code).national if product.hs_code else ()


def additional_of(code: str, origin: str, day: date) -> Additional:
    """The duties on top of the tariff for goods of a code and an origin on a day; two queries.

    The latest whole list counts for every day: the answer names its day.
    """
    if not code or not origin:
        return NOTHING_KNOWN
    latest = AdditionalDutyList.objects.last()
    records = [row.as_duty() for row in AdditionalDuty.objects.all()]
    return additional_duties(rules.digits(code), origin.upper(), day, records, latest.as_list() if latest else None)


Certificates = Mapping[int, Sequence[ProductCertificate]]  # primary key of a product → its certificates


def readiness_facts(
    products: Iterable[Product], book: rules.Rulebook, certificates: Certificates | None = None
) -> dict[int, tuple[readiness.ProductFacts, dict[str, bool]]]:
    """Primary key → what readiness rests on, and what was answered, in a constant number of queries.

    `certificates` are those of all products, where they were read as lists.
    """
    listed = list(products)
    answers, steps = _answers(listed)
    if certificates is None:
        certificates = {product.pk: product.certificates.all() for product in listed}
    brands = _brands(listed) if BRAND_QUESTION in book.questions else {}
    for product in listed:
        if brand := brands.get(product.company_id):
            answers.setdefault(product.pk, {}).setdefault(BRAND_QUESTION, brand != Company.Brand.NONE)
            if brand == Company.Brand.FILED:
                steps.setdefault(product.pk, []).append(readiness.EvidenceRecord(TRADEMARK, "registration"))
    facts = _facts(listed, book, steps, certificates)
    return {product.pk: (facts[product.pk], answers.get(product.pk, {})) for product in listed}


def _brands(products: list[Product]) -> dict[int, str]:
    """Primary key of each company that answered for its brand → what it answered."""
    companies = Company.objects.filter(pk__in={product.company_id for product in products}).exclude(brand_in_china="")
    return dict(companies.order_by().values_list("pk", "brand_in_china"))


Steps = dict[int, list[readiness.EvidenceRecord]]


def _facts(
    products: list[Product], book: rules.Rulebook, steps: Steps, certificates: Certificates
) -> dict[int, readiness.ProductFacts]:
    """What is known of each product.

    A registration of the company counts for all its products, unless the rule wants one for each product.
    """
    single = {code for rule in book.rules if rule.per_product for code in rule.accepts}
    by_product: dict[int, list[readiness.EvidenceRecord]] = {product.pk: [] for product in products}
    by_company: dict[int, list[readiness.EvidenceRecord]] = {product.company_id: [] for product in products}
    for row in _registrations(products):
        held = readiness.EvidenceRecord(
            row.code,
            "registration",
            row.number,
            row.valid_from,
            row.valid_until,
            seen=row.is_seen,
            seen_on=row.seen_on,
            confirmed_by=row.confirmed_by,
        )
        if row.product_id:
            by_product[row.product_id].append(held)
        elif row.code not in single:
            by_company[row.company_id].append(held)
    facts = {}
    for product in products:
        held_certificates = (
            readiness.EvidenceRecord(
                row.code,
                "certificate",
                row.number,
                None,
                row.valid_until,
                seen=row.seen_on is not None,
                seen_on=row.seen_on,
                confirmed_by=row.confirmed_by,
            )
            for row in certificates[product.pk]
        )
        facts[product.pk] = readiness.ProductFacts(
            hs_code=product.hs_code,
            group=product.category.group if product.category else "",
            origin=product.origin,
            held=(
                *by_product[product.pk],
                *by_company[product.company_id],
                *held_certificates,
                *steps.get(product.pk, ()),
            ),
        )
    return facts


def _registrations(products: list[Product]) -> Iterable[Registration]:
    return Registration.objects.filter(
        Q(product__in=[product.pk for product in products])
        | Q(company__in={product.company_id for product in products}, product__isnull=True)
    )


def _answers(products: list[Product]) -> tuple[dict[int, dict[str, bool]], Steps]:
    """What was answered of each product, and the documents that steps rest on."""
    answers: dict[int, dict[str, bool]] = {}
    steps: Steps = {}
    for row in ReadinessAnswer.objects.filter(product__in=products):
        answers.setdefault(row.product_id, {})[row.question] = row.answer
        if row.answer and row.question.startswith("has:") and (row.document_id or row.number):
            steps.setdefault(row.product_id, []).append(
                readiness.EvidenceRecord(
                    row.code,
                    "document",
                    row.number,
                    None,
                    row.valid_until,
                    seen=row.seen_on is not None,
                    seen_on=row.seen_on,
                    confirmed_by=row.confirmed_by,
                )
            )
    return answers, steps
