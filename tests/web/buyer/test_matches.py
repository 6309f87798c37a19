"""Matches as the buyer reads and answers them, the shortlist, and the comparison."""

import uuid
from io import BytesIO

import pytest
from django.urls import reverse
from django.utils.html import escape
from openpyxl import load_workbook

from matchmaker.catalogue.models import Product, ShortlistItem
from matchmaker.directory.models import ExchangeRate
from matchmaker.market_access.presentation import duty_box
from matchmaker.market_access.services import load_market_access
from tests import factories as make
from tests.markup import flat

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def company():
    return make.buyer()


@pytest.fixture
def desk(client, company):
    client.force_login(make.member_of(company))
    return client


@pytest.fixture
def match(company):
    return make.match(make.product(name="Jasmine rice"), make.line(make.demand(company=company)))


def test_the_desk_shows_what_waits(desk, match):
    page = desk.get(reverse("buyer_home"))
    assert page.context["counts"]["waiting"] == 1
    assert [card["match"].pk for card in page.context["cards"]] == [match.pk]


def test_what_waits_agrees_with_its_number(desk, match):
    text = flat(desk.get(reverse("buyer_home")).text)
    assert "match without an answer<" in text
    assert "open demand<" in text


def test_an_empty_desk_says_how_to_begin(desk):
    assert "Post a demand" in desk.get(reverse("buyer_home")).content.decode()


def test_matches_can_be_narrowed_to_a_line_and_a_state(desk, company, match):
    other = make.match(None, make.line(make.demand(company=company)), buyer_answer="declined")
    address = reverse("buyer_matches")

    def found(**asked):
        return {card["match"].pk for card in desk.get(address, asked).context["cards"]}

    assert found() == {match.pk, other.pk}
    assert found(line=str(match.line.uid)) == {match.pk}
    assert found(state="answered") == {other.pk}
    assert found(demand=str(other.line.demand.uid), state="unanswered") == set()


def test_one_tap_says_yes_and_comes_back_to_where_one_was(desk, match):
    back = reverse("buyer_matches") + "?state=unanswered"
    response = desk.post(reverse("buyer_match_answer", args=[match.uid]), {"answer": "interested", "next": back})
    match.refresh_from_db()
    assert match.buyer_answer == "interested"
    assert response.url == f"{back}#match-{match.uid}"


@pytest.mark.parametrize("back", ["https://evil.example/", "//evil.example/", "javascript:alert(1)"])
def test_an_answer_leads_nowhere_else(desk, match, back):
    response = desk.post(reverse("buyer_match_answer", args=[match.uid]), {"answer": "declined", "next": back})
    assert response.url == f"{reverse('buyer_match', args=[match.uid])}#match-{match.uid}"


def test_with_a_script_the_answered_card_comes_back(desk, match):
    response = desk.post(
        reverse("buyer_match_answer", args=[match.uid]), {"answer": "declined"}, headers={"HX-Request": "true"}
    )
    page = response.content.decode()
    assert f'id="match-{match.uid}"' in page
    assert "Not for you" in page
    assert "Why?" in page


@pytest.mark.parametrize("asked", [{}, {"answer": "maybe"}, {"answer": "declined", "why": "because"}])
def test_an_answer_that_is_none_is_refused(desk, match, asked):
    response = desk.post(reverse("buyer_match_answer", args=[match.uid]), asked, headers={"HX-Request": "true"})
    match.refresh_from_db()
    assert (response.status_code, match.buyer_answer) == (422, "")


def test_the_contact_opens_when_both_said_yes(desk, match):
    match.product.company.contact_email = "malee@example.org"
    match.product.company.save()
    address = reverse("buyer_match", args=[match.uid])
    assert "malee@example.org" not in desk.get(address).content.decode()
    match.supplier_answer = "interested"
    match.save()
    assert "malee@example.org" not in desk.get(address).content.decode()
    desk.post(reverse("buyer_match_answer", args=[match.uid]), {"answer": "interested"})
    assert "malee@example.org" in desk.get(address).content.decode()


