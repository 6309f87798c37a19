"""One request for a quote to several suppliers, and their answers compared."""

import datetime as dt
from decimal import Decimal as D

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import override

from matchmaker.accounts.models import AuditEntry
from matchmaker.catalogue.services import save_product
from matchmaker.core.problems import Refused
from matchmaker.market_access.models import ImportRegime, TariffRate
from matchmaker.market_access.services import load_market_access
from matchmaker.messaging import services
from matchmaker.messaging.models import Block, ContactLimit, Enquiry, Message, Quote, QuoteRequest
from matchmaker.messaging.services import Scope
from matchmaker.notifications.models import Notice
from tests import factories
from tests.messaging.conftest import TEXT
from tests.messaging.test_deals import terms

pytestmark = pytest.mark.django_db
RATES = {"CNY": D(1), "USD": D("7.10")}


@pytest.fixture
def market(matched):
    """Two more suppliers that match the line."""
    matched.products = [matched.product]
    for _number in range(2):
        product = factories.product(factories.supplier())
        factories.match(product, matched.line)
        matched.products.append(product)
    return matched


def wish(market, subjects=None, **changed):
    values = {"quantity": D(20), "unit": "t", "incoterm": "CIF", "place": "Shanghai", **changed}
    subjects = market.products if subjects is None else subjects
    return services.request_quotes(by=market.buy, company=market.wanter, subjects=subjects, **values)


def answer(product, result, **changed) -> Quote:
    enquiry = Enquiry.objects.get(product=product, request_lines__request=result.request)
    return services.quote(by=factories.member_of(product.company), enquiry=enquiry, **terms(**changed))


def test_one_request_opens_a_conversation_with_each_supplier(market):
    result = wish(market, payment="tt", advance_percent=30, sample_wanted=True)
    enquiries = Enquiry.objects.filter(request_lines__request=result.request)
    assert {(e.product, e.status, e.owes) for e in enquiries} == {(p, "open", "supplier") for p in market.products}
    assert result.refusals == []
    told = Notice.objects.filter(kind="enquiry_request")
    assert {notice.recipient for notice in told} == {factories.member_of(p.company) for p in market.products}
    assert told.first().context["quantity"] == "20.00"
    entry = AuditEntry.objects.get(verb="request_quotes")
    assert entry.facts == {"suppliers": 3, "refused": 0}


def test_a_request_goes_on_in_the_conversation_that_exists(market):
    talk = services.ask(by=market.buy, company=market.wanter, product=market.product, text=TEXT)
    result = wish(market, [market.product])
    assert (Enquiry.objects.count(), talk.messages.count()) == (1, 2)
    assert result.request.lines.get().enquiry == talk


def test_the_words_of_one_request_are_not_held_as_copies_but_a_second_round_is(market):
    ContactLimit.objects.update(per_day=20)
    others = [factories.product(factories.supplier()) for _number in range(2)]
    for product in others:
        factories.match(product, market.line)
    words = "We look for fragrant rice in 5 kg bags for our shops in Hubei, crop of this year, five percent broken."
    wish(market, [*market.products, *others], text=words)
    assert Message.objects.filter(state="held").count() == 0
    late = factories.product(factories.supplier())
    factories.match(late, market.line)
    wish(market, [late], text=words)
    assert Message.objects.get(enquiry__product=late).hold == "alike"


def test_a_supplier_that_cannot_be_asked_does_not_keep_the_others_from_it(market):
    Block.objects.create(company=market.products[1].company, other=market.wanter)
    result = wish(market)
    assert [(subject, refusal.code) for subject, refusal in result.refusals] == [(market.products[1], "contact_closed")]
    assert result.request.lines.count() == 2


def test_where_nobody_can_be_asked_nothing_stays(market):
    Block.objects.create(company=market.seller, other=market.wanter)
    with pytest.raises(Refused) as caught:
        wish(market, [market.product])
    assert (caught.value.code, QuoteRequest.objects.count()) == ("contact_closed", 0)


