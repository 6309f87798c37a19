"""From the link of a partner to a published product with its first match, with nobody of the team in between."""

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import AutomaticApproval
from matchmaker.campaigns.services import partners
from matchmaker.catalogue.models import Product
from matchmaker.matching.models import Match
from matchmaker.matching.services import match_waiting
from tests import factories as make

pytestmark = pytest.mark.django_db
COMPANY = {"legal_name": "Surin Mill", "country": "TH", "city": "Surin", "contact_name": "Malee", "about_en": "Rice."}
GIVEN = {"contact_email": "malee@mill.example"}  # the address she signed up with
CHOSEN = {"languages": ["en"], "consent": "on"}


class Walk:
    """Counts what is typed and what is pressed."""

    def __init__(self, client):
        self.client, self.typed, self.clicks = client, 0, 0

    def press(self, address, typed=None, **chosen):
        self.typed += len(typed or {})
        self.clicks += 1
        return self.client.post(address, {**(typed or {}), **chosen}, follow=True)


def step(number: int) -> str:
    return reverse("join_step", args=["supplier", number])


def test_with_a_trusted_partners_code_a_product_is_published_and_matched_without_a_human(client):
    make.campaign()
    partner, person = make.partner(is_trusted=True)
    code = partners.make_code(by=person, partner=partner, label="Fair", quota=5, days=30, vouches=True)
    make.hs_code()
    make.line(make.demand(), category=make.category(), text="泰国茉莉香米 Thai Hom Mali rice", hs_code="100630")
    client.force_login(make.user(email=GIVEN["contact_email"]))  # sign-up itself: address, name and password
    walk = Walk(client)
    assert walk.press(reverse("invited", args=[code.code])).redirect_chain[-1][0] == step(1)
    names = {name: COMPANY[name] for name in ("legal_name", "country")}
    walk.press(step(1), names, identifier_kind="", identifier="")
    contact = {name: COMPANY[name] for name in ("city", "contact_name")}
    walk.press(step(2), contact, **GIVEN, languages=CHOSEN["languages"])
    about = {"about_en": COMPANY["about_en"]}
    walk.press(step(3), about, consent="on", code=code.code)  # the code is kept from the link
    assert AutomaticApproval.objects.get().partner == partner
    form = {"texts-TOTAL_FORMS": "1", "texts-INITIAL_FORMS": "0", "texts-0-language": "en", "texts-0-description": ""}
    chosen = {"category": "AGRI-01", "hs_code": "100630", "origin": "TH"}  # suggested, and the company's country
    walk.press(reverse("supplier_product_new"), {"texts-0-name": "Hom Mali rice"}, **form, **chosen, publish="1")
    while match_waiting():
        pass
    assert (Product.objects.get().status, Match.objects.count()) == ("published", 1)
    assert (walk.typed, walk.clicks) == (6, 5)


def test_without_a_code_the_desk_shows_how_much_fits_and_the_product_waits_to_be_published(client):
    company = make.supplier(status="pending")
    make.campaign().participations.create(company=company, side="supplier")
    make.line(make.demand(title="秘密采购"), category=make.category(), text="Thai Hom Mali rice", hs_code="100630")
    product = make.product(company, status="draft")
    client.force_login(make.member_of(company))
    address = reverse("supplier_product_preview", args=[product.uid])
    assert f'data-hx-get="{address}"' in client.get(reverse("supplier_home")).text
    assert f'data-hx-get="{address}"' in client.get(reverse("supplier_product_edit", args=[product.uid])).text
    page = client.get(address).text
    assert "1 open demand fits this product." in page
    assert ("秘密采购" in page, Match.objects.count()) == (False, 0)
    client.force_login(make.member_of(make.supplier()))
    assert client.get(address).status_code == 404


def test_a_buyer_reads_before_the_approval_how_many_suppliers_fit(client):
    company = make.buyer(status="pending")
    make.product(make.supplier(country="TH"))
    demand = make.demand(company, status="draft")
    make.line(demand, category=make.category(), text="Thai Hom Mali rice", hs_code="100630")
    client.force_login(make.member_of(company))
    address = reverse("buyer_demand_preview", args=[demand.uid])
    assert f'data-hx-get="{address}"' in client.get(reverse("buyer_home")).text
    page = client.get(address).text
    assert ("1 supplier fits this demand." in page, "Thailand" in page) == (True, True)
