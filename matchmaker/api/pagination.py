"""Lists come in pages of 25, at most 100."""

from collections.abc import Callable
from typing import NamedTuple

from django.db.models import Case, CharField, Q, Value, When
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import PageNumberPagination

from matchmaker.directory.services import search_keys


class Pages(PageNumberPagination):
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_paginated_response_schema(self, schema):
        """As REST framework says it, in the words of OpenAPI 3.1: `next` and `previous` may be null."""
        address = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["count", "next", "previous", "results"],
            "properties": {"count": {"type": "integer"}, "next": address, "previous": address, "results": schema},
        }

    def paginate_queryset(self, queryset, request, view=None):
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, OverflowError, ValueError):
            raise ValidationError({"page": [_("There is no such page.")]}, "invalid_page") from None


# Only what a resource declares can be asked for: no lookup reaches the ORM from the address (B8–B10).


PAGING = {"page", "page_size", "format"}
LISTS = ("list", "mine")


class Filter(NamedTuple):
    """A parameter of a list: what callers read about it, and narrow(queryset, value) → queryset."""

    says: str
    narrow: Callable


def equal(field: str, says: str) -> Filter:
    """A filter for one value of a field."""
    return Filter(says, lambda queryset, value: queryset.filter(**{field: value}))


def search_words(kind: str, in_directory: Callable, plain: Callable) -> Filter:
    """A filter for words that finds what the page of that directory finds.

    `in_directory()` are the rows of the directory. Others, such as one's own drafts, are in no index: `plain(value)` is
    the lookup that finds these.
    """

    def narrow(queryset, value):
        elsewhere = ~Q(pk__in=in_directory().values("pk")) & plain(value)
        fitting, related = search_keys(kind, value)
        queryset = queryset.filter(Q(pk__in=[*fitting, *related]) | elsewhere).distinct()
        is_related = When(pk__in=related, then=Value("related"))
        return queryset.annotate(search_fit=Case(is_related, default=Value("fit"), output_field=CharField()))

    return Filter("Words in any language; finds what the search of the site finds. `fit` of each row says how.", narrow)


class FitField(serializers.ChoiceField):
    """Of a list that was searched with words: whether a row fits them, or is only related to them."""

    def __init__(self, **options):
        super().__init__(
            choices=["fit", "related"],
            allow_null=True,
            read_only=True,
            source="search_fit",
            default=None,
            help_text="Whether the row fits the words of `q` or is only related to them; null without words.",
            **options,
        )

    def get_attribute(self, instance):
        return getattr(instance, "search_fit", None)


class DeclaredFilters(BaseFilterBackend):
    """`filters = {"category": Filter(…)}` and `orderings = {"newest": ["-id"]}` of the resource."""

    def filter_queryset(self, request, queryset, view):
        filters, orderings = getattr(view, "filters", {}), getattr(view, "orderings", {})
        if view.action not in LISTS:
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
                queryset = _narrow(filters[name].narrow, queryset, name, _limit_length(name, values[0]))
            else:
                raise ValidationError({name: [_("Unknown parameter.")]}, "unknown_field")
        return queryset

    def get_schema_operation_parameters(self, view):
        if view.action not in LISTS:
            return []
        parameters = [
            {"name": name, "description": narrow.says, "schema": {"type": "string"}}
            for name, narrow in getattr(view, "filters", {}).items()
        ]
        if orderings := list(getattr(view, "orderings", {})):
            schema = {"type": "string", "enum": orderings}
            parameters.append({"name": "ordering", "description": "How the list is ordered.", "schema": schema})
        return [{"in": "query", "required": False, **parameter} for parameter in parameters]


def _narrow(narrow, queryset, name: str, value: str):
    try:
        return narrow(queryset, value)
    except ValidationError as error:
        raise ValidationError({name: error.detail}) from None
    except (ValueError, TypeError):  # a word where the column holds a number
        raise ValidationError({name: [_("This is no value of this parameter.")]}, "invalid") from None


def _limit_length(name: str, value: str) -> str:
    if len(value) > 200 or "\x00" in value:
        raise ValidationError({name: [_("Give at most 200 plain characters.")]})
    return value
