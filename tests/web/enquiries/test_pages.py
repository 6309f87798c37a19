"""Enquiries on both desks: ask, answer, quote, sample, deal, all with plain forms."""

import re
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import User
from matchmaker.messaging import services
from matchmaker.messaging.models import ContactLimit, DealStep, Enquiry
from tests import factories
from tests.files import PDF, paper, pdf, read
from tests.messaging.conftest import TEXT
from tests.messaging.test_deals import terms

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def test_a_buyer_asks_from_the_product_page_and_both_find_it_in_their_inbox(client, matched):
    client.force_login(matched.buy)
    page = client.get(reverse("ask_product", args=[matched.product.uid]))
    assert (page.context["match"], page.context["rate"]) == (matched.match, None)
    sent = client.post(reverse("ask_product", args=[matched.product.uid]), {"text": TEXT})
    enquiry = Enquiry.objects.get()
    assert sent.url == reverse("enquiry", args=[enquiry.uid])
    client.force_login(matched.sell)
    inbox = client.get(reverse("enquiries"))
    assert [(row["enquiry"].unread, row["turn"]) for row in inbox.context["rows"]] == [(True, True)]
    client.get(sent.url)
    again = client.get(reverse("enquiries"))
    assert [row["enquiry"].unread for row in again.context["rows"]] == [False]


def test_asking_what_was_asked_before_opens_that_enquiry(client, matched, talk):
    client.force_login(matched.buy)
    assert client.get(reverse("ask_product", args=[matched.product.uid])).url == reverse("enquiry", args=[talk.uid])


def test_a_refusal_is_403_and_what_was_typed_is_still_there(client, pair):
    ContactLimit.objects.update(open_requests=0)
    client.force_login(pair.buy)
    page = client.post(reverse("ask_supplier", args=[pair.seller.uid]), {"text": TEXT})
    assert (page.status_code, page.context["form"]["text"].value()) == (403, TEXT)


def test_neither_page_shows_an_address_of_the_other_side(client, matched, talk):
    services.reply(by=matched.sell, enquiry=talk, text="Yes, gladly.")
    for person, other in ((matched.buy, matched.seller), (matched.sell, matched.wanter)):
        client.force_login(person)
        page = client.get(reverse("enquiry", args=[talk.uid])).content.decode()
        member = factories.member_of(other)
        assert [mail for mail in (other.contact_email, member.email) if mail in page] == []


def test_a_demand_has_one_way_to_answer_it_and_both_sides_find_the_answer_on_its_page(client, pair):
    page, desk = reverse("demand", args=[pair.demand.uid]), reverse("buyer_demand", args=[pair.demand.uid])
    ask = reverse("ask_demand", args=[pair.demand.uid])
    client.force_login(pair.sell)
    assert client.get(page).content.decode().count(f'href="{ask}"') == 1
    assert list(client.get(ask).context["lines"]) == [pair.line]
    enquiry = client.post(ask, {"text": "1: 200 t from March, FOB Laem Chabang. Do you need organic?"}).url
    after = client.get(page).content.decode()
    assert (after.count(f'href="{ask}"'), after.count(f'href="{enquiry}"')) == (0, 1)
    client.force_login(pair.buy)
    rows = client.get(desk).context["answers"]
    assert [(reverse("enquiry", args=[row.uid]), row.supplier, row.owes) for row in rows] == [
        (enquiry, pair.seller, "buyer")
    ]


def test_a_supplier_does_not_read_the_name_of_a_buyer_that_has_not_answered(client, pair):
    services.ask(by=pair.sell, company=pair.seller, demand=pair.demand, text=TEXT)
    client.force_login(pair.sell)
    enquiry = Enquiry.objects.get()
    for address in (reverse("enquiries"), reverse("enquiry", args=[enquiry.uid])):
        assert pair.wanter.legal_name not in client.get(address).content.decode()


