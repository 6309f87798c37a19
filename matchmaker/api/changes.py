"""Lists that a program keeps in step with: what changed since it last read, and what left the list."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, inline_serializer
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from matchmaker.accounts.changes import changes_since

PARAMETERS = {"updated_since", "page_size", "format"}
UPDATED_SINCE = OpenApiParameter(
    "updated_since",
    required=True,
    description="The `cursor` of the answer that was read last; or a time in ISO 8601, for a program that begins.",
)
PAGE_SIZE = OpenApiParameter("page_size", type=int, description="Rows in one answer: 100, at most 500.")
SINCE = [UPDATED_SINCE, PAGE_SIZE]
SINCE_NOTE = (
    "Each row once, in the order in which changes were seen, at most five seconds after them. What left the list is "
    "`deleted`. Read `next` until it is null, keep `cursor`, and ask with it again later."
)
DEFAULT_SIZE, MOST = 100, 500


def changes_of(row: type[serializers.Serializer], name: str) -> serializers.Serializer:
    """What is answered: `row` describes a row, `name` the kind of rows ("Product")."""
    change = inline_serializer(
        f"{name}Change",
        {"id": serializers.UUIDField(), "deleted": serializers.BooleanField(), "row": row(allow_null=True)},
        many=True,
    )
    return inline_serializer(
        f"{name}Changes",
        {
            "cursor": serializers.CharField(help_text="Send it as `updated_since` next time."),
            "next": serializers.URLField(allow_null=True, help_text="More of the same; null at the end."),
            "from_start": serializers.BooleanField(help_text="All rows are read: forget the rows of earlier readings."),
            "results": change,
        },
    )


class WithChanges:
    """Mixin of a resource whose rows move `change_times` when what is answered of them changes."""

    change_times: tuple[str, ...] = ("updated_at",)

    def changed(self, serializer: type[serializers.Serializer], *, is_own: bool = False) -> Response:
        """A page of changes of the rows of this action; `is_own`: people see different rows."""
        query, site = self.request.query_params, self.request.site_campaign
        if unknown := sorted(set(query) - PARAMETERS):
            raise ValidationError({name: [_("Unknown parameter.")] for name in unknown}, "unknown_field")
        rows = self.get_queryset()
        try:
            page = changes_since(
                rows,
                name=rows.model._meta.label_lower + ("" if is_own else f"/{site.pk if site else ''}"),
                times=self.change_times,
                user=self.request.user if is_own else None,
                since=query.get("updated_since", ""),
                size=min(MOST, max(1, int(query.get("page_size", DEFAULT_SIZE)))),
            )
        except (ValueError, OverflowError):
            raise ValidationError({"updated_since": [_("This is no value of this parameter.")]}, "invalid") from None
        current = rows.filter(pk__in=[change.row for change in page.rows if not change.is_deleted])
        answered = serializer(current, many=True, context=self.get_serializer_context()).data
        by_uid = {str(row["uid"]): row for row in answered}
        results = [self._change(str(change.uid), by_uid.get(str(change.uid))) for change in page.rows]
        following = self._address_of(page.cursor) if page.has_more else None
        return Response({"cursor": page.cursor, "next": following, "from_start": page.from_start, "results": results})

    def _change(self, uid: str, row: dict[str, Any] | None) -> dict[str, Any]:
        """A row that left the list since the ledger was written is as little there as one that left before."""
        return {"id": uid, "deleted": row is None, "row": row}

    def _address_of(self, cursor: str) -> str:
        query = self.request.query_params.copy()
        query["updated_since"] = cursor
        return self.request.build_absolute_uri(f"{self.request.path}?{query.urlencode()}")
