"""The sample events come alive."""

import pytest

from matchmaker.campaigns.models import Participation
from matchmaker.events.models import EventParticipation, Interpreter, Wish
from matchmaker.running.sample_events import people_register
from tests import factories
from tests.events.conftest import Hall


@pytest.mark.slow
@pytest.mark.django_db
def test_companies_of_the_trade_register_and_every_second_buyer_has_wishes():
    hall = Hall(slug="wuhan-food")
    rice, other = factories.category("AGRI-01"), factories.category("CONS-01")
    suppliers = [factories.product(factories.supplier(), category=rice).company for _number in range(4)]
    tools = factories.product(factories.supplier(), category=other).company
    buyers = [factories.demand(factories.buyer(), lines=1).company for _number in range(3)]
    for side, companies in (("supplier", [*suppliers, tools]), ("buyer", buyers)):
        for company in companies:
            Participation.objects.create(campaign=hall.event.campaign, company=company, side=side)
    assert people_register(hall.event, hall.organiser) == 7
    coming = EventParticipation.objects.filter(event=hall.event)
    assert set(coming.values_list("company", flat=True)) == {row.pk for row in (*suppliers, *buyers)}
    assert Interpreter.objects.filter(event=hall.event).count() == 5
    said = [[(wish.other, wish.kind) for wish in Wish.objects.filter(company=buyer).order_by("pk")] for buyer in buyers]
    first = [(suppliers[0], "must"), (suppliers[1], "would"), (suppliers[2], "would")]
    assert said == [first, [], first]
    assert set(Wish.objects.filter(other=buyers[0]).values_list("kind", flat=True)) == {"would"}
