"""Who must act next, what the conversation keeps, and where a quote stands."""

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.companies.models import Company
from matchmaker.messaging import services
from matchmaker.messaging.models import Enquiry
from tests import factories
from tests.messaging.conftest import TEXT
from tests.messaging.test_deals import terms

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def turn(client, person) -> str:
    """What the inbox of this person says of the only enquiry."""
    client.force_login(person)
    row = client.get(reverse("enquiries")).context["rows"][0]
    in_tab = bool(client.get(reverse("enquiries"), {"show": "turn"}).context["rows"])
    assert in_tab == row["turn"]
    return "ours" if row["turn"] else "theirs" if row["waits"] else "nobody's"


def happenings(client, person, enquiry) -> list[tuple[str, str]]:
    client.force_login(person)
    entries = client.get(reverse("enquiry", args=[enquiry.uid])).context["entries"]
    return [(entry["what"], str(entry["note"] or entry["more"])) for entry in entries if entry["kind"] == "happening"]


class Talk:
    """Acts of the two sides, in the order a test names them."""

    def __init__(self, pair, enquiry):
        self.pair, self.enquiry = pair, enquiry

    def seller_writes(self):
        services.reply(by=self.pair.sell, enquiry=self.enquiry, text="We can deliver from March.")

    def buyer_writes(self):
        services.reply(by=self.pair.buy, enquiry=self.enquiry, text="Please tell us more.")

    def quotes(self):
        services.quote(by=self.pair.sell, enquiry=self.enquiry, **terms())

    def asks_about_it(self):
        self._answer("question", "Is the freight in it?")

    def accepts(self):
        self._answer("accepted")

    def declines(self):
        self._answer("declined")

    def _answer(self, answer, note=""):
        services.answer_quote(by=self.pair.buy, quote=self.enquiry.quotes.get(), answer=answer, note=note)

    def asks_a_sample(self):
        services.ask_sample(by=self.pair.buy, enquiry=self.enquiry, what="2 kg")

    def sends_it(self):
        services.move_sample(by=self.pair.sell, sample=self.enquiry.samples.get(), stage="sent", carrier="DHL")

    def receives_it(self):
        services.move_sample(by=self.pair.buy, sample=self.enquiry.samples.get(), stage="received")

    def buyer_says_order(self):
        self._say(self.pair.buy)

    def seller_says_order(self):
        self._say(self.pair.sell)

    def _say(self, by):
        services.say_step(by=by, enquiry=self.enquiry, rung="order", happened_on=timezone.localdate())

    def seller_confirms(self):
        self._confirm(self.pair.sell)

    def buyer_confirms(self):
        self._confirm(self.pair.buy)

    def _confirm(self, by):
        services.answer_step(by=by, step=self.enquiry.steps.get(rung="order"), confirm=True)

    def nothing_to_answer(self):
        services.nothing_to_answer(by=self.pair.sell, enquiry=self.enquiry)

    def seller_puts_away(self):
        services.close_enquiry(by=self.pair.sell, enquiry=self.enquiry)


@pytest.mark.parametrize(
    ("acts", "seller", "buyer"),
    [
        ("", "ours", "theirs"),
        ("seller_writes", "theirs", "ours"),
        ("seller_writes buyer_writes", "ours", "theirs"),
        ("nothing_to_answer", "nobody's", "nobody's"),
        ("seller_writes seller_puts_away", "nobody's", "nobody's"),
        ("quotes", "theirs", "ours"),
        ("quotes asks_about_it", "ours", "theirs"),
        ("quotes accepts", "nobody's", "nobody's"),
        ("quotes declines", "nobody's", "nobody's"),
        ("asks_a_sample", "ours", "theirs"),
        ("asks_a_sample seller_writes", "ours", "ours"),
        ("asks_a_sample sends_it", "theirs", "ours"),
        ("asks_a_sample sends_it buyer_writes", "ours", "ours"),
        ("asks_a_sample sends_it receives_it", "nobody's", "nobody's"),
        ("buyer_says_order", "ours", "theirs"),
        ("buyer_says_order seller_writes", "ours", "ours"),
        ("buyer_says_order seller_confirms", "nobody's", "nobody's"),
        ("seller_says_order", "theirs", "ours"),
        ("seller_says_order buyer_writes", "ours", "ours"),
        ("seller_says_order buyer_confirms", "nobody's", "nobody's"),
    ],
)
def test_each_side_reads_who_must_act_next(client, matched, talk, acts, seller, buyer):
    for act in acts.split():
        talk.refresh_from_db()
        getattr(Talk(matched, talk), act)()
    assert (turn(client, matched.sell), turn(client, matched.buy)) == (seller, buyer)


def test_a_step_of_the_deal_says_to_each_side_who_answers_it(client, matched, talk):
    Talk(matched, talk).buyer_says_order()
    for person, sentence in (
        (matched.sell, "Recorded by the other side: waits for your answer"),
        (matched.buy, "Recorded by you: waits for the other side"),
    ):
        client.force_login(person)
        page = client.get(reverse("enquiry", args=[talk.uid]))
        assert [row["state"] for row in page.context["ladder"] if row["step"]] == [sentence]
        assert sentence in page.content.decode()


