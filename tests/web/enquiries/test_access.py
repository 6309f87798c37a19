"""Who may see and do what of enquiries: every role of the access matrix on every probe of this floor."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.messaging import services
from matchmaker.messaging.models import Message
from tests import factories
from tests.web.test_access_matrix import (
    BUYERS,
    DECIDE,
    NOBODY,
    ROLES,
    SELLERS,
    SELLERS_API,
    TEAM,
    Probe,
    World,
    cell,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
WRITING = SELLERS | {"writing key"}


@pytest.fixture
def world():
    w = World()
    seller, buyer = w.people["supplier admin"], w.people["buyer admin"]
    w.talk = services.ask(by=buyer, company=w.buyer, product=w.offer, text="Mletter: can you ship rice in March?")
    w.reply = services.reply(by=seller, enquiry=w.talk, text="Manswer: yes, we ship every fortnight.")
    w.junk = services.reply(by=seller, enquiry=w.talk, text="Mjunk: buy now or else.")
    w.report = services.report_message(by=buyer, message=w.junk, reason="abuse")
    w.quote = services.quote(
        by=seller,
        enquiry=w.talk,
        price=Decimal("777"),
        currency="USD",
        price_unit="t",
        incoterm="FOB",
        incoterm_place="Mplace",
        valid_until=timezone.localdate() + dt.timedelta(days=9),
    )
    w.held = services.ask(by=buyer, company=w.buyer, other=factories.supplier(), text="http://example.org/mheld")
    w.held_message = w.held.messages.get()
    w.step = services.say_step(by=seller, enquiry=w.talk, rung="intent", happened_on=timezone.localdate())
    return w


def probes(w) -> list[Probe]:
    def see(name, roles, url, marker):
        return Probe(name, roles, url, marker)

    def do(name, roles, url, effect, **send):
        return Probe(name, roles, url, send=send, method="post", effect=effect)

    def state(row, *names):
        def read():
            row.refresh_from_db()
            return [str(getattr(row, name)) for name in names]

        return read

    def page(name, row):
        return reverse(name, args=[row.uid])

    both, api_both = SELLERS | BUYERS, SELLERS_API | BUYERS
    written = Message.objects.filter(enquiry=w.talk).count
    return [
        see("enquiry, page", both, page("enquiry", w.talk), "Mletter"),
        see("enquiry, inbox", both, reverse("enquiries"), str(w.talk.uid)),
        see("enquiry, API", api_both, page("api_enquiry", w.talk), "Mletter"),
        see("enquiry, API list", api_both, reverse("api_enquiries"), "Mletter"),
        see("reported message, its sender", SELLERS, page("enquiry", w.talk), "Mjunk"),
        see("reported message, API", SELLERS_API, page("api_enquiry", w.talk), "Mjunk"),
        see("reported message, console", DECIDE, reverse("console_enquiries"), "Mjunk"),
        see("letter, console", NOBODY, reverse("console_enquiries"), "Mletter"),
        see("held message, console", DECIDE, reverse("console_enquiries"), "mheld"),
        see("held message, its sender", BUYERS, page("enquiry", w.held), "mheld"),
        see("outcomes", TEAM | {"other campaign"}, reverse("console_outcomes"), "<h1>Report</h1>"),  # its own report
        see("quote, page", both, page("enquiry", w.talk), "Mplace"),
        see("quote, API", api_both, page("api_quote", w.quote), "Mplace"),
        see("quotes of a demand", BUYERS, page("demand_quotes", w.wanted["public"]), w.wanted["public"].title),
        do("reply, the other side being looked at", BUYERS, page("enquiry", w.talk), written, text="One more thing"),
        do("reply, API", BUYERS, page("api_enquiry_reply", w.talk), written, text="One more thing"),
        do("take a message back", SELLERS, page("enquiry_message_delete", w.reply), state(w.reply, "deleted_at")),
        do("answer a quote", BUYERS, page("quote_answer", w.quote), state(w.quote, "status"), answer="declined"),
        do("answer a quote, API", BUYERS, page("api_quote_answer", w.quote), state(w.quote, "status"),
           answer="declined"),
        do("withdraw a quote", SELLERS, page("quote_withdraw", w.quote), state(w.quote, "status")),
        do("withdraw a quote, API", WRITING, page("api_quote_withdraw", w.quote), state(w.quote, "status")),
        do("confirm a step", BUYERS, page("deal_step_answer", w.step), state(w.step, "answer"), answer="confirm"),
        do("decide a report", DECIDE, page("console_report", w.report), state(w.report, "decision"), decision="uphold"),
        do("review a held message", DECIDE, page("console_held", w.held_message), state(w.held_message, "state"),
           decision="release"),
    ]  # fmt: skip


def test_every_role_sees_and_does_exactly_what_the_table_says(world):
    wrong, table = {}, probes(world)
    for role in ROLES:
        client, headers = world.caller(role)
        for probe in table:
            if said := cell(client, headers, role, probe):
                wrong[role, probe.name] = said
    assert wrong == {}


@pytest.mark.parametrize("role", sorted(TEAM))
def test_nobody_of_the_team_opens_a_thread_between_companies(world, role):
    client, headers = world.caller(role)
    for name in ("enquiry", "api_enquiry"):
        answer = client.get(reverse(name, args=[world.talk.uid]), headers=headers)
        assert (answer.status_code, "Mletter" in answer.text) == (404, False)
    reported = client.get(reverse("console_enquiries")).text
    assert ("Mjunk" in reported, "Mletter" in reported, "Manswer" in reported) == (role in DECIDE, False, False)
