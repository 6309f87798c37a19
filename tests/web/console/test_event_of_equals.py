"""An event in which any company meets any other, by its pages: registration, wishes, board, badges, the day."""

import pytest
from django.urls import reverse

from matchmaker.events import services
from matchmaker.events.models import Event, EventParticipation
from tests import factories
from tests.events.conftest import Hall
from tests.markup import flat


@pytest.fixture
def equals(db):
    return Hall(kind=Event.Kind.EQUALS)


@pytest.fixture
def rows(equals):
    found = [equals.comes(side) for side in ("supplier", "supplier", "buyer")]
    for one in found:
        for other in found:
            if one != other:
                equals.wish(one, other, "must")
    return found


def page(name, *args):
    return reverse(name, args=["wuhan", *args])


@pytest.mark.slow
def test_the_board_has_each_meeting_in_the_rows_of_both_companies(client, equals, rows):
    client.force_login(equals.organiser)
    draft = equals.plan()
    shown = client.get(page("console_event_plan", draft.uid))
    assert shown.context["views"] == [("company", "By company"), ("table", "By table")]
    assert '<th scope="col">Company</th>' in flat(shown.text), "none of them is a supplier here"
    board = [row for day in shown.context["board"]["days"] for row in day["rows"]]
    names = {row.company.display_name for row in rows}
    assert {row["label"] for row in board} == names
    for row in board:
        assert {one["label"] for one in row["cells"] if one} == names - {row["label"]}
    services.publish_plan(by=equals.organiser, draft=draft)
    published = client.get(page("console_event_meetings"), {"by": "supplier"})
    assert published.context["view"] == "company"
    assert sum(row["count"] for day in published.context["board"]["days"] for row in day["rows"]) == 6
    badges = client.get(page("console_event_paper")).context["sides"]
    assert badges[0] == ("both", "Companies", 3)
    assert client.get(page("console_event_badges"), {"side": "both"}).content.startswith(b"%PDF")
    today = client.get(page("console_event_today"))
    assert (today.status_code, today.context["sides"]) == (200, [])
    assert "3 companies" in " ".join(client.get(page("console_event_plans")).content.decode().split())


def test_a_company_registers_without_a_side_and_sees_offers_and_demands(client, equals, rows):
    newcomer = factories.buyer()
    client.force_login(factories.member_of(newcomer))
    form = client.get(page("meetings_register")).context["form"]
    assert [value for value, _label in form.fields["side"].choices] == ["both"]
    data = {"side": "both", "languages": ["en"], "people": "Ada", "seeks": "", "note": ""}
    assert client.post(page("meetings_register"), data).status_code == 302
    row = EventParticipation.objects.get(company=newcomer)
    line = factories.line(factories.demand(newcomer))
    factories.match(factories.product(rows[0].company), line, score=0.5)
    cards = client.get(page("meetings_companies")).context["cards"]
    assert [card["company"] for card in cards] == [one.company for one in rows]
    assert (row.side, cards[0]["supplier_side"], len(cards[0]["about"])) == ("both", False, 1)
    ask = client.get(reverse("meetings_ask", args=["wuhan", rows[2].company.uid]))
    assert ask.status_code == 200


def test_the_organiser_adds_a_company_without_a_side(client, equals):
    client.force_login(equals.organiser)
    company = factories.supplier()
    company.campaigns.add(equals.event.campaign)
    data = {"company": company.pk, "side": "both"}
    client.post(page("console_event_add"), data)
    assert EventParticipation.objects.get(company=company).side == "both"
