"""Saved searches and their alerts, what is not for a buyer, visits, and rates."""

import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from matchmaker.catalogue.models import DemandInvitation, Product, ProductCertificate, ShortlistItem
from matchmaker.core.exchange import yuan_rates
from matchmaker.core.problems import Refused
from matchmaker.core.ttl_cache import clear_all
from matchmaker.directory import facts
from matchmaker.directory.models import NotForUs, SavedSearch, Visit
from matchmaker.directory.rates import current_rates
from matchmaker.directory.services import (
    arrange_shortlist,
    forget_search,
    hidden_products,
    interest_in,
    look_for_news,
    mark_on_shortlist,
    note_visit,
    recently_seen,
    save_search,
    say_not_for_us,
    search,
    set_rate,
    show_visits,
    similar_products,
    visitors,
)
from matchmaker.directory.services.alerts import keys_under, known_elsewhere
from matchmaker.engines.language import exchange
from matchmaker.engines.search import SearchQuery
from matchmaker.market_access.models import AccessNotice, EntryQuestion, EntryRule, ReadinessAnswer, Registration
from matchmaker.market_access.services import readiness_of
from matchmaker.notifications.models import Notice
from tests import factories as make
from tests.events.conftest import Hall

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture(autouse=True)
def _deaf(settings):
    settings.ENCODER = "tests.engines.search.test_searching.Deaf"


@pytest.fixture
def buyer():
    return make.buyer()


@pytest.fixture
def person(buyer):
    return make.member_of(buyer)


def alerted_names() -> list[list[str]]:
    return [notice.context["names"] for notice in Notice.objects.filter(kind="search_alert").order_by("pk")]


def look() -> list[int]:
    return [look_for_news(search) for search in SavedSearch.objects.order_by("pk")]


def test_an_alert_tells_of_what_is_new_and_not_of_what_was_there(person, buyer):
    make.product(name="Jasmine rice")
    save_search(by=person, company=buyer, kind="products", query="q=jasmine")
    assert look() == [0]
    make.product(name="Jasmine rice, organic")
    make.product(name="Ball valve", hs_code="")
    assert look() == [1]
    assert alerted_names() == [["Jasmine rice, organic"]]


def test_an_entry_is_told_once_whichever_alerts_find_it(person, buyer):
    save_search(by=person, company=buyer, kind="products", query="q=jasmine")
    save_search(by=person, company=buyer, kind="products", query="q=rice")
    make.product(name="Jasmine rice")
    assert look() == [1, 0]
    row = make.product(name="Jasmine rice new")
    assert look() == [1, 0]
    row.save()
    assert look() == [0, 0]
    assert alerted_names() == [["Jasmine rice"], ["Jasmine rice new"]]


def test_an_alert_does_not_tell_of_what_is_only_related(person, buyer):
    save_search(by=person, company=buyer, kind="products", query="q=ball+valve")
    make.product(name="Ball valve", hs_code="848180")
    make.product(name="Pneumatic rotary unit", description="turns a ball valve in a plant", hs_code="")
    found = search("products", SearchQuery("ball valve"))
    assert sorted(found.fits) == [False, True]
    assert look() == [1]
    assert alerted_names() == [["Ball valve"]]


def test_two_bells_at_once_tell_once(person, buyer):
    search = save_search(by=person, company=buyer, kind="products", query="q=jasmine")
    make.product(name="Jasmine rice")
    same = SavedSearch.objects.get(pk=search.pk)
    assert (look_for_news(search), look_for_news(same)) == (1, 0)


def test_an_alert_leaves_out_what_is_not_for_the_buyer(person, buyer):
    save_search(by=person, company=buyer, kind="products", query="q=jasmine")
    row = make.product(name="Jasmine rice")
    say_not_for_us(by=person, company=buyer, supplier=row.company)
    assert look() == [0]


def test_an_alert_leaves_out_a_supplier_that_is_not_for_the_buyer(person, buyer):
    save_search(by=person, company=buyer, kind="suppliers", query="q=jasmine")
    rows = [make.product(name="Jasmine rice") for _n in range(2)]
    say_not_for_us(by=person, company=buyer, supplier=rows[0].company)
    assert look() == [1]
    assert alerted_names() == [[rows[1].company.display_name]]