def test_no_two_fields_of_a_quote_are_called_the_same(client, talk, matched):
    client.force_login(matched.sell)
    form = client.get(reverse("quote_new", args=[talk.uid])).context["form"]
    labels = [str(field.label) for field in form.visible_fields()]
    assert len(labels) > 15
    assert sorted(set(labels)) == sorted(labels)


def test_quotes_under_two_incoterms_are_not_called_the_lowest_of_each_other(client, pair):
    for price, incoterm in (("950", "CIF"), ("930", "FOB"), ("970", "CIF")):
        seller = factories.supplier()
        person = factories.member_of(seller)
        enquiry = services.ask(by=person, company=seller, demand=pair.demand, text=f"{TEXT} {seller.pk}")
        client.force_login(person)
        posted = {**terms(price=price, incoterm=incoterm), "line": str(pair.line.uid)}
        assert client.post(reverse("quote_new", args=[enquiry.uid]), posted).status_code == 302
    client.force_login(pair.buy)
    page = client.get(reverse("demand_quotes", args=[pair.demand.uid]))
    table = page.context["lines"][0]["table"]
    cells = zip(table["quotes"], table["rows"][0].cells, strict=True)
    best = [quote for quote, cell in cells if cell.is_best]
    assert {(quote.incoterm, str(quote.price)) for quote in best} == {("CIF", "950.0000")}
    assert "lowest under CIF" in page.content.decode()


def test_a_suppliers_quotes_stand_side_by_side_for_the_buyer(client, pair):
    for price in ("950", "930"):
        seller = factories.supplier()
        person = factories.member_of(seller)
        enquiry = services.ask(by=person, company=seller, demand=pair.demand, text=f"{TEXT} {seller.pk}")
        client.force_login(person)
        posted = {**terms(price=price), "line": str(pair.line.uid)}
        assert client.post(reverse("quote_new", args=[enquiry.uid]), posted).status_code == 302
    client.force_login(pair.buy)
    table = client.get(reverse("demand_quotes", args=[pair.demand.uid])).context["lines"][0]["table"]
    cells = [(cell.text, list(cell.lines), cell.is_best) for cell in table["rows"][0].cells]
    assert cells == [("$950 / t", ["$0.95 / kg"], False), ("$930 / t", ["$0.93 / kg"], True)]
    client.force_login(pair.sell)
    assert client.get(reverse("demand_quotes", args=[pair.demand.uid])).status_code == 404


def test_from_sample_to_shipment_with_plain_forms(client, matched, talk):
    services.reply(by=matched.sell, enquiry=talk, text="Yes.")
    today = timezone.localdate().isoformat()

    def post(person, name, uid, **values):
        client.force_login(person)
        return client.post(reverse(name, args=[uid]), values).status_code

    post(matched.buy, "sample_ask", talk.uid, what="2 kg")
    sample = talk.samples.get()
    post(matched.sell, "sample_move", sample.uid, stage="sent", carrier="DHL")
    post(matched.buy, "sample_move", sample.uid, stage="received")
    post(matched.buy, "sample_move", sample.uid, stage="judged", verdict="good")
    post(matched.sell, "deal_step", talk.uid, rung="order", happened_on=today, amount="48000", currency="USD")
    post(matched.buy, "deal_step_answer", talk.steps.get(rung="order").uid, answer="confirm")
    post(matched.sell, "deal_step", talk.uid, rung="shipment", happened_on=today)
    post(matched.buy, "deal_step_answer", talk.steps.get(rung="shipment").uid, answer="confirm")
    confirmed = DealStep.objects.confirmed().order_by("pk").values_list("rung", flat=True)
    assert list(confirmed) == ["sample", "order", "shipment"]