def test_a_match_of_another_buyer_does_not_exist_here(desk):
    theirs = make.match()
    for name in ("buyer_match", "buyer_match_answer"):
        for uid in (theirs.uid, uuid.uuid4()):
            assert desk.post(reverse(name, args=[uid]), {"answer": "interested"}).status_code == 404
    theirs.refresh_from_db()
    assert theirs.buyer_answer == ""


# -- shortlist --------------------------------------------------------------------------------------------------------
def test_the_star_keeps_a_product_and_lets_it_go_again(desk, company):
    product = make.product()
    address = reverse("buyer_shortlist_toggle", args=[product.uid])
    desk.post(address)
    assert [item.product for item in company.shortlist.all()] == [product]
    page = desk.post(address, headers={"HX-Request": "true"}).content.decode()
    assert company.shortlist.count() == 0
    assert 'aria-pressed="false"' in page


@pytest.mark.parametrize("status", [Product.Status.DRAFT, Product.Status.WITHDRAWN])
def test_what_is_not_offered_cannot_be_shortlisted(desk, status):
    product = make.product(status=status)
    assert desk.post(reverse("buyer_shortlist_toggle", args=[product.uid])).status_code == 404
    assert ShortlistItem.objects.count() == 0


def test_a_note_is_seen_by_colleagues_and_by_nobody_else(desk, client, company):
    product = make.product()
    colleague = make.user()
    company.memberships.create(user=colleague)
    desk.post(reverse("buyer_shortlist_toggle", args=[product.uid]))
    desk.post(reverse("buyer_shortlist_note", args=[product.uid]), {"note": "要样品 <b>"})
    client.force_login(colleague)
    assert "要样品 &lt;b&gt;" in client.get(reverse("buyer_shortlist")).content.decode()
    client.force_login(make.member_of(make.buyer()))
    assert "要样品" not in client.get(reverse("buyer_shortlist")).content.decode()
    assert client.post(reverse("buyer_shortlist_note", args=[product.uid]), {"note": "x"}).status_code == 404


@pytest.mark.parametrize("note", ["x" * 501, "a\x00b", "\u202eab"])
def test_a_note_that_cannot_stand_is_refused(desk, company, note):
    product = make.product()
    desk.post(reverse("buyer_shortlist_toggle", args=[product.uid]))
    response = desk.post(
        reverse("buyer_shortlist_note", args=[product.uid]), {"note": note}, headers={"HX-Request": "true"}
    )
    assert response.status_code == 422
    assert company.shortlist.get().note == ""


def test_a_product_that_went_away_keeps_its_note(desk, company):
    product = make.product()
    ShortlistItem.objects.create(company=company, product=product, note="好米")
    Product.objects.update(status=Product.Status.WITHDRAWN)
    page = desk.get(reverse("buyer_shortlist")).content.decode()
    assert "好米" in page
    assert "no longer offered" in page


# -- compare ----------------------------------------------------------------------------------------------------------
def compared(desk, *uids):
    return desk.get(reverse("buyer_compare"), {"p": [str(uid) for uid in uids]}).context["comparison"]


def cells(comparison, label):
    return next(row for row in comparison.rows if row.label == label).cells


def test_the_lowest_price_is_marked_across_units_of_one_kind(desk):
    tonne = make.product(price_low=6300, price_unit="t", currency="CNY")
    kilo = make.product(price_low=7, price_unit="kg", currency="CNY")
    found = cells(compared(desk, tonne.uid, kilo.uid), "Price in yuan for one unit")
    assert [(cell.text, cell.is_best) for cell in found] == [("from CN¥6.30 / kg", True), ("from CN¥7 / kg", False)]


def test_the_lowest_price_is_marked_among_those_of_one_incoterm_and_the_others_say_why(desk):
    fob = make.product(price_low=5, price_unit="kg", currency="CNY", incoterm="FOB", incoterm_place="Le Havre")
    dear = make.product(price_low=8, price_unit="kg", currency="CNY", incoterm="CIF", incoterm_place="Tianjin")
    cheap = make.product(price_low=7, price_unit="kg", currency="CNY", incoterm="CIF", incoterm_place="Tianjin")
    silent = make.product(price_low=4, price_unit="kg", currency="CNY")
    comparison = compared(desk, fob.uid, dear.uid, cheap.uid, silent.uid)
    row = next(row for row in comparison.rows if row.label == "Price in yuan for one unit")
    assert [(cell.is_best, list(cell.lines)) for cell in row.cells] == [
        (False, ["not compared: another Incoterm (FOB)"]),
        (False, []),
        (True, []),
        (False, ["not compared: no Incoterm stated"]),
    ]
    assert row.best_word == "lowest under CIF"