def test_an_alert_under_an_event_tells_only_of_suppliers_that_come_to_it(person, buyer):
    hall = Hall()
    for kind in ("products", "suppliers"):
        save_search(by=person, company=buyer, kind=kind, query="q=jasmine&event=wuhan")
    make.product(name="Jasmine rice of one who stays at home")
    assert look() == [0, 0]
    seller = hall.comes("supplier").company
    make.take_part(hall.event.campaign, seller)
    make.product(name="Jasmine rice", company=seller)
    clear_all()
    assert look() == [1, 1]
    assert alerted_names() == [["Jasmine rice"], [seller.display_name]]


def test_an_alert_knows_every_facet_that_another_layer_adds(person, buyer, monkeypatch):
    rows = [make.product(name="Jasmine rice") for _n in range(2)]
    facet = {"answers": {"fast": np.array([rows[1].company_id])}}
    monkeypatch.setitem(known_elsewhere._entries, "answers", lambda: facet)
    for value, found in (("fast", [rows[1].pk]), ("slow", [])):
        search = save_search(by=person, company=buyer, kind="products", query=f"q=jasmine&answers={value}")
        assert keys_under(search) == found


def test_an_alert_looks_at_readiness_in_the_month_that_was_chosen(person, buyer):
    months = facts.months()
    EntryRule.objects.create(
        code="later", requirement="later", name={"en": "Later", "zh-hans": "以后"}, stage="before",
        evidence="certificate", confidence="primary", accepts=["GACC"], hs_in=["10"], valid_from=months[4],
    )  # fmt: skip
    row = make.product(name="Jasmine rice")
    states = [state for state, _open in facts.Facts().readiness([row])[row.pk]]
    assert states[1] != states[6]
    for ship, state in (("", states[1]), (f"&ship={months[6]:%Y-%m}", states[6]), ("&ship=1999-01", states[1])):
        for asked in {states[1], states[6]}:
            search = save_search(by=person, company=buyer, kind="products", query=f"ready={asked}{ship}")
            assert keys_under(search) == ([row.pk] if asked == state else [])


def test_an_invited_supplier_is_alerted_of_a_demand_that_others_do_not_see():
    invited, other = make.supplier(), make.supplier()
    for company in (invited, other):
        save_search(by=make.member_of(company), company=company, kind="demands", query="q=jasmine")
    row = make.demand(visibility="invited")
    make.line(row, text="jasmine rice")
    DemandInvitation.objects.create(demand=row, company=invited)
    assert look() == [1, 0]
    assert look() == [0, 0]


def test_ones_own_demand_is_no_news(person, buyer):
    save_search(by=person, company=buyer, kind="demands", query="q=jasmine")
    for visibility in ("public", "private"):
        make.line(make.demand(buyer, visibility=visibility), text="jasmine rice")
    assert look() == [0]


def test_a_search_without_alerts_tells_nothing(person, buyer):
    save_search(by=person, company=buyer, kind="products", query="q=jasmine", alerts=False)
    make.product(name="Jasmine rice")
    assert look() == [0]


def test_the_same_search_is_kept_once_wherever_in_the_list_it_was_saved(person, buyer):
    first = save_search(by=person, company=buyer, kind="products", query="q=rice&after=abc&sort=name")
    second = save_search(by=person, company=buyer, kind="products", query="q=rice", name="Rice")
    assert (first.pk, first.query, second.name) == (second.pk, "q=rice", "Rice")


def test_a_search_of_somebody_else_is_not_forgotten(person, buyer):
    search = save_search(by=person, company=buyer, kind="products", query="q=rice")
    with pytest.raises(Refused):
        forget_search(by=make.user(), search=search)
    assert SavedSearch.objects.count() == 1


def test_an_unknown_directory_is_refused(person):
    with pytest.raises(ValidationError):
        save_search(by=person, company=None, kind="people", query="")


