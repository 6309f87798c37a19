"""Demands from a sheet: one row a line, and rows of one demand carry the same title."""

import datetime as dt
import uuid
from collections.abc import Sequence
from types import SimpleNamespace

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue import rules, wording
from matchmaker.catalogue.models import Demand, DemandLine, Period
from matchmaker.catalogue.models.demands import LINE_TERMS, TERMS
from matchmaker.catalogue.services import bulk
from matchmaker.companies.models import Company
from matchmaker.engines.language import has_han
from matchmaker.imports.columns import Column, amount, choice, day, line, paragraph, whole
from matchmaker.imports.kinds.base import (
    EMPTY,
    Context,
    Kind,
    Problems,
    Values,
    context_of,
    digest,
    side_of,
    take_category,
    take_company,
    to_field_values,
)
from matchmaker.imports.models import Import, ImportRow

_demand, _line = Demand._meta.get_field, DemandLine._meta.get_field
DEMAND = tuple(name for name in TERMS if name != "language")  # a row's language is that of its line
LINE = tuple(name for name in LINE_TERMS if name != "language")


class Demands(Kind):
    heads = "demands"

    @property
    def columns(self) -> list[Column]:
        return COLUMNS

    def context(self, batch: Import) -> Context:
        return context_of(batch, "is_buyer", self.existing(batch))

    def judge(self, values: Values, context: Context) -> Problems:
        problems: Problems = {}
        take_company(values, context, problems)
        take_category(values, context)
        if values["hs_code"]:
            values["hs_code"] = wording.hs_code(values["hs_code"], context.hs_codes, (2, 4, 6))
        values["language"] = "zh" if has_han(values["text"]) else values["language"] or "en"
        values["visibility"] = values["visibility"] or Demand.Visibility.PUBLIC.value
        row = SimpleNamespace(**values)
        rules.check_line(row, problems, hs_codes=context.hs_codes, categories=context.category_codes)
        rules.check_demand(row, problems)
        if values["closing_on"]:
            rules.check_closing(dt.date.fromisoformat(values["closing_on"]), problems)
        return problems

    def key(self, values: Values) -> str:
        return digest(values["company_id"], wording.fold(values["title"]), wording.fold(values["text"]))

    def existing(self, batch: Import, *, newer_than: int = 0) -> dict[str, uuid.UUID]:
        rows = DemandLine.objects.filter(
            demand__company__in=side_of(batch, "is_buyer"),
            demand__status__in=[Demand.Status.DRAFT, Demand.Status.PUBLISHED],
            pk__gt=newer_than,
        )
        return {
            digest(company, wording.fold(title), wording.fold(text)): uid
            for company, title, text, uid in rows.values_list("demand__company", "demand__title", "text", "uid")
        }

    def newest(self) -> int:
        return DemandLine.objects.aggregate(last=Max("pk"))["last"] or 0

    def current(self, targets: Sequence[uuid.UUID]) -> dict[uuid.UUID, Values]:
        lines = DemandLine.objects.filter(uid__in=targets)
        return {line.uid: {name: getattr(line, name) for name in LINE} for line in lines}

    def create(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        demands: dict[uuid.UUID, Values] = {}
        lines = []
        for row in rows:
            uid = self._demand_of(batch, row)
            demands.setdefault(uid, demand_values(row.values))
            lines.append({"demand": uid, "uid": row.target, **to_field_values(DemandLine, row.values, LINE_TERMS)})
        here = set(Demand.objects.filter(uid__in=demands).values_list("uid", flat=True))
        fresh = {uid: values for uid, values in demands.items() if uid not in here}
        bulk.add_lines(by=batch.by, demands=fresh, lines=lines, source=f"import {batch.uid}")

    def _demand_of(self, batch: Import, row: ImportRow) -> uuid.UUID:
        """The open demand of that title, otherwise one of this import's own: chunks agree on its uid."""
        title, company = row.values["title"], row.values["company_id"]
        open_ones = Demand.objects.filter(
            company=company, title=title, status__in=[Demand.Status.DRAFT, Demand.Status.PUBLISHED]
        )
        found = open_ones.values_list("uid", flat=True).first()
        return found or uuid.uuid5(batch.uid, digest(company, wording.fold(title)))

    def terms(self, values: Values) -> Values:
        """What a row changes of a line that is on the site already."""
        return to_field_values(DemandLine, values, LINE)

    def change(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        for row in rows:
            given = {name: value for name, value in self.terms(row.values).items() if value not in EMPTY}
            row.before = bulk.change_line(by=batch.by, uid=row.target, values=given, source=f"import {batch.uid}")

    def put_back(self, batch: Import, row: ImportRow) -> None:
        bulk.change_line(
            by=batch.by, uid=row.target, values=self.terms(row.before or {}), source=f"undo of {batch.uid}"
        )

    def remove(self, batch: Import, rows: Sequence[ImportRow]) -> int:
        mine = DemandLine.objects.filter(uid__in=[row.target for row in rows])
        answered = mine.filter(matches__supplier_answer__gt="") | mine.filter(matches__buyer_answer__gt="")
        keys = set(mine.values_list("pk", flat=True)) - set(answered.values_list("pk", flat=True))
        remaining = mine.exclude(pk__in=keys).count()
        demands = set(DemandLine.objects.filter(pk__in=keys).values_list("demand", flat=True))
        DemandLine.objects.filter(pk__in=keys).delete()
        Demand.objects.filter(pk__in=demands, status=Demand.Status.DRAFT, lines__isnull=True).delete()
        return remaining


def demand_values(values: Values) -> Values:
    return {
        "company_id": values["company_id"],
        **to_field_values(Demand, values, TERMS),
        "visibility": values["visibility"] or Demand.Visibility.PUBLIC.value,
        "wanted_verification": values["wanted_verification"] or 0,
    }


def _level(text: str) -> int:
    return int(choice(Company.Verification.choices, "verification")(text))


COLUMNS = [
    Column("company", _("company"), line),
    Column("title", _("demand"), line, _demand("title"), required=True, example="2027年春季大米采购"),
    Column("text", _("what you want to buy"), paragraph, _line("text"), required=True, example="茉莉香米，5公斤袋装"),
    Column("quantity", _("quantity"), amount, _line("quantity"), example="200", empty=None, note=True, unit="unit"),
    Column("unit", _("unit"), wording.unit, _line("unit"), example="t", note=True),
    Column("target_price", _("target price"), amount, _line("target_price"), example="6.80", empty=None, note=True),
    Column("currency", _("currency"), wording.currency, _line("currency"), example="CNY", note=True),
    Column("price_unit", _("price is for one"), wording.unit, _line("price_unit"), example="kg", note=True),
    Column("hs_code", _("HS code"), line, example="1006", note=True),
    Column("category", _("category"), line, note=True),
    Column(
        "origins_wanted", _("origins wanted"), wording.codes(wording.country), empty=[], example="TH, VN", note=True
    ),
    Column("origins_excluded", _("origins excluded"), wording.codes(wording.country), empty=[], note=True),
    Column(
        "certificates_required",
        _("certificates required"),
        wording.codes(wording.certificate),
        empty=[],
        example="HACCP",
        note=True,
    ),
    Column(
        "capacity_wanted", _("supplier's capacity, at least"), amount, _line("capacity_wanted"), empty=None, note=True
    ),
    Column("capacity_period", _("capacity per"), choice(Period.choices, "period"), _line("capacity_period")),
    Column("closing_on", _("closes on"), day, required=True, example="2027-03-31", empty=None, note=True),
    Column(
        "visibility",
        _("who may see it"),
        choice(Demand.Visibility.choices, "visibility"),
        _demand("visibility"),
        example="public",
    ),
    Column("destination", _("port of destination"), wording.port, _demand("destination"), example="CNSHA", note=True),
    Column("delivery_from", _("delivery from"), day, empty=None, note=True),
    Column("delivery_until", _("delivery until"), day, empty=None, note=True),
    Column("incoterm", _("Incoterm"), lambda text: text.strip().upper(), _demand("incoterm"), example="CIF"),
    Column("description", _("description"), paragraph, _demand("description")),
    Column("language", _("language"), wording.language, _line("language"), example="zh"),
    Column("value_low", _("value from"), amount, _demand("value_low"), empty=None, note=True),
    Column("value_high", _("value to"), amount, _demand("value_high"), empty=None, note=True),
    Column("value_currency", _("currency of the value"), wording.currency, _demand("value_currency"), note=True),
    Column("wanted_verification", _("supplier checked at least"), _level, empty=None),
    Column("wanted_years", _("supplier's years in business, at least"), whole, _demand("wanted_years"), empty=None),
    Column("newcomers", _("suppliers new to China"), choice(Demand.Newcomers.choices, "newcomers")),
    Column("goods_in_china", _("goods in China already"), choice(Demand.InChina.choices, "goods_in_china")),
    Column("wanted_sizes", _("supplier's size"), wording.codes(str.strip), empty=[]),
    Column("wanted_languages", _("supplier speaks one of"), wording.codes(wording.language), empty=[]),
]