def test_no_price_is_the_lowest_where_each_has_another_incoterm(desk):
    products = [make.product(price_low=n, price_unit="kg", currency="CNY", incoterm=term, incoterm_place="Tianjin")
                for n, term in ((5, "FOB"), (6, "CIF"))]  # fmt: skip
    found = cells(compared(desk, *(product.uid for product in products)), "Price in yuan for one unit")
    assert [cell.is_best for cell in found] == [False, False]


def test_prices_in_two_currencies_are_compared_by_the_rate_of_the_organiser(desk):
    rate(currency="USD", yuan="7.1", as_of="2026-11-01")
    rate(currency="USD", yuan="7", as_of="2026-11-20", source="central parity")
    dollars = make.product(price_low=900, price_unit="t", currency="USD")
    yuan = make.product(price_low=6.5, price_unit="kg", currency="CNY")
    euros = make.product(price_low=800, price_unit="t", currency="EUR")
    comparison = compared(desk, dollars.uid, yuan.uid, euros.uid)
    found = cells(comparison, "Price in yuan for one unit")
    assert [(cell.text, cell.is_best) for cell in found] == [
        ("from CN¥6.30 / kg", True),
        ("from CN¥6.50 / kg", False),
        ("", False),
    ]
    assert comparison.notes == [
        "1 USD = ¥7 on Nov 20, 2026, central parity.",
        "The organiser has set no rate for EUR.",
    ]


def rate(**fields):
    return ExchangeRate.objects.create(**{"source": "bank", **fields})


def test_the_sheet_holds_what_the_page_shows_and_runs_nothing(desk):
    first = make.product(name="=1+1 rice", price_low=900, price_unit="t", currency="USD")
    second = make.product(name="Jasmine rice")
    response = desk.get(reverse("buyer_compare_sheet"), {"p": [str(first.uid), str(second.uid)]})
    page = load_workbook(BytesIO(response.content)).active
    assert [cell.value for cell in page[1]] == [None, "'=1+1 rice", "Jasmine rice"]
    assert "f" not in {cell.data_type for row in page.iter_rows() for cell in row}  # no formula
    labels = [row.label for row in compared(desk, first.uid, second.uid).rows]
    assert [page.cell(at + 2, 1).value for at in range(len(labels))] == labels


def test_what_keeps_the_lines_of_a_chinese_page_together_is_not_in_its_sheet(desk):
    uids = {"p": [str(make.product(price_low=900, price_unit="t", currency="USD").uid), str(make.product().uid)]}
    make.read_in("zh-hans", desk)
    page, sheet = (desk.get(reverse(name), uids) for name in ("buyer_compare", "buyer_compare_sheet"))
    assert "US$900\N{WORD JOINER}／\N{WORD JOINER}吨" in page.content.decode()
    rows = load_workbook(BytesIO(sheet.content)).active.iter_rows()
    assert "US$900／吨" in [cell.value for row in rows for cell in row]


def test_suppliers_are_compared_by_what_they_are_and_do(desk):
    rice = make.product(certificates=("HACCP",), company=make.supplier(languages=["th", "zh"]))
    other = make.supplier(country="VN")
    page = desk.get(reverse("buyer_compare"), {"s": [str(rice.company.uid), str(other.uid)]})
    found = {row.label: [cell.text for cell in row.cells] for row in page.context["comparison"].rows}
    assert found["Products"] == ["1", "0"]
    assert found["Country or region"] == ["Thailand", "Vietnam"]
    assert found["Speaks"] == ["Thai, Chinese", "Thai, English"]
    assert ["yes", ""] in found.values()  # the certificate


