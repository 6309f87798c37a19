"""What all resources share: strict input, one effect for one Idempotency-Key, and conditional requests."""

import hashlib
import json
from collections.abc import Callable

from django.core.files import File
from django.db import transaction
from django.db.models import QuerySet
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ParseError
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from matchmaker.accounts import idempotency
from matchmaker.api.conditional import Conditional
from matchmaker.campaigns import site
from matchmaker.campaigns.models import Campaign
from matchmaker.companies.models import Company
from matchmaker.core.problems import Refused


class Strict(serializers.Serializer):
    """Refuses what it does not know, so that a mistyped or forbidden member is never silently dropped (B13)."""

    def to_internal_value(self, data):
        unknown = self._unknown(data) if isinstance(data, dict) else {}
        try:
            values = super().to_internal_value(data)
        except serializers.ValidationError as others:  # all errors at once: one round for the caller
            raise serializers.ValidationError({**others.detail, **unknown}) from None
        if unknown:
            raise serializers.ValidationError(unknown)
        return values

    def _unknown(self, data: dict) -> dict[str, list]:
        writable = {name for name, field in self.fields.items() if not field.read_only}
        if self.instance is not None:
            writable.discard("company")  # whose it is was said when it was made (X12)
        error = serializers.ErrorDetail(_("This field is unknown or read-only."), "unknown_field")
        return {str(name)[:60]: [error] for name in sorted(set(data) - writable, key=str)[:20]}


class Output(serializers.ModelSerializer):
    """What is answered of a row. A field that may be empty in the row may be empty in the answer, and the OpenAPI
    document says so: REST framework drops `allow_blank` of read-only fields, which made the document untrue."""

    def include_extra_kwargs(self, kwargs, extra_kwargs):
        may_be_blank = kwargs.get("allow_blank", False)
        kwargs = super().include_extra_kwargs(kwargs, extra_kwargs)
        return {**kwargs, "allow_blank": True} if may_be_blank else kwargs


class Resource(Conditional, viewsets.GenericViewSet):
    """Rows are named by `uid`; `policy`, `filters` and `orderings` are declared on the class."""

    lookup_field = "uid"
    lookup_value_converter = "uuid"
    http_method_names = ["get", "post", "patch", "head", "options"]
    policy: dict[str, str] = {}
    url_name = ""  # of the address of one row

    def initial(self, request, *args, **kwargs):
        """Every POST honours an Idempotency-Key and every change of a row If-Match, also where nobody thought of it."""
        super().initial(request, *args, **kwargs)
        if request.method == "POST" and hasattr(self, "post"):
            post = self.post  # type: ignore[has-type]  # a method of the view
            self.post = lambda *given, **named: self.once(lambda: self.if_unchanged(lambda: post(*given, **named)))
        if request.method == "PATCH" and hasattr(self, "patch"):
            patch = self.patch  # type: ignore[has-type]
            self.patch = lambda *given, **named: self.if_unchanged(lambda: patch(*given, **named))

    def finalize_response(self, request, response, *args, **kwargs):
        response = super().finalize_response(request, response, *args, **kwargs)
        if isinstance(response, Response):
            self.add_tag(response)
        if response.status_code == 201 and self.url_name:
            response["Location"] = request.build_absolute_uri(self.address_of(response.data))
        return response

    def address_of(self, data: dict) -> str:
        """The path of a row that was made, from what is answered of it."""
        row = {self.lookup_url_kwarg or self.lookup_field: data[self.lookup_field]}
        parent = {"uid": self.kwargs["uid"]} if self.lookup_url_kwarg else {}
        return reverse(self.url_name, kwargs={**parent, **row})

    def company(self, **side) -> Company:
        """The caller's company on a side; with several she names one in `company`."""
        companies = Company.objects.of(self.request.user).filter(**side).order_by("memberships__id")
        wanted = self.request.data.get("company") if isinstance(self.request.data, dict) else None
        company = companies.filter(uid=wanted).first() if wanted else companies.first()
        if company is None:
            raise Refused("wrong_role", _("None of your companies is on this side."), status=403)
        return company

    def listed(self, rows, serializer: type[serializers.Serializer]) -> Response:
        """A page of rows, narrowed and ordered as the caller asked."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(serializer(page, many=True, context=self.get_serializer_context()).data)

    def campaign(self) -> Campaign | None:
        """The campaign of the team that `?campaign=` names by its slug; without it the one of this address."""
        slug = self.request.query_params.get("campaign")
        if slug:
            return get_object_or_404(Campaign.objects.run_by(self.request.user), slug=slug)
        return self.request.site_campaign

    def of_site(self, rows: QuerySet, side: str, owner: str = "company") -> QuerySet:
        """Of lists that anybody reads: the rows of companies that take part in the campaign of this address."""
        return site.of_campaigns(rows, site.campaigns_shown(self.request.site_campaign), side, owner)

    def once(self, act: Callable[[], Response]) -> Response:
        """Do it once for one Idempotency-Key: a repeat gets the first answer (IETF draft, httpapi-idempotency-key).

        Answers: 422 for the same key with another request, 409 while the first is being worked on.
        """
        key = self.request.headers.get("Idempotency-Key")
        if key is None:
            return act()
        if not 1 <= len(key) <= 255 or not key.isascii() or not key.isprintable():
            raise Refused(
                "idempotency_key_invalid", _("Idempotency-Key has 1 to 255 printable ASCII characters."), status=400
            )
        if not self.request.user.is_authenticated:
            return act()  # who is not signed in changes nothing, and a stored answer could reach another person
        stored = idempotency.claim(caller=f"user:{self.request.user.pk}", key=key, digest=_digest(self.request))
        if stored.status is not None:
            return Response(stored.body, status=stored.status, headers={"Idempotent-Replayed": "true"})
        try:
            self.prepare()
            with transaction.atomic():  # the answer stands or falls with what it answers
                response = act()
                body = json.loads(json.dumps(response.data, cls=JSONEncoder))
                idempotency.store_answer(stored, status=response.status_code, body=body)
            return response
        except Exception:
            idempotency.give_back(stored)
            raise

    def prepare(self) -> None:
        """What takes long and needs no transaction, before that of the answer begins; see `WithFiles`."""

    def given(self, serializer: type[serializers.Serializer], row=None) -> serializers.Serializer:
        """The input, validated; only what is named is changed where there is a row.

        Raises:
            ParseError: when there is no body at all, which is never what a caller means.
        """
        if not self.request.META.get("CONTENT_LENGTH", "0").strip("0"):
            raise ParseError(_("The body must be a JSON object."), "json_invalid")
        checked = serializer(row, data=self.request.data, partial=row is not None)
        checked.is_valid(raise_exception=True)
        return checked


def _digest(request) -> str:
    """What makes it the same request: where it goes and what it says; of a file its name and what is in it."""
    body = request.data
    if isinstance(body, QueryDict):
        body = [(name, [_content(value) for value in values]) for name, values in body.lists()]
        body.sort(key=lambda pair: pair[0])
    text = json.dumps([request.method, request.path, body], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def _content(value):
    """A file is read piece by piece, and stands at its beginning again for whoever reads it next."""
    if not isinstance(value, File):
        return value
    digest = hashlib.sha256()
    for piece in value.chunks():
        digest.update(piece)
    value.seek(0)
    return [value.name, digest.hexdigest()]
