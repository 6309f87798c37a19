"""Three makers ask what their goods need for China on three days, and what changes between them, through the pages.

A Kenyan avocado grower, a French cosmetics maker, an Italian valve maker; shipments on 15 May and 1 July 2026 and on
1 April 2027. Expectations and sources stand in tests/market_access/test_readiness.py and test_rules.py.
"""

import datetime as dt

import pytest
from django.urls import reverse

from matchmaker.market_access.models import Registration
from matchmaker.market_access.presentation import window_box
from matchmaker.market_access.services import load_market_access
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
MAY, JULY, APRIL = "2026-05-15", "2026-07-01", "2027-04-01"


class Maker:
    """A supplier with one product, and what its page says."""

    def __init__(self, client, hs_code: str, origin: str, category: str):
        load_market_access()
        factories.hs_code(hs_code)
        group = category.split("-")[0]
        self.product = factories.product(
            factories.supplier(country=origin), hs_code=hs_code, origin=origin, category=factories.category(category)
        )
        assert self.product.category.group == group
        self.client = client
        client.force_login(factories.member_of(self.product.company))

    def page(self, day: str, **query):
        return self.client.get(reverse("supplier_product_market", args=[self.product.uid]), {"on": day, **query})

    def answer(self, **answers: bool):
        for question, said in answers.items():
            self.client.post(
                reverse("supplier_product_answer", args=[self.product.uid]),
                {"question": question, "said": "yes" if said else "no"},
            )

    def listed(self, day: str) -> dict[str, str]:
        return {line.code: line.status for line in self.page(day).context["readiness"].items}

    def changed(self, first: str, second: str) -> list[tuple[str, str]]:
        """(kind, code after) of every change that touches the product."""
        changes = self.page(first, to=second).context["changes"]
        return [(one.kind, one.after.code if one.after else "") for one in changes]


def test_a_kenyan_avocado_grower_hears_of_orchard_and_permit_and_of_no_change_for_fresh_fruit(client):
    maker = Maker(client, "080440", "KE", "AGRI-01")
    assert maker.page(MAY).context["readiness"].questions[0].code == "fresh_fruit"
    maker.answer(fresh_fruit=True)
    for day, plant, label in (
        (MAY, "GACC-FOOD-248", "LABEL-7718-2011"),
        (JULY, "GACC-FOOD-280", "LABEL-7718-2011"),
        (APRIL, "GACC-FOOD-280", "LABEL-7718-2025"),
    ):
        assert maker.listed(day) == {
            plant: "not_applicable",
            "GACC-EXPORTER-FILING": "not_applicable",
            "FRUIT-ACCESS": "met",
            "FRUIT-ORCHARD": "missing",
            "FRUIT-PERMIT": "missing",
            label: "not_applicable",
        }
    assert maker.changed(MAY, APRIL) == []
    duty = maker.page(MAY).context["duty"]
    assert (duty.best.code, duty.best.rate, duty.best.ends.isoformat()) == ("AFR-ZERO", "0%", "2028-04-30")


def test_the_same_grower_with_dried_fruit_sees_the_plant_rule_and_then_the_label_change(client):
    maker = Maker(client, "080440", "KE", "AGRI-01")
    maker.answer(fresh_fruit=False, retail_packed=True)
    assert maker.changed(MAY, JULY) == [("replaced", "GACC-FOOD-280")]
    assert maker.changed(JULY, APRIL) == [("replaced", "LABEL-7718-2025")]


def test_a_french_cosmetics_maker_gets_the_same_four_lines_on_all_three_days(client):
    maker = Maker(client, "330499", "FR", "CONS-01")
    maker.answer(special_cosmetic=False)
    for day in (MAY, JULY, APRIL):
        assert maker.listed(day) == {
            "COSMETIC-FILING": "missing",
            "COSMETIC-REGISTRATION": "not_applicable",
            "COSMETIC-RESPONSIBLE": "missing",
            "COSMETIC-LABEL": "missing",
        }
    assert maker.changed(MAY, APRIL) == []
    assert maker.page(JULY).context["duty"].options == ()