def test_a_repeat_order_is_three_taps_and_each_has_a_row_of_its_own(client, matched, talk):
    services.reply(by=matched.sell, enquiry=talk, text="Yes.")
    today, page = timezone.localdate(), reverse("enquiry", args=[talk.uid])
    client.force_login(matched.buy)
    assert "Order again" not in client.get(page).text
    money = {"amount": Decimal(48_000), "currency": "USD"}
    order = services.say_step(by=matched.sell, enquiry=talk, rung="order", happened_on=today, **money)
    services.answer_step(by=matched.buy, step=order, confirm=True)
    for number in (1, 2):
        client.force_login(matched.buy)
        assert f'href="{page}?again=1#deal-step"' in client.get(page).text
        form = client.get(page, {"again": 1}).context["step_form"]
        typed = {name: form[name].value() for name in ("rung", "happened_on", "amount", "currency")}
        assert typed == {"rung": "repeat", "happened_on": today, "amount": "48,000", "currency": "USD"}
        client.post(reverse("deal_step", args=[talk.uid]), typed)
        assert "Order again" not in client.get(page).text  # this one waits for the supplier
        client.force_login(matched.sell)
        step = talk.steps.get(answer="")
        assert f'id="deal-repeat-{number}"' in client.get(page).text
        client.post(reverse("deal_step_answer", args=[step.uid]), {"answer": "confirm"})
    text = client.get(page).text
    assert text.count('id="deal-repeat-') == 2
    ids = re.findall(r'\bid="([^"]+)"', text)
    assert len(ids) == len(set(ids))
    client.post(reverse("deal_step_paper", args=[step.uid]), {"paper": paper("PO-9.pdf")})
    assert step.papers.count() == 1


def test_a_step_is_said_with_its_document_and_the_other_side_opens_it(client, matched, talk):
    client.force_login(matched.sell)
    order = {"rung": "order", "happened_on": timezone.localdate().isoformat(), "number": "PO-7"}
    client.post(reverse("deal_step", args=[talk.uid]), {**order, "paper": paper("Contract.pdf")})
    step = talk.steps.get()
    given = step.papers.get()
    client.force_login(matched.buy)
    page = client.get(reverse("enquiry", args=[talk.uid])).text
    assert "Backed by a document" in page
    assert "PO-7" in page
    assert re.search(rf"<summary>.*SHA-256.*>{given.sha256[:12]}…</bdi>\s*</summary>", page, re.S)
    assert f'<bdi class="num">{given.sha256}</bdi>' in page
    answer = client.get(reverse("deal_paper", args=[given.uid]))
    assert read(answer) == PDF
    assert answer["Content-Disposition"] == 'attachment; filename="Contract.pdf"'
    client.post(reverse("deal_step_paper", args=[step.uid]), {"paper": paper("invoice.pdf", pdf(b"2"))})
    assert [row.given_by for row in step.papers.all()] == ["supplier", "buyer"]
    client.force_login(factories.member_of(factories.buyer()))
    assert client.get(reverse("deal_paper", args=[given.uid])).status_code == 404
    assert client.post(reverse("deal_step_paper", args=[step.uid]), {"paper": paper()}).status_code == 404


def test_a_step_with_a_document_that_is_refused_is_not_said(client, matched, talk):
    client.force_login(matched.sell)
    order = {"rung": "order", "happened_on": timezone.localdate().isoformat()}
    answer = client.post(reverse("deal_step", args=[talk.uid]), {**order, "paper": paper("x.pdf", b"<html>")})
    assert answer.status_code == 422
    assert "nor a Word, Excel or PowerPoint file" in answer.text  # they are let in, too
    assert not talk.steps.exists()


REFUSED_STEPS = {
    "a day to come": ({"rung": "order", "happened_on": "2099-01-01"}, "this day is still to come"),
    "an amount in words": ({"rung": "order", "amount": "a lot"}, "Write the amount in digits"),
    "payment before the order": ({"rung": "payment"}, "A payment follows an order that both sides confirmed."),
    "an empty document": ({"rung": "order", "paper": paper("a.pdf", b"")}, "empty"),
}


