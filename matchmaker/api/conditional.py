"""Conditional requests (RFC 9110, section 13): `ETag` and 304 for what is read, `If-Match` for what is changed.

The ETag of one row is made from the row and from what this caller reads of it, so that a row of another table that is
part of the answer counts, too, and the ETag of another language is another one. Where rows have a `revision`, that is
its first part, and the only one that `If-Match` looks at.
"""

import hashlib
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Model
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import conditional_page
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response

from matchmaker.core.problems import Refused


class Conditional:
    """Mixin of a viewset: nothing is declared by a resource but `is_versioned`.

    A row whose address has a GET (`retrieve`) has an ETag, and every PATCH and POST of this row honours `If-Match`.
    """

    is_versioned = False  # rows have a `revision`
    row: Model | None = None  # the row of the address, once it was looked up
    row_tag = ""  # its ETag, where a call was refused because of it

    @method_decorator(conditional_page)  # answers 304, and gives an ETag to answers that have none
    def dispatch(self, request, *args, **kwargs):
        return super().dispatch(request, *args, **kwargs)  # type: ignore[misc]  # of GenericViewSet

    def get_object(self) -> Any:
        self.row = super().get_object()  # type: ignore[misc]  # of GenericViewSet
        return self.row

    def names_row(self, pattern: str) -> bool:
        """Whether addresses of this pattern ("/api/v1/products/{uid}/pause/") name a row that can be read."""
        return hasattr(self, "retrieve") and f"{{{self.lookup_url_kwarg or self.lookup_field}}}" in pattern

    @property
    def has_row_in_address(self) -> bool:
        return self.names_row("".join(f"{{{name}}}" for name in self.kwargs))

    @property
    def read_tags(self) -> set[str]:
        """The ETags that the caller names in `If-Match`, without their quotes; `*` stands for any."""
        tags = self.request.headers.get("If-Match", "").split(",")
        return {tag.strip().removeprefix("W/").strip('"') for tag in tags if tag.strip()}

    @property
    def read_version(self) -> str:
        """The revision that the caller has read, of `If-Match: "3"` or `"3-5f1c…"`; "" without one."""
        return min(self.read_tags, default="").partition("-")[0]

    def if_unchanged(self, act: Callable[[], Response]) -> Response:
        """Do it where the row is what the caller has read. The row is locked until it is done (B15).

        Raises:
            Refused: `stale_version`, 412, when another caller changed the row meanwhile.
        """
        if not (self.read_tags and self.has_row_in_address):
            return act()
        with transaction.atomic():
            row = self.get_object()
            type(row)._base_manager.select_for_update().values_list("pk").get(pk=row.pk)
            self._refuse_stale(self._current_tag())
            response = act()
            if response.status_code == 200:
                response["ETag"] = f'"{self._current_tag()}"'
        return response

    def add_tag(self, response: Response) -> None:
        """The ETag of one row; lists get theirs from their bytes."""
        data = response.data
        if self.row_tag:
            response["ETag"] = f'"{self.row_tag}"'
        elif response.status_code == 200 and self.action == "retrieve" and self.row is not None:
            response["ETag"] = f'"{self._tag_of(self.row, data)}"'
        elif self.is_versioned and "ETag" not in response and isinstance(data, dict) and "revision" in data:
            response["ETag"] = f'"{data["revision"]}"'

    def _refuse_stale(self, current: str) -> None:
        accepted = {current, "*"}
        if self.is_versioned:
            accepted |= {tag for tag in self.read_tags if tag.partition("-")[0] == current.partition("-")[0]}
        if self.read_tags & accepted:
            return
        self.row_tag = current
        facts = {"current": current, "wanted": min(self.read_tags)[:40]}
        raise Refused(
            "stale_version",
            _("This was changed meanwhile: it is at version %(current)s, yours is %(wanted)s.") % facts,
            status=412,
        )

    def _current_tag(self) -> str:
        action: str = self.action  # type: ignore[has-type]  # of ViewSetMixin
        self.action = "retrieve"
        try:
            data = self.retrieve(self.request, **self.kwargs).data
        finally:
            self.action = action
        return self._tag_of(self.row, data)

    def _tag_of(self, row: Model, data) -> str:
        fields = {field.attname: str(field.value_from_object(row)) for field in row._meta.concrete_fields}
        digest = hashlib.sha256(JSONRenderer().render([fields, data])).hexdigest()[:20]
        return f"{row.revision}-{digest}" if self.is_versioned else digest