def test_an_italian_valve_maker_is_asked_three_questions_and_needs_a_type_test_for_steam(client):
    maker = Maker(client, "848180", "IT", "COMP-01")
    asked = [ask.code for ask in maker.page(JULY).context["readiness"].questions]
    assert asked == ["explosion_protected", "safety_valve", "pressure_piping"]
    maker.answer(explosion_protected=False, safety_valve=False, pressure_piping=True)
    for day in (MAY, JULY, APRIL):
        assert maker.listed(day)["PIPING-TYPE-TEST"] == "missing"
    assert maker.changed(MAY, APRIL) == []


def test_a_registration_recorded_on_the_page_meets_the_rule_until_it_ends(client):
    maker = Maker(client, "190531", "FR", "AGRI-10")
    code = next(line.registers for line in maker.page(JULY).context["readiness"].items if line.code == "GACC-FOOD-280")
    posted = {"code": code, "number": "CFRA15012303080001", "valid_from": "2022-07-01"}
    added = maker.client.post(
        reverse("supplier_registration_add", args=[maker.product.uid], query={"on": JULY}), posted
    )
    assert added.url.endswith(f"/china/?on={JULY}")
    row = Registration.objects.get()
    assert (row.valid_until.isoformat(), row.end_counted) == ("2027-06-30", True)
    assert maker.listed(APRIL)["GACC-FOOD-280"] == "stated"
    assert maker.listed("2027-07-01")["GACC-FOOD-280"] == "missing"
    listed = maker.client.get(reverse("supplier_registrations")).context["rows"]
    assert [(one["row"].number, one["opens"].isoformat()) for one in listed] == [("CFRA15012303080001", "2026-06-30")]
    maker.client.post(reverse("supplier_registration_remove", args=[row.uid]))
    assert maker.listed(JULY)["GACC-FOOD-280"] == "missing"


def test_a_number_in_an_unusual_form_is_recorded_with_a_hint(client):
    maker = Maker(client, "190531", "FR", "AGRI-10")
    code = next(line.registers for line in maker.page(JULY).context["readiness"].items if line.code == "GACC-FOOD-280")
    address = reverse("supplier_registration_add", args=[maker.product.uid])
    page = maker.client.post(address, {"code": code, "number": "FR 12.345.001 CE"}, follow=True)
    assert "Such a number usually looks like CTHA15012303080012." in page.text
    assert maker.listed(JULY)["GACC-FOOD-280"] == "stated"
    listed = maker.client.get(reverse("supplier_registrations")).text
    assert "FR 12.345.001 CE" in listed
    assert "not in the form of this registration" in listed
    page = maker.client.post(address, {"code": code, "number": "abc"}, follow=True)
    assert "This is not a number of this registration." in page.text
    assert Registration.objects.get().number == "FR 12.345.001 CE"


def test_the_official_address_stands_beside_the_task_with_its_warning(client):
    maker = Maker(client, "190531", "FR", "AGRI-10")
    page = maker.page(JULY).content.decode()
    assert "https://cifer.singlewindow.cn" in page
    item = next(one for one in maker.page(JULY).context["items"] if "280" in one["source"])
    assert item["warning"]


def test_a_delivery_window_over_the_day_of_the_new_label_rule_says_what_begins_in_it(client):
    maker = Maker(client, "330499", "FR", "CONS-01")
    assert window_box(maker.product, None, None) is None
    maker = Maker(client, "040610", "FR", "AGRI-02")
    window = window_box(maker.product, dt.date(2027, 2, 1), dt.date(2027, 4, 30))
    assert (window.first.shipment_date.isoformat(), window.is_one_answer) == ("2027-02-01", False)
    replaced = {one.after.code: one.after.holds for one in window.changes if one.after}
    assert "2027" in replaced["LABEL-7718-2025"]
    one = window_box(maker.product, None, dt.date(2027, 4, 30))
    assert one.first.shipment_date == one.last.shipment_date
