"""The OpenAPI document is made once a language and format, and a reader who has it gets 304."""

import json

import pytest
import yaml
from django.test import Client

from matchmaker.api import docs

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
ADDRESS = "/api/v1/schema/"


@pytest.fixture
def generations(monkeypatch):
    """How often the document was made."""
    made = []
    generate = docs.SchemaGenerator.get_schema

    def counted(*arguments, **named):
        made.append(1)
        return generate(*arguments, **named)

    docs._schema_file.cache_clear()
    monkeypatch.setattr(docs.SchemaGenerator, "get_schema", counted)
    yield made
    docs._schema_file.cache_clear()


def test_the_document_is_made_once_however_often_it_is_read(generations):
    client = Client(headers={"Accept": "application/vnd.oai.openapi+json"})
    answers = [client.get(ADDRESS) for _time in range(3)]
    assert len(generations) == 1
    assert len({answer.content for answer in answers}) == 1
    assert json.loads(answers[0].content)["openapi"] == "3.1.1"
    assert answers[0]["Content-Type"].startswith("application/vnd.oai.openapi+json")
    assert yaml.safe_load(Client().get(ADDRESS).content)["openapi"] == "3.1.1"
    assert len(generations) == 2  # another format
    client.get(ADDRESS, {"lang": "fr"})
    client.get(ADDRESS, headers={"Accept-Language": "fr"})
    client.get(ADDRESS, {"lang": "no-language"})
    assert len(generations) == 3


def test_a_reader_who_has_the_document_gets_304_and_head_has_no_body(generations):
    client = Client()
    whole = client.get(ADDRESS)
    head = client.head(ADDRESS)
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", whole["ETag"])
    for ask in (client.get, client.head):
        again = ask(ADDRESS, headers={"If-None-Match": whole["ETag"]})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", whole["ETag"])
    assert client.get(ADDRESS, headers={"If-None-Match": '"another"'}).content == whole.content
    assert "Accept" in whole["Vary"]
    assert "Accept-Language" in whole["Vary"]
    assert len(generations) == 1
