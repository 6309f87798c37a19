"""Products from a sheet."""

import uuid
from collections.abc import Sequence
from types import SimpleNamespace

from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue import lots, rules, wording
from matchmaker.catalogue.models import Period, Product, ProductText
from matchmaker.catalogue.models.products import TERMS
from matchmaker.catalogue.services import bulk
from matchmaker.engines.language import has_han
from matchmaker.imports.columns import Column, amount, as_text, choice, day, line, paragraph, whole
from matchmaker.imports.kinds.base import (
    Context,
    Kind,
    Problems,
    Values,
    context_of,
    side_of,
    take_category,
    take_company,
    to_field_values,
)
from matchmaker.imports.models import Import, ImportRow

_field, _text = Product._meta.get_field, ProductText._meta.get_field


class Products(Kind):
    heads = "products"

    @property
    def columns(self) -> list[Column]:
        return COLUMNS

    def context(self, batch: Import) -> Context:
        return context_of(batch, "is_supplier", self.existing(batch))

    def judge(self, values: Values, context: Context) -> Problems:
        problems: Problems = {}
        take_company(values, context, problems)
        take_category(values, context)
        if values["hs_code"] and values["hs_code"] not in context.hs_codes:
            values["hs_code"] = wording.hs_code(values["hs_code"], context.hs_codes)
        _take_texts(values, problems)
        rules.check_product(
            SimpleNamespace(**values),
            values["certificates"],
            problems,
            hs_codes=context.hs_codes,
            categories=context.category_codes,
        )
        return problems

    def key(self, values: Values) -> str:
        """Both are short: they are not worth a digest."""
        if values["article"]:
            return f"{values['company_id']} article {wording.fold(values['article'])}"
        return f"{values['company_id']} name {wording.fold(values['texts'][0]['name'])}"

    def existing(self, batch: Import, *, newer_than: int = 0) -> dict[str, uuid.UUID]:
        rows = ProductText.objects.filter(
            ~Q(product__status=Product.Status.WITHDRAWN),
            product__company__in=side_of(batch, "is_supplier"),
            product__pk__gt=newer_than,
            is_original=True,
        )
        found = {}
        for company, uid, article, name in rows.values_list(
            "product__company", "product__uid", "product__article", "name"
        ).iterator():
            found[f"{company} name {wording.fold(name)}"] = uid
            if article:
                found[f"{company} article {wording.fold(article)}"] = uid
        return found

    def newest(self) -> int:
        return Product.objects.aggregate(last=Max("pk"))["last"] or 0

    def current(self, targets: Sequence[uuid.UUID]) -> dict[uuid.UUID, Values]:
        products = Product.objects.filter(uid__in=targets).prefetch_related("texts", "certificates")
        return {product.uid: bulk.product_values(product) for product in products}

    def same(self, values: Values, now: Values) -> bool:
        held = {text["language"]: text for text in now["texts"]}
        texts = all(
            (known := held.get(text["language"]))
            and known["name"] == text["name"]
            and text["description"] in ("", known["description"])
            for text in values["texts"]
        )
        rest = {name: value for name, value in values.items() if name != "texts"}
        return texts and super().same(rest, now)

    def create(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        products = [{**row.values, "uid": row.target} for row in rows]
        bulk.add_products(by=batch.by, products=products, publish=batch.publish, source=f"import {batch.uid}")

    def change(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        for row in rows:  # one by one: a file may say two things about one product, and the later one stands
            product = Product.objects.filter(uid=row.target).for_cards().first()
            if product is not None:
                row.before = bulk.change_product(
                    by=batch.by, product=product, values=_field_values(row.values), source=f"import {batch.uid}"
                )

    def remove(self, batch: Import, rows: Sequence[ImportRow]) -> int:
        mine = Product.objects.filter(uid__in=[row.target for row in rows])
        busy = (
            Q(shortlisted__isnull=False)
            | Q(matches__supplier_answer__gt="")
            | Q(matches__buyer_answer__gt="")
            | Q(images__isnull=False)
        )
        imported = {row.target: row.values for row in rows}
        free = [
            product.pk
            for product in mine.exclude(busy).for_cards()
            if _is_as(bulk.product_values(product), imported[product.uid])
        ]
        remaining = mine.exclude(pk__in=free).count()
        Product.objects.filter(pk__in=free).delete()
        return remaining

    def put_back(self, batch: Import, row: ImportRow) -> None:
        bulk.set_product(Product.objects.for_cards().get(uid=row.target), _field_values(row.before or {}))


def _take_texts(values: Values, problems: Problems) -> None:
    """Name and description become texts, the supplier's own first; a Chinese name is Chinese whatever was said."""
    name = values.pop("name")
    language = values.pop("language") or "en"
    if language != "ja" and not name.isascii() and has_han(name):
        language = "zh"
    texts = [{"language": language, "name": name, "description": values.pop("description")}]
    for other in ("en", "zh"):
        name, description = values.pop(f"name_{other}"), values.pop(f"description_{other}")
        if name and other != language:
            texts.append({"language": other, "name": name, "description": description})
        elif description and other != language:
            problems[f"name_{other}"] = str(_("Give the product a name in this language, or empty its description."))
    values["texts"] = texts


def _field_values(values: Values) -> Values:
    return values | to_field_values(Product, values, TERMS)


def _is_as(now: Values, imported: Values) -> bool:
    """Whether nothing at all was written since, also in fields the file left empty.

    A field that came with an upgrade after the import is empty in it.
    """
    made = {**bulk.empty_terms(), **imported}
    return now["texts"] == made["texts"] and all(
        as_text(value) == as_text(made[name]) for name, value in now.items() if name != "texts"
    )


COLUMNS = [
    Column("company", _("company"), line),
    Column("article", _("article number"), line, _field("article"), example="A-1001"),
    Column("name", _("product name"), line, _text("name"), required=True, example="Thai Hom Mali rice, 5 kg"),
    Column("language", _("language"), wording.language, _text("language"), example="en"),
    Column(
        "description",
        _("description"),
        paragraph,
        _text("description"),
        example="Fragrant long-grain rice, new crop, 5% broken.",
    ),
    Column("name_en", _("name in English"), line, _text("name")),
    Column("description_en", _("description in English"), paragraph, _text("description")),
    Column("name_zh", _("name in Chinese"), line, _text("name"), example="泰国茉莉香米"),
    Column("description_zh", _("description in Chinese"), paragraph, _text("description")),
    Column("category", _("category"), line, example="AGRI-06", note=True),
    Column("hs_code", _("HS code"), line, example="100630", note=True),
    Column("origin", _("country of origin"), wording.country, example="TH", note=True),
    Column("price_low", _("price from"), amount, _field("price_low"), example="0.95", empty=None, note=True),
    Column("price_high", _("price to"), amount, _field("price_high"), example="1.10", empty=None, note=True),
    Column("currency", _("currency"), wording.currency, example="USD", note=True),
    Column("price_unit", _("price is for one"), wording.unit, example="kg", note=True),
    Column("price_valid_until", _("price holds until"), day, example="2027-06-30", empty=None, note=True),
    Column("incoterm", _("Incoterm"), lambda text: text.strip().upper(), _field("incoterm"), example="FOB"),
    Column("incoterm_place", _("named place"), line, _field("incoterm_place"), example="Laem Chabang"),
    Column(
        "min_order",
        _("minimum order"),
        amount,
        _field("min_order"),
        example="20",
        empty=None,
        note=True,
        unit="min_order_unit",
    ),
    Column("min_order_unit", _("unit of the minimum order"), wording.unit, example="t", note=True),
    Column("capacity", _("capacity"), amount, _field("capacity"), example="400", empty=None, note=True),
    Column("capacity_unit", _("unit of the capacity"), wording.unit, example="t", note=True),
    Column(
        "capacity_period",
        _("capacity per"),
        choice(Period.choices, "period"),
        _field("capacity_period"),
        example="month",
    ),
    Column("lead_time_days", _("lead time in days"), whole, _field("lead_time_days"), example="30", empty=None),
    Column("shelf_life_days", _("shelf life in days"), whole, _field("shelf_life_days"), example="540", empty=None),
    Column("storage", _("storage"), choice(Product.Storage.choices, "storage"), _field("storage"), example="ambient"),
    Column(
        "certificates",
        _("certificates"),
        wording.codes(wording.certificate),
        example="HACCP, HALAL",
        empty=[],
        note=True,
    ),
    Column(
        "lots_in_china",
        _("in China already"),
        lots.from_cell,
        example="CNSHA bonded 1200 kg 2027-03-31",
        empty=[],
        note=True,
    ),
]