def test_the_limits_of_first_messages_hold(market, monkeypatch):
    monkeypatch.setattr("matchmaker.messaging.services.contact_rules.left_today", lambda company: 0)
    with pytest.raises(Refused) as caught:
        wish(market)
    assert (caught.value.code, Enquiry.objects.count()) == ("contact_limit", 0)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"quantity": D(0)}, "quantity"),
        ({"unit": "stone"}, "unit"),
        ({"needed_by": dt.date(2020, 1, 1)}, "needed_by"),
        ({"incoterm": "FOC"}, "incoterm"),
        ({"payment": "tt"}, "advance_percent"),
        ({"payment": "open"}, "credit_days"),
        ({"payment": "other"}, "payment_words"),
        ({"payment": "tt", "advance_percent": 130}, "advance_percent"),
        ({"subjects": []}, "subjects"),
    ],
)
def test_terms_of_a_request_are_checked_by_field(market, changed, field):
    with pytest.raises(ValidationError) as caught:
        wish(market, **changed)
    assert (list(caught.value.error_dict), QuoteRequest.objects.count()) == ([field], 0)


def test_a_request_is_for_ones_own_line_and_by_ones_own_company(market):
    strange = factories.line()
    for given in ({"by": factories.user()}, {"line": strange}):
        with pytest.raises(Refused) as caught:
            services.request_quotes(
                **{"by": market.buy, "company": market.wanter, "subjects": market.products, "quantity": 1, "unit": "t"}
                | given
            )
        assert caught.value.status == 404
    assert list(QuoteRequest.objects.visible_to(market.sell)) == []


def test_a_quote_answers_the_newest_request_of_its_conversation(market):
    first, second = wish(market), wish(market, quantity=D(40))
    quote = answer(market.product, second)
    assert quote.request_line.request == second.request
    assert list(Quote.objects.for_request(first.request)) == []


def test_a_request_for_a_line_is_answered_by_a_quote_for_that_line_only(market):
    result = wish(market, line=market.line)
    enquiry = Enquiry.objects.get(product=market.product)
    general = services.quote(by=market.sell, enquiry=enquiry, **terms())
    named = services.quote(by=market.sell, enquiry=enquiry, line=market.line, **terms())
    assert (general.request_line, named.request_line.request) == (None, result.request)


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"payment": "open"}, "credit_days"),
        ({"holds": D(26), "holds_unit": "t"}, "unit"),
        ({"holds": D(26), "unit": "40hq", "quantity": D(2)}, "holds_unit"),
        ({"sample_price": D(-1)}, "sample_price"),
    ],
)
def test_new_terms_of_a_quote_are_checked(market, changed, field):
    result = wish(market)
    with pytest.raises(ValidationError) as caught:
        answer(market.product, result, **changed)
    assert list(caught.value.error_dict) == [field]


def test_what_does_not_belong_to_the_way_of_paying_is_emptied(market):
    quote = answer(market.product, wish(market), payment="lc", advance_percent=30, credit_days=60)
    assert (quote.payment, quote.advance_percent, quote.credit_days) == ("lc", None, None)


def test_quotes_are_compared_in_one_currency_with_the_buyers_costs(market):
    result = wish(market)
    cif = answer(market.products[0], result, price=D(950))
    fob = answer(market.products[1], result, price=D(900), incoterm="FOB", incoterm_place="Laem Chabang")
    yuan = answer(market.products[2], result, price=D(7), currency="CNY", price_unit="kg")
    scope = Scope(request=result.request)
    services.save_costs(
        by=market.buy,
        scope=scope,
        costs={fob.uid: {"freight": D(9000), "insurance": D(400), "duty_percent": D(0)},
               cif.uid: {"duty_percent": D(0)}, yuan.uid: {}},
        order=["landed_cost"], currency="CNY", vat_percent=D(9), fees=D(3000),
    )  # fmt: skip
    rows = {row.quote: row for row in services.compare_quotes(scope, scope.sheet, RATES)}
    assert (rows[cif].cost.low, rows[fob].cost.low) == (D("150041.00"), D("152548.00"))
    assert (rows[yuan].cost.part("goods").low, rows[yuan].cost.missing) == (
        D("140000.00"),
        ("duty", "additional", "vat"),
    )
    assert [(quote, row.decided_by) for quote, row in rows.items() if row.is_best] == [(cif, "landed_cost")]