def test_a_question_about_a_quote_and_its_acceptance_stay_in_the_conversation(client, matched, talk):
    acts = Talk(matched, talk)
    acts.quotes()
    acts.asks_about_it()
    acts.accepts()
    assert happenings(client, matched.buy, talk)[1:] == [
        ("You asked about the quote", "Is the freight in it?"),
        ("You accepted the quote", ""),
    ]
    assert happenings(client, matched.sell, talk)[1:] == [
        ("The buyer asked about the quote", "Is the freight in it?"),
        ("The buyer accepted the quote", ""),
    ]


def test_a_quote_in_the_thread_of_a_product_stands_in_the_comparison_of_the_demand_it_matches(client, matched, talk):
    assert talk.demand is None
    client.force_login(matched.sell)
    form = client.get(reverse("quote_new", args=[talk.uid])).context["form"]
    assert form["line"].value() == str(matched.line.uid)
    posted = {**terms(), "line": form["line"].value()}
    assert client.post(reverse("quote_new", args=[talk.uid]), posted).status_code == 302
    client.force_login(matched.buy)
    services.answer_quote(by=matched.buy, quote=talk.quotes.get(), answer="accepted")
    compared = client.get(reverse("demand_quotes", args=[matched.demand.uid])).context
    assert [quote.enquiry for quote in compared["lines"][0]["table"]["quotes"]] == [talk]


def test_a_long_line_that_is_cut_in_the_conversation_ends_in_dots(client, matched, talk):
    type(matched.line).objects.filter(pk=matched.line.pk).update(text="Jasmine rice, long grain, " * 8, language="en")
    services.quote(by=matched.sell, enquiry=talk, line=matched.line, **terms())
    [(what, line)] = happenings(client, matched.buy, talk)
    assert what.startswith("The supplier quoted")
    assert len(line) <= 120
    assert line.startswith("Jasmine rice")
    assert line.endswith("…")


def test_a_quote_in_the_thread_of_a_product_may_be_for_no_demand(client, matched, talk):
    client.force_login(matched.sell)
    assert client.post(reverse("quote_new", args=[talk.uid]), {**terms(), "line": ""}).status_code == 302
    assert talk.quotes.get().line is None


def test_a_line_of_a_demand_that_does_not_match_cannot_be_quoted(client, matched, talk):
    other = factories.demand(matched.wanter, lines=1).lines.get()
    client.force_login(matched.sell)
    answer = client.post(reverse("quote_new", args=[talk.uid]), {**terms(), "line": str(other.uid)})
    assert answer.status_code == 422
    assert not talk.quotes.exists()


def test_a_company_that_is_not_approved_is_told_before_it_types(client, pair):
    Company.objects.filter(pk=pair.wanter.pk).update(status="pending")
    client.force_login(pair.buy)
    page = client.get(reverse("ask_supplier", args=[pair.seller.uid])).content.decode()
    assert "Your company can write to others once the organiser has approved it." in page
    assert '<textarea name="text"' not in page


def test_what_was_typed_stays_when_the_approval_goes_meanwhile(client, pair):
    Company.objects.filter(pk=pair.wanter.pk).update(status="pending")
    client.force_login(pair.buy)
    page = client.post(reverse("ask_supplier", args=[pair.seller.uid]), {"text": TEXT})
    assert page.status_code == 403
    assert TEXT in page.content.decode()
    assert not Enquiry.objects.exists()


def quote_form(client, matched, talk, **product):
    """The form of the quote after the buyer asked for CIF Shanghai and a sample."""
    for name, value in product.items():
        setattr(matched.product, name, value)
    matched.product.save()
    services.request_quotes(
        by=matched.buy,
        company=matched.wanter,
        subjects=[matched.product],
        quantity=20,
        unit="t",
        incoterm="CIF",
        place="Shanghai",
        sample_wanted=True,
        text=TEXT,
    )
    client.force_login(matched.sell)
    return client.get(reverse("quote_new", args=[talk.uid])).context["form"]


def test_a_price_under_another_incoterm_is_left_out_of_the_quote_and_it_says_why(client, matched, talk):
    own = {"price_low": 1080, "currency": "USD", "incoterm": "FOB", "incoterm_place": "Bangkok"}
    form = quote_form(client, matched, talk, **own)
    shown = [form[name].value() for name in ("price", "currency", "incoterm", "incoterm_place")]
    assert shown == [None, "USD", "CIF", "Shanghai"]
    assert form.fields["price"].help_text == (
        "Your price of $1,080 is FOB Bangkok; the buyer asks for CIF Shanghai. Write your price for it."
    )


def test_a_price_under_the_incoterm_that_is_asked_for_stays(client, matched, talk):
    own = {"price_low": 1080, "currency": "USD", "incoterm": "CIF", "incoterm_place": "shanghai"}
    form = quote_form(client, matched, talk, **own)
    assert (form["price"].value(), form.fields["price"].help_text) == ("1,080", "")


def test_the_box_of_the_sample_agrees_with_the_request(client, matched, talk):
    quote_form(client, matched, talk)
    page = client.get(reverse("enquiry", args=[talk.uid])).text
    assert "The buyer wants a sample first" in page
    assert "The buyer has asked for none" not in page