@pytest.mark.parametrize(("typed", "sentence"), REFUSED_STEPS.values(), ids=REFUSED_STEPS)
def test_what_was_typed_of_a_refused_step_stays_in_its_open_form(client, matched, talk, typed, sentence):
    client.force_login(matched.sell)
    given = {"happened_on": timezone.localdate().isoformat(), "note": "Container MSCU 771", "number": "PO-7", **typed}
    answer = client.post(reverse("deal_step", args=[talk.uid]), given)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert re.search(r'<details\s+id="deal-step"\s+open', answer.text)
    assert 'value="Container MSCU 771"' in answer.text
    assert 'value="PO-7"' in answer.text
    assert f'action="{reverse("deal_step", args=[talk.uid])}#deal-step"' in answer.text
    assert not talk.steps.exists()


def test_a_refused_document_of_a_step_is_named_in_the_open_form_of_that_step(client, matched, talk):
    client.force_login(matched.sell)
    order = {"rung": "order", "happened_on": timezone.localdate().isoformat()}
    client.post(reverse("deal_step", args=[talk.uid]), order)
    address = reverse("deal_step_paper", args=[talk.steps.get().uid])
    answer = client.post(address, {"paper": paper("x.pdf", b"<html>"), "number": "PO-7"})
    assert answer.status_code == 422
    form = answer.text.partition('id="deal-order"')[2].partition("</form>")[0]
    assert '<details class="act" open>' in form
    assert "x.pdf” is neither a PDF" in form
    assert 'value="PO-7"' in form
    assert client.post(address, {"number": "PO-8"}).status_code == 422


def test_the_form_begins_with_the_first_step_that_nobody_stated(client, matched, talk):
    client.force_login(matched.sell)
    for rung in ("intent", "sample"):
        client.post(
            reverse("deal_step", args=[talk.uid]), {"rung": rung, "happened_on": timezone.localdate().isoformat()}
        )
    page = client.get(reverse("enquiry", args=[talk.uid]))
    assert page.context["step_form"]["rung"].value() == "order"


def test_each_side_reads_who_gave_a_document(client, matched, talk):
    client.force_login(matched.sell)
    order = {"rung": "order", "happened_on": timezone.localdate().isoformat(), "number": "PO-7"}
    client.post(reverse("deal_step", args=[talk.uid]), {**order, "paper": paper("Contract.pdf")})
    own = client.get(reverse("enquiry", args=[talk.uid])).text
    client.force_login(matched.buy)
    others = client.get(reverse("enquiry", args=[talk.uid])).text
    assert "You added a document: order" in own
    assert "from you" in own
    assert "The other side added a document: order" in others
    assert "from the other side" in others


def test_the_day_of_a_step_stands_in_its_form_in_every_language(client, matched, talk):
    User.objects.filter(pk=matched.sell.pk).update(language="zh-hans")
    client.force_login(matched.sell)
    page = client.get(reverse("enquiry", args=[talk.uid]))
    day = page.context["step_form"].initial["happened_on"]  # on the clock of this reader
    assert f'value="{day.isoformat()}"' in page.text


def test_blocking_from_the_page_and_taking_it_back(client, matched, talk):
    client.force_login(matched.sell)
    client.post(reverse("enquiry_block", args=[talk.uid]))
    client.force_login(matched.buy)
    answer = client.post(reverse("enquiry", args=[talk.uid]), {"text": "Hello again"})
    assert answer.status_code == 422
    client.force_login(matched.sell)
    client.post(reverse("enquiry_unblock", args=[matched.wanter.uid]))
    client.force_login(matched.buy)
    assert client.post(reverse("enquiry", args=[talk.uid]), {"text": "Hello again"}).status_code == 302


def test_a_person_or_a_line_that_is_no_row_is_no_error_of_the_server(client, pair):
    factories.match(pair.product, pair.line)
    talk = services.ask(by=pair.buy, company=pair.wanter, product=pair.product, text=TEXT)
    client.force_login(pair.sell)
    for odd in ("a\x00b", "7", str(talk.uid)):
        assert client.post(reverse("enquiry_assign", args=[talk.uid]), {"person": odd}).status_code == 404
        status = client.get(reverse("quote_new", args=[talk.uid]), {"line": odd}).status_code
        assert status == (400 if "\x00" in odd else 200)
