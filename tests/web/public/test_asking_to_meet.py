"""From a product or its supplier straight to a meeting, where the supplier comes to an event."""

import pytest
from django.urls import reverse

from matchmaker.events.models import Event
from tests import factories as make
from tests.events.conftest import Hall

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"


def links(client, product) -> set[str]:
    pages = [reverse("product", args=[product.uid]), reverse("supplier", args=[product.company.uid])]
    answers = [client.get(page).context["meetings"] for page in pages]
    assert answers[0] == answers[1]
    return {one["url"] for one in answers[0]}


def test_a_registered_buyer_asks_a_registered_supplier_for_a_meeting(client):
    hall = Hall()
    seller, buyer = hall.comes("supplier"), hall.comes("buyer")
    product = make.product(company=seller.company)
    client.force_login(make.member_of(buyer.company))
    ask = reverse("meetings_ask", args=["wuhan", seller.company.uid])
    assert links(client, product) == {ask}
    assert client.get(ask).status_code == 200


def test_a_buyer_that_is_not_registered_is_led_to_the_registration(client):
    hall = Hall()
    product = make.product(company=hall.comes("supplier").company)
    client.force_login(make.member_of(make.buyer()))
    assert links(client, product) == {reverse("meetings_register", args=["wuhan"])}


@pytest.mark.parametrize("case", ["supplier stays away", "event cancelled", "buyers do not ask", "another supplier"])
def test_nothing_is_offered_where_no_meeting_can_be_asked_for(client, case):
    hall = Hall(**({"asks_from": Event.Asks.SUPPLIERS} if case == "buyers do not ask" else {}))
    buyer = hall.comes("buyer").company
    seller = make.supplier() if case == "supplier stays away" else hall.comes("supplier").company
    if case == "event cancelled":
        Event.objects.update(status=Event.Status.CANCELLED)
    client.force_login(make.member_of(make.supplier() if case == "another supplier" else buyer))
    assert links(client, make.product(company=seller)) == set()


def test_categories_stand_below_their_groups(client):
    for code in ("AGRI-01", "AGRI-02", "TECH-01"):
        make.product(category=make.category(code), hs_code="")
    tree = client.get(reverse("products")).context["facets"][0]
    assert [(one["facet"], one["value"], one["count"]) for one in tree["options"]] == [
        ("group", "AGRI", 2),
        ("category", "AGRI-01", 1),
        ("category", "AGRI-02", 1),
        ("group", "TECH", 1),
        ("category", "TECH-01", 1),
    ]


def test_a_filter_with_nothing_to_choose_is_not_shown(client):
    make.product(origin="TH", currency="", price_low=None)
    page = client.get(reverse("products")).content.decode()
    assert (page.count("<summary>Origin"), page.count("<summary>Attends"), page.count("<summary>Currency")) == (
        1,
        0,
        0,
    )
