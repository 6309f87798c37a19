"""The one table of who may do what: nothing is outside it, exports obey it, and the document shows it."""

from pathlib import Path

import pytest
from django.core.checks.registry import registry

from matchmaker.notifications import wording
from matchmaker.web.access import rights_table
from tests import factories

SECURITY = Path(__file__).resolve().parent.parent.parent / "docs/security.md"


def rights_errors() -> list[str]:
    return [error.msg for error in rights_table.everything_has_its_right(None)]


def test_the_checks_run_with_every_command():
    names = {check.__name__ for check in registry.registered_checks if check.__module__.startswith("matchmaker.")}
    assert names == {
        "check_hooks",
        "check_version_of_database",
        "every_kind_names_its_topic",
        "every_route_declares_its_policy",
        "everything_has_its_right",
    }


def test_every_table_notice_and_export_has_its_right():
    assert rights_errors() == []


def test_the_document_shows_the_table_as_it_is():
    """`python manage.py rights` prints what belongs between the two marks."""
    text = SECURITY.read_text().split("<!-- rights -->")[1].split("<!-- /rights -->")[0]
    assert text.strip() == rights_table.as_markdown()


def without(monkeypatch, thing: str) -> list[str]:
    monkeypatch.setattr(rights_table, "TABLE", tuple(row for row in rights_table.TABLE if row.thing != thing))
    return rights_errors()


def test_a_table_or_an_export_nobody_thought_of_stops_the_start(monkeypatch):
    assert without(monkeypatch, "Answers to the campaign's questions") == [
        "Who may do what: the export 'console_answers_export' is named by no row.",
        "Who may do what: the table 'campaigns.Answer' is named by no row.",
        "Who may do what: the table 'campaigns.Question' is named by no row.",
    ]


def test_a_notice_nobody_thought_of_stops_the_start(monkeypatch):
    monkeypatch.setattr(wording, "kinds", lambda: ("company_acted", "gossip"))
    assert "Who may do what: the notice 'gossip' is named by no row." in rights_errors()


def test_an_export_that_opens_for_somebody_else_stops_the_start(monkeypatch):
    strict = {**rights_table.exports(), "buyer_shortlist_export": "administrator of the campaign"}
    monkeypatch.setattr(rights_table, "exports", lambda: strict)
    assert rights_errors() == [
        "Who may do what: the export 'buyer_shortlist_export' opens for 'member of a buyer', "
        "not for 'administrator of the campaign'."
    ]


@pytest.mark.parametrize("right", rights_table.TABLE, ids=lambda right: right.thing)
def test_every_row_says_something_in_each_column(right):
    assert [bool(cell.strip()) for cell in right.cells] == [True] * len(rights_table.COLUMNS)


@pytest.mark.django_db
@pytest.mark.parametrize("visibility", ["private", "invited"])
def test_a_superuser_reads_no_demand_that_is_not_open_to_everybody(client, visibility):
    demand = factories.demand(factories.buyer(), lines=1, visibility=visibility)
    client.force_login(factories.user(is_staff=True, is_superuser=True))
    assert client.get(f"/demands/{demand.uid}/").status_code == 404
    assert client.get(f"/api/v1/demands/{demand.uid}/").status_code == 404
