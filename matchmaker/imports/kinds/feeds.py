"""Demands from a feed: known by their number there, so that a row with another title or text is still the same."""

import uuid
from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from matchmaker.catalogue.models import Demand, DemandLine
from matchmaker.imports.columns import Column, line
from matchmaker.imports.kinds.base import Context, Problems, Values, digest, to_field_values
from matchmaker.imports.kinds.demands import COLUMNS, DEMAND, LINE, Demands
from matchmaker.imports.models import FeedLine, Import, ImportRow

REF, PART = FeedLine._meta.get_field("ref"), FeedLine._meta.get_field("part")
OWN = [Column("ref", _("number in the feed"), line, REF, required=True), Column("part", _("line"), line, PART)]


class FeedDemands(Demands):
    heads = "feed demands"

    @property
    def columns(self) -> list[Column]:
        return [*OWN, *COLUMNS]

    def judge(self, values: Values, context: Context) -> Problems:
        """A feed that does not say who may see a demand leaves that as it is: the buyer may have chosen it."""
        visibility = values["visibility"]
        problems = super().judge(values, context)
        values["visibility"] = visibility
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
        rows = DemandLine.objects.filter(uid__in=targets).select_related("demand")
        return {
            row.uid: {name: getattr(row, name) for name in LINE} | {name: getattr(row.demand, name) for name in DEMAND}
            for row in rows
        }

    def terms(self, values: Values) -> Values:
        return super().terms(values) | to_field_values(Demand, values, DEMAND)

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
