"""Rules that begin soon are told to those they hit; from November the tariff of the next year is asked for."""

from datetime import date

import pytest
from django.urls import reverse

from matchmaker.catalogue.models import Product
from matchmaker.market_access.models import EntryRule, TariffRate
from matchmaker.market_access.services import announce_coming_rules, answer_question, coming_rules, tariff_wanted
from matchmaker.notifications.models import Notice
from tests import factories

AUTUMN = date(2026, 10, 1)  # 166 days before GB 7718-2025
LABEL = "LABEL-7718-2025"


def by(company):
    return factories.member_of(company)


@pytest.fixture
def mill(records):
    """A supplier with two foods, and a made-up rule that begins for one of them only on a day far away."""
    company = factories.supplier()
    by(company)
    for name in ("Butter biscuits", "Almond biscuits"):
        factories.product(company, name=name, hs_code="190531", origin="IT", category=factories.category("AGRI-10"))
    return company


def labels(today):
    return [one for one in coming_rules(today) if one.rule.code == LABEL]


def test_a_rule_that_begins_is_told_once_a_step_with_the_goods_it_hits(mill):
    (found,) = labels(AUTUMN)
    assert (found.company, found.begins, found.products) == (mill, date(2027, 3, 16), 2)
    assert found.product.name == "Butter biscuits"
    assert announce_coming_rules(today=AUTUMN) > 0
    notice = Notice.objects.get(context__begins="2027-03-16", event_key__contains=LABEL)
    assert notice.context["product"] == "Butter biscuits"
    assert notice.context["others"] == 1
    assert notice.path == f"/supplier/products/{found.product.uid}/china/?on=2027-03-16"
    assert announce_coming_rules(today=date(2026, 10, 2)) == 0
    assert announce_coming_rules(today=date(2027, 3, 1)) > 0, "told again when it is near"


def test_the_link_of_the_notice_opens_what_changes(mill, client):
    announce_coming_rules(today=AUTUMN)
    client.force_login(by(mill))
    page = client.get(Notice.objects.filter(event_key__contains=LABEL).first().path)
    assert page.status_code == 200
    assert "7718" in page.content.decode()


def test_goods_that_the_rule_leaves_out_are_not_told_of(mill):
    steel = factories.supplier()
    factories.product(steel, name="Steel coil", hs_code="720851", origin="BR", category=factories.category("IND-01"))
    assert {one.company for one in coming_rules(AUTUMN)} == {mill}


@pytest.mark.parametrize("today", [date(2026, 9, 1), date(2027, 3, 16)])
def test_nothing_is_told_long_before_or_from_the_day_itself(mill, today):
    assert labels(today) == []


def test_goods_that_are_not_shown_are_not_told_of(mill):
    Product.objects.update(status="draft")
    assert list(coming_rules(AUTUMN)) == []


def test_without_an_answer_it_may_apply_and_a_no_takes_the_goods_out(mill):
    (found,) = labels(AUTUMN)
    assert not found.is_sure, "whether the biscuits are packed for retail is not answered"
    first, second = Product.objects.order_by("pk")
    answer_question(by=by(mill), product=second, question="retail_packed", answer=True)
    (found,) = labels(AUTUMN)
    assert (found.is_sure, found.product, found.products) == (True, second, 1)
    for product in (first, second):
        answer_question(by=by(mill), product=product, question="retail_packed", answer=False)
    assert labels(AUTUMN) == []


def test_the_first_notice_of_a_day_that_was_moved_is_written_anew(mill):
    announce_coming_rules(today=AUTUMN)
    EntryRule.objects.filter(code=LABEL).update(valid_from=date(2027, 3, 20))
    assert announce_coming_rules(today=AUTUMN) > 0


@pytest.mark.parametrize(
    ("today", "loaded", "wanted"),
    [
        (date(2026, 10, 31), "2026-01-01", None),
        (date(2026, 11, 1), "2026-01-01", 2027),
        (date(2026, 12, 31), "2027-01-01", None),
        (date(2027, 1, 1), "2026-01-01", 2027),
        (date(2026, 5, 1), "", 2026),
    ],
)
def test_the_tariff_of_the_next_year_is_asked_for_from_november(db, today, loaded, wanted):
    if loaded:
        TariffRate.objects.create(hs_code="19053100", regime="MFN", percent=1, valid_from=loaded, source="TEST DATA")
    assert tariff_wanted(today) == wanted


def test_the_work_list_asks_for_it(client, campaign):
    client.force_login(factories.organiser())
    url = reverse("console_tariff")
    assert f'href="{url}"' in (page := client.get(reverse("console_home")).content.decode())
    assert "to be loaded" in page
    TariffRate.objects.create(hs_code="19053100", regime="MFN", percent=1, valid_from="2099-01-01", source="TEST DATA")
    assert "to be loaded" not in client.get(reverse("console_home")).content.decode()