# -- not for us -------------------------------------------------------------------------------------------------------
def test_not_for_us_is_respected_in_search_counts_and_similar(person, buyer):
    first, second = make.product(name="Jasmine rice"), make.product(name="Jasmine rice")
    third = make.product(name="Jasmine rice", company=second.company)
    say_not_for_us(by=person, company=buyer, product=first)
    say_not_for_us(by=person, company=buyer, supplier=second.company)
    hidden = hidden_products(buyer)
    assert hidden == {first.pk, second.pk, third.pk}
    other = make.product(name="Jasmine rice, organic")
    found = search("products", SearchQuery("jasmine", without=hidden))
    assert (found.keys, found.total, dict(found.facets["origin"])) == ([other.pk], 1, {"TH": 1})
    assert similar_products(other, without=hidden).keys == []


def test_a_no_to_every_match_of_a_product_hides_it(buyer):
    line = make.line(make.demand(buyer))
    match = make.match(line_row=line, buyer_answer="declined")
    kept = make.match(line_row=line)
    assert hidden_products(buyer) == {match.product_id}
    assert kept.product_id not in hidden_products(buyer)


def test_not_for_us_takes_it_off_the_shortlist_and_twice_is_once(person, buyer):
    product = make.product()
    ShortlistItem.objects.create(company=buyer, product=product)
    for _again in range(2):
        say_not_for_us(by=person, company=buyer, product=product)
    assert (NotForUs.objects.count(), ShortlistItem.objects.count()) == (1, 0)


# -- shortlist --------------------------------------------------------------------------------------------------------
def test_tags_and_status_are_kept_and_limited(person, buyer):
    item = ShortlistItem.objects.create(company=buyer, product=make.product())
    detail = mark_on_shortlist(by=person, item=item, status="asked", tags=[" 春节 ", "春节", "", "A"])
    assert (detail.status, detail.tags) == ("asked", ["春节", "A"])
    for status, tags in (("asked", [str(n) for n in range(9)]), ("asked", ["x" * 31]), ("gone", [])):
        with pytest.raises(ValidationError):
            mark_on_shortlist(by=person, item=item, status=status, tags=tags)
    with pytest.raises(Refused):
        mark_on_shortlist(by=make.user(), item=item, status="", tags=[])


def test_the_order_of_a_shortlist_is_the_companys(person, buyer):
    items = [ShortlistItem.objects.create(company=buyer, product=make.product()) for _n in range(3)]
    arrange_shortlist(by=person, company=buyer, items=[items[1], items[2], items[0]])
    assert [item.detail.position for item in ShortlistItem.objects.order_by("pk")] == [-1, -3, -2]
    with pytest.raises(Refused):
        arrange_shortlist(by=person, company=buyer, items=[ShortlistItem(company=make.buyer())])


# -- visits -----------------------------------------------------------------------------------------------------------
def test_a_day_counts_once_and_ones_own_people_do_not(person, buyer):
    product = make.product()
    for _again in range(3):
        note_visit(by=person, product=product, company=buyer)
    note_visit(by=make.member_of(product.company), product=product)
    interest = interest_in(product.company)
    assert (interest.seen, interest.buyers, interest.saved) == (1, 1, 0)
    assert recently_seen(person) == [product.pk]


def test_visits_of_long_ago_are_told_apart(person, buyer):
    product = make.product()
    note_visit(by=person, product=product, company=buyer)
    Visit.objects.update(day=dt.date.today() - dt.timedelta(days=45))
    interest = interest_in(product.company)
    assert (interest.seen, interest.seen_before) == (0, 1)


def test_who_looked_is_shown_only_where_the_buyer_chose_it(person, buyer):
    product = make.product()
    note_visit(by=person, product=product, company=buyer)
    assert list(visitors(product.company)) == []
    show_visits(by=person, company=buyer, visible=True)
    assert list(visitors(product.company)) == [buyer]
    show_visits(by=person, company=buyer, visible=False)
    assert list(visitors(product.company)) == []


# -- rates and bands --------------------------------------------------------------------------------------------------
def test_the_newest_rate_of_a_currency_holds():
    campaign = make.campaign()
    by = make.organiser(campaign)
    today = dt.date.today()
    for days, yuan in ((9, "7.2"), (1, "7.1"), (5, "7.3")):
        day = today - dt.timedelta(days=days)
        set_rate(by=by, campaign=campaign, currency="USD", yuan=Decimal(yuan), as_of=day, source="bank")
    assert current_rates()["USD"].yuan == Decimal("7.1")
    assert exchange(Decimal(10), "USD", "CNY", yuan_rates()) == Decimal(71)
    assert exchange(Decimal(10), "EUR", "CNY", yuan_rates()) is None