def test_the_best_is_marked_by_the_buyers_order_among_quotes_that_stand(market):
    result = wish(market)
    slow = answer(market.products[0], result, price=D(800), lead_time_days=60)
    fast = answer(market.products[1], result, price=D(900), lead_time_days=20)
    gone = answer(market.products[2], result, price=D(700), lead_time_days=5)
    services.withdraw_quote(by=factories.member_of(market.products[2].company), quote=gone)
    scope = Scope(request=result.request)

    def best(*order):
        services.save_costs(by=market.buy, scope=scope, costs={}, order=order)
        return [row.quote for row in services.compare_quotes(scope, scope.sheet, RATES) if row.is_best]

    assert (best("price"), best("delivery", "price")) == ([slow], [fast])


def test_costs_are_the_buyers_alone(market):
    result = wish(market)
    quote = answer(market.product, result)
    scope = Scope(request=result.request)
    for by, costs in ((market.sell, {}), (market.buy, {quote.enquiry.uid: {}})):
        with pytest.raises(Refused) as caught:
            services.save_costs(by=by, scope=scope, costs=costs, order=[])
        assert caught.value.status == 404
    with pytest.raises(ValidationError):
        services.save_costs(by=market.buy, scope=scope, costs={}, order=["colour"])


def test_a_line_is_compared_for_its_own_quantity(market):
    market.line.quantity, market.line.unit = D(2), "40hq"
    market.line.save()
    result = wish(market, line=market.line, quantity=D(2), unit="40hq")
    enquiry = Enquiry.objects.get(product=market.product, request_lines__request=result.request)
    content = {"unit": "40hq", "quantity": D(2), "holds": D(26), "holds_unit": "t"}
    services.quote(by=market.sell, enquiry=enquiry, line=market.line, **terms(**content))
    scope = Scope(line=market.line)
    (row,) = services.compare_quotes(scope, scope.sheet, RATES)
    assert (scope.day, row.cost.part("goods").low) == (timezone.localdate() + dt.timedelta(days=60), D("350740.00"))


def test_landed_cost_takes_loaded_rates_and_the_regime_that_the_buyer_chooses(market):
    load_market_access()
    market.product.hs_code, market.product.origin = "220421", "FR"
    market.product.save()
    result = wish(market)
    quote = answer(market.product, result, price=D(1000))
    code, common = market.product.hs_code.ljust(8, "0"), {"valid_from": dt.date(2026, 1, 1), "source": "TEST DATA"}
    for regime, percent in (("MFN", 10), ("VAT", 9), ("CONSUMPTION", 0)):
        TariffRate.objects.create(hs_code=code, regime=regime, percent=percent, **common)
    scope = Scope(request=result.request)

    def taxes(regime):
        services.save_costs(by=market.buy, scope=scope, costs={}, order=[], fees=D(0), regime=regime)
        (row,) = services.compare_quotes(scope, scope.sheet, RATES)
        assert row.quote == quote
        return [row.cost.part(name).low / row.cost.part("goods").low * 100 for name in ("duty", "vat")]

    assert taxes("") == [10, D("9.9")]
    assert taxes("cbec") == [0, D("6.3")]
    assert taxes("bonded") == [0, 0]
    assert taxes("hainan") == [0, 0]
    (row,) = services.compare_quotes(scope, scope.sheet, RATES)
    assert (row.regime.vat.high, row.regime.consumption.high) == (0, 0)  # 9% beside an amount of 0 would contradict it
    with pytest.raises(ValidationError):
        services.save_costs(by=market.buy, scope=scope, costs={}, order=[], regime="smuggling")


