"""Demands from a feed: known by their number there, so that a row with another title or text is still the same."""

import uuid
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.catalogue.services import bulk
from matchmaker.imports.columns import Column, line
from matchmaker.imports.kinds.base import EMPTY, Context, Problems, Values, digest
from matchmaker.imports.kinds.demands import COLUMNS, DEMAND, LINE, LISTS, Demands, demand_values, line_values
from matchmaker.imports.models import FeedLine, Import, ImportRow

REF, PART = FeedLine._meta.get_field("ref"), FeedLine._meta.get_field("part")
OWN = [Column("ref", _("number in the feed"), line, REF, required=True), Column("part", _("line"), line, PART)]


class FeedDemands(Demands):
    heads = "feed demands"

    @property
    def columns(self) -> list[Column]:
        return [*OWN, *COLUMNS]

    def judge(self, values: Values, context: Context) -> Problems:
        """What the feed does not say of who may see a demand stays open here: the buyer may have said it."""
        said = values["visibility"]
        problems = super().judge(values, context)
        values["visibility"] = said
        return problems

    def key(self, values: Values) -> str:
        return digest(values["company_id"], values["ref"], values["part"])

    def existing(self, batch: Import, *, newer_than: int = 0) -> dict[str, uuid.UUID]:
        rows = FeedLine.objects.filter(feed=batch.feed_id, line__gt=newer_than)
        return {
            digest(company, ref, part): uid
            for company, ref, part, uid in rows.values_list("line__demand__company", "ref", "part", "line__uid")
        }

    def current(self, targets: Sequence[uuid.UUID]) -> dict[uuid.UUID, Values]:
        return {
            row.uid: {
                **{name: getattr(row, name) for name in (*LINE, *LISTS)},
                **{name: getattr(row.demand, name) for name in DEMAND},
            }
            for row in DemandLine.objects.filter(uid__in=targets).select_related("demand")
        }

    def create(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        super().create(batch, rows)
        lines = dict(DemandLine.objects.filter(uid__in=[row.target for row in rows]).values_list("uid", "pk"))
        FeedLine.objects.bulk_create(
            FeedLine(feed_id=batch.feed_id, line_id=lines[row.target], ref=row.values["ref"], part=row.values["part"])
            for row in rows
        )

    def _demand_of(self, batch: Import, row: ImportRow) -> uuid.UUID:
        """The demand that has this number in the feed, otherwise a new one on whose uid all pieces agree."""
        ref, company = row.values["ref"], row.values["company_id"]
        found = FeedLine.objects.filter(feed=batch.feed_id, ref=ref, line__demand__company=company)
        fresh = uuid.uuid5(uuid.NAMESPACE_URL, f"{batch.feed_id} {digest(company, ref)}")
        return found.values_list("line__demand__uid", flat=True).first() or fresh

    def change(self, batch: Import, rows: Sequence[ImportRow]) -> None:
        for row in rows:
            values = row.values or {}
            said = {**line_values(row), **demand_values(values)}
            given = {name: value for name, value in said.items() if values.get(name) not in EMPTY}
            row.before = self._write(batch, row.target, given)

    def restore(self, batch: Import, rows: Sequence[ImportRow]) -> int:
        kept = 0
        now = self.current([row.target for row in rows])
        for row in rows:
            if row.target not in now or not self.same(row.values, now[row.target]):
                kept += 1
            else:
                self._write(batch, row.target, row.before or {})
        return kept

    def _write(self, batch: Import, target: uuid.UUID | None, values: Values) -> Values | None:
        """Write a line and its demand; returns what stood there before, nothing when the line is gone."""
        demand = Demand.objects.filter(lines__uid=target).first()
        if demand is None or target is None:
            return None
        source = f"feed {batch.feed_id} {batch.uid}"
        of_line = {name: value for name, value in values.items() if name in (*LINE, *LISTS)}
        before = bulk.change_lines(by=batch.by, changes={target: of_line}, source=source)[target]
        of_demand = {name: value for name, value in values.items() if name in DEMAND}
        before |= bulk.change_demand(by=batch.by, demand=demand, values=of_demand, source=source)
        today, closed = timezone.localdate(), Demand.Status.CLOSED
        if demand.status == closed and "closing_on" in before and before["closing_on"] < today <= demand.closing_on:
            Demand.objects.filter(pk=demand.pk).update(status=Demand.Status.DRAFT)  # more time: opened like a new one
        return before