@pytest.mark.parametrize(
    ("currency", "yuan", "days"), [("XXQ", "7", 0), ("CNY", "1", 0), ("USD", "0", 0), ("USD", "-1", 0), ("USD", "7", 2)]
)
def test_a_rate_that_cannot_be_is_refused(currency, yuan, days):
    campaign = make.campaign()
    day = dt.date.today() + dt.timedelta(days=days)
    with pytest.raises(ValidationError):
        set_rate(
            by=make.organiser(campaign), campaign=campaign, currency=currency, yuan=Decimal(yuan), as_of=day, source="x"
        )


def test_bands_follow_unit_and_currency():
    product = make.product(price_low=Decimal(900), price_unit="t", currency="CNY", min_order=20, min_order_unit="t")
    assert facts.price_band(product, yuan_rates()) == "mass:2"
    assert facts.order_band(product) == "mass:20000"
    product.price_unit = "set"
    assert facts.price_band(product, yuan_rates()) == ""


def _certificate_ends(product, day):
    ProductCertificate.objects.create(product=product, code="PAPER", valid_until=day, seen_on=day)


def _registration_begins(product, day):
    Registration.objects.create(company=product.company, code="PAPER", number="1", valid_from=day, seen_on=day)


def _document_ends(product, day):
    ReadinessAnswer.objects.create(product=product, question="has:PAPER", answer=True, number="1", valid_until=day)


def _notice_begins(product, day):
    Product.objects.update(origin="TH")
    EntryRule.objects.filter(code="paper").update(evidence="access")
    AccessNotice.objects.create(
        rule_code="paper", origin="TH", hs_in=["10"], product={}, confidence="primary", valid_from=day
    )


@pytest.mark.parametrize("change", [_certificate_ends, _registration_begins, _document_ends, _notice_begins])
def test_readiness_on_each_kept_day_is_as_if_worked_out_then(change):
    product, days = make.product(name="Jasmine rice"), facts.months()
    EntryRule.objects.create(
        code="paper", requirement="paper", name={"en": "Paper", "zh-hans": "证"}, stage="before",
        evidence="document", confidence="primary", accepts=["PAPER"], hs_in=["10"],
    )  # fmt: skip
    change(product, days[3] + dt.timedelta(days=9))
    product.refresh_from_db()
    then = [readiness_of(product, day) for day in days]
    assert then[3].state is not then[4].state
    assert facts.Facts().readiness([product])[product.pk] == tuple((one.state, one.still_open) for one in then)


def test_an_edited_rule_counts_at_once_in_what_is_read_next():
    product = make.product(name="Jasmine rice")
    rule = EntryRule.objects.create(
        code="paper", requirement="paper", name={"en": "Paper", "zh-hans": "证"}, stage="before",
        evidence="certificate", confidence="primary", accepts=["PAPER"], hs_in=["11"],
    )  # fmt: skip
    assert facts.Facts().readiness([product])[product.pk][0] == ("ready", 0)
    rule.hs_in = ["10"]
    rule.save()
    assert facts.Facts().readiness([product])[product.pk][0] == ("missing", 1)


def test_the_last_day_there_is_can_be_the_end_of_a_paper():
    product = make.product(certificates=("HACCP",))
    product.certificates.update(valid_until=dt.date.max)
    assert len(facts.Facts().readiness([product])[product.pk]) == facts.MONTHS


def test_an_edited_question_or_access_notice_makes_entries_be_read_anew(db):
    call_command("load_market_access", verbosity=0)
    stamps = [facts.stamp()]
    question = EntryQuestion.objects.first()
    question.yes_hs = [*question.yes_hs, "999999"]
    question.save()
    stamps.append(facts.stamp())
    AccessNotice.objects.filter(pk=AccessNotice.objects.first().pk).update(valid_until=dt.date(2030, 1, 1))
    stamps.append(facts.stamp())
    assert len(set(stamps)) == 3
    assert facts.stamp() == stamps[-1]