def test_a_sum_that_lacks_additional_duties_is_never_the_lowest(market):
    load_market_access()
    market.products[2].hs_code, market.products[2].origin = "220421", "US"
    market.products[2].save()
    for regime, percent in (("MFN", 0), ("VAT", 9), ("CONSUMPTION", 0)):
        TariffRate.objects.create(
            hs_code="22042100", regime=regime, percent=percent, valid_from=dt.date(2026, 1, 1), source="TEST DATA"
        )
    result = wish(market)
    first, second, open_one = (
        answer(product, result, price=price)
        for product, price in zip(market.products, (D(950), D(900), D(700)), strict=True)
    )
    scope, typed = Scope(request=result.request), {"duty_percent": D(0)}
    services.save_costs(
        by=market.buy,
        scope=scope,
        costs={first.uid: typed, second.uid: typed},
        order=["landed_cost"],
        vat_percent=D(9),
        fees=D(0),
    )
    rows = {row.quote: row for row in services.compare_quotes(scope, scope.sheet, RATES)}
    assert rows[open_one].cost.missing == ("additional",)
    assert rows[open_one].cost.low < rows[second].cost.low < rows[first].cost.low
    assert [(quote, row.decided_by) for quote, row in rows.items() if row.is_best] == [(second, "landed_cost")]


def test_goods_under_a_quota_have_a_sum_inside_and_one_outside_which_is_compared(market):
    load_market_access()
    market.product.hs_code, market.product.origin = "100630", "AR"
    market.product.save()
    common = {"valid_from": dt.date(2026, 1, 1), "source": "TEST DATA"}
    for code, regime, percent in (
        *(("1006302001", "MFN", 1), ("1006302090", "MFN", 65), ("10063020", "VAT", 9), ("10063020", "CONSUMPTION", 0)),
    ):
        TariffRate.objects.create(hs_code=code, regime=regime, percent=percent, **common)
    result = wish(market, [market.product])
    answer(market.product, result, price=D(1000), currency="CNY")
    scope = Scope(request=result.request)
    services.save_costs(by=market.buy, scope=scope, costs={}, order=[], fees=D(0))
    (row,) = services.compare_quotes(scope, scope.sheet, RATES)
    # 20 t at 1,000 yuan, CIF: 1% of 20,000 and 65% of it.
    assert (row.cost_inside.part("duty").high, row.cost.part("duty").high) == (D("200.00"), D("13000.00"))
    assert (row.cost_inside.high, row.cost.high) == (D("22018.00"), D("35970.00"))


def compare_under_hainan(market, costs=(), **changed):
    """A wine with known rates and all other costs typed, under Hainan without duty, whose list is not loaded."""
    load_market_access()
    market.product.hs_code, market.product.origin = "220421", "FR"
    market.product.save()
    result = wish(market)
    quote = answer(market.product, result, price=D(1000), **changed)
    for rate, percent in (("MFN", 10), ("VAT", 9), ("CONSUMPTION", 0)):
        TariffRate.objects.create(
            hs_code="22042100", regime=rate, percent=percent, valid_from=dt.date(2026, 1, 1), source="TEST DATA"
        )
    scope = Scope(request=result.request)
    services.save_costs(
        by=market.buy, scope=scope, costs={quote.uid: dict(costs)}, order=[], fees=D(0), regime="hainan"
    )
    (row,) = services.compare_quotes(scope, scope.sheet, RATES)
    return row


def test_a_sum_under_a_regime_that_may_not_be_open_is_not_complete(market):
    row = compare_under_hainan(market)
    assert (row.regime.coverage, row.regime.reason.code) == ("unknown", "list_not_loaded")
    assert (row.cost.missing, row.cost.is_complete) == (("additional", "regime"), False)
    assert row.cost.part("regime").reason == "regime_not_certain"


def test_a_sum_that_the_regime_does_not_change_is_complete(market):
    row = compare_under_hainan(market, incoterm="DDP")  # duty and taxes are in the price
    assert (row.regime.coverage, row.cost.missing) == ("unknown", ())


def test_a_regime_whose_goods_are_on_its_list_is_certain(market):
    load_market_access()
    ImportRegime.objects.filter(kind="bonded").update(goods="listed", list_complete=True, hs_prefixes=["220421"])
    market.product.hs_code, market.product.origin = "220421", "FR"
    market.product.save()
    result = wish(market)
    answer(market.product, result, price=D(1000))
    scope = Scope(request=result.request)
    services.save_costs(by=market.buy, scope=scope, costs={}, order=[], fees=D(0), regime="bonded")
    (row,) = services.compare_quotes(scope, scope.sheet, RATES)
    assert (row.regime.coverage, row.cost.missing) == ("applies", ())


