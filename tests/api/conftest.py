"""A caller with a key."""

import json

import pytest
from django.test import Client

from matchmaker.accounts.services import SCOPES, create_token


class Caller:
    """An HTTP client that sends a key and JSON, and reads JSON back."""

    def __init__(self, user=None, scopes=SCOPES):
        self.client = Client(raise_request_exception=False)
        self.headers = {}
        if user is not None:
            _token, key = create_token(by=user, name="test", scopes=scopes)
            self.headers["Authorization"] = f"Bearer {key}"

    def get(self, path, **params):
        return self.client.get(path, params, headers=self.headers)

    def post(self, path, data=None, *, raw=None, content_type="application/json", **headers):
        body = raw if raw is not None else json.dumps(data or {})
        return self.client.post(path, body, content_type=content_type, headers={**self.headers, **headers})

    def send(self, path, data, **headers):
        """A POST as multipart/form-data, which may hold files."""
        return self.client.post(path, data, headers={**self.headers, **headers})

    def patch(self, path, data, **headers):
        body = json.dumps(data)
        return self.client.patch(path, body, content_type="application/json", headers={**self.headers, **headers})


@pytest.fixture
def anonymous():
    return Caller()


@pytest.fixture
def caller():
    return Caller
