"""A caller with a key. Every answer it gets is checked against the OpenAPI document."""

import json
import re
from functools import cache

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator

from matchmaker.accounts.services import SCOPES, create_token
from matchmaker.notifications.models import Notice


@cache
def document() -> dict:
    return SchemaGenerator().get_schema(request=None, public=True)


@cache
def operations() -> list[tuple[re.Pattern, str]]:
    """(pattern of an address, the address in the document), those without parameters first."""
    paths = sorted(document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile(re.sub(r"\{\w+\}", "[^/]+", path)), path) for path in paths]


@cache
def validator(path: str, verb: str, status: str) -> Draft202012Validator:
    """Of a successful answer; a test whose operation is not in the document fails with a KeyError."""
    answer = document()["paths"][path][verb]["responses"][status]
    schema = answer["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document()["components"]})


def checked(response):
    """The answer; fails when a successful answer is not what the OpenAPI document says of it."""
    path, verb = response.request["PATH_INFO"], response.request["REQUEST_METHOD"].lower()
    if response.status_code < 300 and response.headers.get("Content-Type") == "application/json":
        name = next((name for pattern, name in operations() if pattern.fullmatch(path)), None)
        if name:
            validator(name, verb, str(response.status_code)).validate(response.json())
    return response


class Caller:
    """An HTTP client that sends a key and JSON, and reads JSON back."""

    def __init__(self, user=None, scopes=SCOPES):
        self.client = Client(raise_request_exception=False)
        self.headers = {"X-Request-ID": "a-request"}  # the same each time, so that answers can be compared
        if user is not None:
            _token, key = create_token(by=user, name="test", scopes=scopes)
            self.headers["Authorization"] = f"Bearer {key}"
            Notice.objects.filter(kind="way_in_added", recipient=user).delete()  # of the key itself

    def get(self, path, **params):
        return checked(self.client.get(path, params, headers=self.headers))

    def post(self, path, data=None, *, raw=None, content_type="application/json", **headers):
        body = raw if raw is not None else json.dumps(data or {})
        return checked(self.client.post(path, body, content_type=content_type, headers={**self.headers, **headers}))

    def send(self, path, data, **headers):
        """A POST as multipart/form-data, which may hold files."""
        return checked(self.client.post(path, data, headers={**self.headers, **headers}))

    def patch(self, path, data, **headers):
        body = json.dumps(data)
        return checked(
            self.client.patch(path, body, content_type="application/json", headers={**self.headers, **headers})
        )


@pytest.fixture
def anonymous():
    return Caller()


@pytest.fixture
def caller():
    return Caller