def test_a_regime_that_leaves_the_goods_out_gives_no_rate_and_no_tax(market):
    load_market_access()
    ImportRegime.objects.filter(kind="bonded").update(goods="listed", list_complete=True, hs_prefixes=["3304"])
    market.product.hs_code, market.product.origin = "220421", "FR"
    market.product.save()
    result = wish(market)
    answer(market.product, result, price=D(1000))
    for regime, percent in (("MFN", 10), ("VAT", 9), ("CONSUMPTION", 10)):
        TariffRate.objects.create(
            hs_code="22042100", regime=regime, percent=percent, valid_from=dt.date(2026, 1, 1), source="TEST DATA"
        )
    scope = Scope(request=result.request)
    services.save_costs(by=market.buy, scope=scope, costs={}, order=[], fees=D(0), regime="bonded")
    (row,) = services.compare_quotes(scope, scope.sheet, RATES)
    assert row.regime.coverage == "excluded"
    assert (row.regime.duty, row.regime.vat, row.regime.consumption) == (None, None, None)
    assert row.cost.missing == ("duty", "additional", "vat")


def test_a_request_without_words_asks_each_supplier_in_the_language_that_it_reads(market):
    with override("zh-hans"):
        result = wish(market)
    message = Message.objects.filter(request_line__request=result.request).first()
    assert message.text == ""
    with override("fr"):
        assert message.sentences == "Veuillez nous envoyer un devis à ces conditions."
    with override("th"):
        assert message.sentences == "กรุณาส่งใบเสนอราคาตามเงื่อนไขนี้"


def test_sentences_of_a_request_reach_every_supplier_and_its_notice_in_its_language(market):
    reader = factories.member_of(market.products[1].company)
    reader.language = "fr"
    reader.save()
    validity = {"key": "price_valid_ask"}
    result = wish(market, text="五公斤真空包装", phrases=[validity])
    messages = Message.objects.filter(request_line__request=result.request)
    assert [[row["key"] for row in message.phrases] for message in messages] == [["price_valid_ask"]] * 3
    assert {message.text for message in messages} == {"五公斤真空包装"}
    notice = Notice.objects.get(kind="enquiry_request", recipient=reader)
    assert notice.context["text"]["fr"] == "Jusqu'à quand votre prix est-il valable ? 五公斤真空包装"


def test_a_sentence_that_is_not_in_the_book_is_refused_and_nothing_is_sent(market):
    with pytest.raises(ValidationError) as problem:
        wish(market, phrases=[{"key": "no_such_sentence"}])
    assert "phrases[0].key" in problem.value.error_dict
    assert not QuoteRequest.objects.exists()
    assert not Enquiry.objects.exists()


def test_a_quote_keeps_the_national_line_of_its_product_and_duty_is_that_of_the_line(market):
    product = market.product
    TariffRate.objects.all().delete()
    for code, percent in ((f"{product.hs_code}10", 5), (f"{product.hs_code}90", 10)):
        TariffRate.objects.create(
            hs_code=code, regime="MFN", percent=percent, valid_from=dt.date(2026, 1, 1), source="TEST DATA"
        )
    seller = factories.member_of(product.company)
    save_product(by=seller, company=product.company, product=product, national_line=f"{product.hs_code}90")
    result = wish(market, [product], payment="", incoterm="")
    first = answer(product, result)
    assert first.national_line == f"{product.hs_code}90"
    save_product(by=seller, company=product.company, product=product, national_line=f"{product.hs_code}10")
    scope = Scope(request=result.request)
    (row,) = services.compare_quotes(scope, scope.sheet, RATES)
    assert (row.duty.mfn.low, row.duty.mfn.high) == (D(10), D(10))
    second = answer(product, result, national_line=f"{product.hs_code}10")
    assert second.national_line == f"{product.hs_code}10"
    with pytest.raises(ValidationError) as refused:
        answer(product, result, national_line="99999999")
    assert "national_line" in refused.value.error_dict
