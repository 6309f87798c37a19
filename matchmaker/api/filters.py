"""Only what a resource declares can be asked for: no lookup reaches the ORM from the address (B8–B10)."""

from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend

PAGING = {"page", "page_size", "format"}


class DeclaredFilters(BaseFilterBackend):
    """`filters = {"category": narrow}` where narrow(queryset, value) → queryset; `orderings = {"newest": ["-id"]}`."""

    def filter_queryset(self, request, queryset, view):
        filters, orderings = getattr(view, "filters", {}), getattr(view, "orderings", {})
        if getattr(view, "action", "") != "list":
            return queryset
        for name in request.query_params:
            values = request.query_params.getlist(name)
            if name in PAGING:
                continue
            if len(values) > 1:
                raise ValidationError({name: [_("Give this parameter once.")]}, "repeated_parameter")
            if name == "ordering":
                if values[0] not in orderings:
                    raise ValidationError({name: [_("Order by one of: %(names)s.") % {"names": ", ".join(orderings)}]})
                queryset = queryset.order_by(*orderings[values[0]])
            elif name in filters:
                queryset = _narrowed(filters[name], queryset, name, _limited(name, values[0]))
            else:
                raise ValidationError({name: [_("Unknown parameter.")]}, "unknown_field")
        return queryset

    def get_schema_operation_parameters(self, view):
        names = [*getattr(view, "filters", {}), *(["ordering"] if getattr(view, "orderings", {}) else [])]
        return [{"name": name, "in": "query", "required": False, "schema": {"type": "string"}} for name in names]


def _narrowed(narrow, queryset, name: str, value: str):
    try:
        return narrow(queryset, value)
    except (ValueError, TypeError):  # a word where the column holds a number
        raise ValidationError({name: [_("This is no value of this parameter.")]}, "invalid") from None


def _limited(name: str, value: str) -> str:
    if len(value) > 200 or "\x00" in value:
        raise ValidationError({name: [_("Give at most 200 plain characters.")]})
    return value


def equal(field: str):
    """A filter for one value of a field."""
    return lambda queryset, value: queryset.filter(**{field: value})