def test_a_duty_that_depends_on_a_tariff_quota_says_so_on_the_page_and_in_the_sheet(desk):
    rice = make.product(name="Hom Mali rice", hs_code="100630")
    other = make.product(name="Broken rice", hs_code="100640")
    fruit = make.product(name="Durian", hs_code="081060")
    uids = {"p": [str(one.uid) for one in (rice, other, fruit)]}
    page = desk.get(reverse("buyer_compare"), uids)
    found = [cell.lines[-1:] for cell in cells(page.context["comparison"], "Duty")]
    assert found == [["Tariff quota"], ["Tariff quota"], []]
    assert [quota.names for quota in page.context["comparison"].quotas] == [["Hom Mali rice", "Broken rice"]]
    assert page.text.count('<div class="note note-missing">') == 1
    alone = duty_box(rice, page.context["day"]).quota.sentences
    assert all(escape(sentence) in page.text for sentence in alone)
    sheet = load_workbook(BytesIO(desk.get(reverse("buyer_compare_sheet"), uids).content)).active
    assert f"Hom Mali rice, Broken rice: Tariff quota: {alone[0]}" in str([row[0].value for row in sheet.iter_rows()])
    without = desk.get(reverse("buyer_compare"), {"p": [str(fruit.uid), str(make.product(hs_code="090111").uid)]})
    assert "Tariff quota" not in without.text


def test_six_at_most_and_each_once(desk):
    products = [make.product() for _n in range(7)]
    uids = [products[0].uid, *(product.uid for product in products)]
    assert [product.pk for product in compared(desk, *uids).things] == [product.pk for product in products[:6]]


@pytest.mark.parametrize("uids", [[], ["x", "1 OR 1=1", "../", "0" * 5000], [uuid.uuid4()]])
def test_what_is_not_there_is_left_out(desk, uids):
    assert compared(desk, *uids) is None


def test_a_draft_of_somebody_else_is_not_compared(desk):
    hidden = make.product(status=Product.Status.DRAFT, name="Secret rice")
    page = desk.get(reverse("buyer_compare"), {"p": str(hidden.uid)})
    assert page.context["comparison"] is None
    assert "Secret rice" not in page.content.decode()


def test_the_fit_to_ones_own_line_stands_in_the_comparison(desk, match):
    (cell,) = cells(compared(desk, match.product.uid), "Fit to your demand")
    assert cell.text.startswith(f"{round(match.score * 100)} of 100")
    assert len(cell.lines) == 2  # the reasons


def test_the_directory_leads_a_buyer_to_the_shortlist_and_counts_with_each_star(desk):
    product = make.product()
    link, star = f'href="{reverse("buyer_shortlist")}"', reverse("buyer_shortlist_toggle", args=[product.uid])
    page = desk.get(reverse("products")).text
    results = page[page.index('class="results-head"') :]
    assert (link in results, "Your shortlist (0)" in results) == (True, True)
    here = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{reverse('products')}?q=rice"}
    answer = desk.post(star, headers=here).text
    assert ("data-hx-swap-oob" in answer, "Your shortlist (1)" in answer) == (True, True)
    assert "shortlist-link" not in desk.post(star, headers={"HX-Request": "true"}).text  # other pages have no such link


def test_a_certificate_in_the_comparison_ends_on_a_day_as_the_reader_writes_it(desk):
    rice = make.product(certificates=("HACCP",))
    rice.certificates.update(number="H 12", valid_until="2027-05-01")
    ends = [cell.lines for row in compared(desk, rice.uid).rows for cell in row.cells if row.is_mark]
    assert ends == [["H 12", "until May 1, 2027"]]
    asked = {"p": str(rice.uid), "ship": "2027-01-29"}
    sheet = load_workbook(BytesIO(desk.get(reverse("buyer_compare_sheet"), asked).content)).active
    assert "Shipment on Jan 29, 2027." in [row[0].value for row in sheet.iter_rows()]


def test_a_duty_that_is_not_known_is_called_so_and_what_is_levied_on_an_unknown_way_has_its_condition(desk):
    load_market_access()
    wine = make.product(hs_code="220421", origin="US")
    comparison = compared(desk, wine.uid)
    assert [cell.text for cell in cells(comparison, "Duty")] == ["not loaded"]
    unknown = [cell for row in comparison.rows for cell in row.cells if cell.text == "not known yet"]
    assert unknown
    assert all(cell.lines[0] == "Where it is open to the goods:" for cell in unknown)
