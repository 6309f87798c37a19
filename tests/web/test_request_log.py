"""One structured line a request, without personal data; `extra=` fields come out in JSON."""

import json
import logging

import pytest
from django.urls import reverse

from matchmaker.accounts.services import create_token
from matchmaker.core.logs import Line
from tests import factories


@pytest.fixture
def lines(monkeypatch, caplog):
    """The JSON lines of requests written so far."""
    monkeypatch.setenv("LOG_FORMAT", "json")
    caplog.set_level(logging.INFO, logger="site.requests")
    monkeypatch.setattr(caplog.handler, "formatter", Line())

    def read() -> list[dict]:
        rows = [json.loads(line) for line in caplog.text.splitlines()]
        return [row for row in rows if row["logger"] == "site.requests"]

    return read


@pytest.mark.django_db
def test_a_page_is_one_line_with_route_status_time_and_size(client, lines):
    product = factories.product(status="published")
    answer = client.get(reverse("product", args=[product.uid]), {"email": "jane@example.org"})
    (line,) = lines()
    assert (line["method"], line["route"], line["status"]) == ("GET", "product", 200)
    assert line["bytes"] == len(answer.content)
    assert 0 <= line["duration_ms"] < 60_000
    assert line["request_id"] == answer["X-Request-ID"]
    assert {"user", "api_key"}.isdisjoint(line)
    assert "jane" not in json.dumps(line)
    assert str(product.uid) not in json.dumps(line)


@pytest.mark.django_db
def test_a_person_and_a_key_are_known_by_their_number_alone(client, lines):
    person = factories.user()
    client.force_login(person)
    client.get(reverse("desk"))
    token, key = create_token(by=person, name="test", scopes=["read"])
    client.logout()
    client.get("/api/v1/notifications/", headers={"Authorization": f"Bearer {key}"})
    page, call = lines()
    assert page["user"] == call["user"] == person.pk
    assert call["api_key"] == token.pk
    assert "api_key" not in page
    assert person.email not in json.dumps([page, call])


@pytest.mark.django_db
def test_the_console_names_its_campaign_and_a_missing_page_has_no_address(client, lines, organiser, campaign):
    client.force_login(organiser)
    client.get(reverse("console_home"))
    client.get("/accounts/password/reset/key/1-secret/")
    client.get("/nowhere/secret/")
    console, forgotten, missing = lines()
    assert console["campaign"] == campaign.slug
    assert (missing["route"], missing["status"]) == ("none", 404)
    assert "secret" not in json.dumps([forgotten, missing])


def test_extra_fields_come_out_in_json_and_whole_objects_do_not(monkeypatch):
    monkeypatch.setenv("LOG_FORMAT", "json")
    extra = {"rows": 3, "request": object(), "args": ("jane@example.org",), "level": "mine"}
    record = logging.makeLogRecord({"msg": "done", "levelname": "INFO", "name": "x", **extra, "args": None})
    line = json.loads(Line().format(record))
    assert (line["rows"], line["level"], line["message"]) == (3, "INFO", "done")
    assert "request" not in line
