"""The team's side of the post office: announcements and the words of mails."""

import re
import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.services import announcements
from matchmaker.companies.models import Membership
from matchmaker.messaging import services as messaging
from matchmaker.notifications import muting, services, wording
from matchmaker.notifications.models import Announcement, Delivery, Hold, Notice, WebhookEndpoint
from matchmaker.web.console.delivery import KINDS, channel_names
from tests import factories

pytestmark = pytest.mark.django_db

LETTER = {
    "subject_en": "Hall 7.2 moves",
    "body_en": "Dear exhibitors,\n\nwe meet in hall 6.1.",
    "subject_zh-hans": "展馆调整",
    "body_zh-hans": "各位展商：\n\n展位改至 6.1 馆。",
    "state": "approved",
}


@pytest.fixture
def campaign(db):
    return factories.campaign()


@pytest.fixture
def author(campaign):
    return factories.organiser(campaign)


@pytest.fixture
def console(client, author):
    client.force_login(author)
    return client


@pytest.fixture
def suppliers(campaign):
    thai = factories.supplier(factories.user(language="en"))
    chinese_reader = factories.supplier(factories.user(language="zh-hans"), country="VN")
    buyer = factories.buyer(factories.user(language="zh-hans"))
    factories.take_part(campaign, thai, chinese_reader, buyer)
    return [thai, chinese_reader]


def draft(console, **changes) -> Announcement:
    response = console.post(reverse("console_announcement_new"), LETTER | {"side": "suppliers"} | changes)
    assert response.status_code == 302, response.context["form"].errors
    return Announcement.objects.get()


def act(console, row, verb, **fields):
    return console.post(reverse("console_announcement_act", args=[row.uid, verb]), fields)


def read(console, row) -> str:
    """What the button of the page says was read."""
    page = console.get(reverse("console_announcement", args=[row.uid])).content.decode()
    return re.search(r'name="read" value="(\w+)"', page)[1]


def count_notices(row) -> int:
    return Notice.objects.filter(event_key=row.event_key).count()


def test_an_announcement_is_looked_at_and_reaches_its_segment_in_their_languages(console, suppliers):
    row = draft(console)
    page = console.get(reverse("console_announcement", args=[row.uid]))
    assert (page.context["reach"].people, page.context["reach"].languages) == (2, {"en": 1, "zh-hans": 1})
    assert Notice.objects.count() == 0
    act(console, row, "send")
    row.refresh_from_db()
    assert (row.state, row.reached, count_notices(row)) == ("sent", 2, 2)
    reader = suppliers[1].members.get()
    console.force_login(reader)
    page = console.get(reverse("announcement", args=[row.uid]), headers={"accept-language": "zh-hans"})
    assert "展位改至 6.1 馆" in page.content.decode()
    assert Notice.objects.get(recipient=reader, event_key=row.event_key).read_at is not None


def test_an_announcement_is_sent_once(console, suppliers):
    row = draft(console)
    act(console, row, "send"), act(console, row, "send")
    assert (count_notices(row), Delivery.objects.count()) == (2, 2)
    response = console.post(reverse("console_announcement_edit", args=[row.uid]), LETTER)
    assert response.status_code == 400
    assert response.context["form"].non_field_errors()
    row.refresh_from_db()
    assert row.audience["side"] == "suppliers"


def test_a_third_announcement_in_a_week_reaches_nobody(console, suppliers):
    for _number in range(2):
        act(console, draft(console), "send")
        Announcement.objects.all().delete()
    row = draft(console)
    page = console.get(reverse("console_announcement", args=[row.uid]))
    assert (page.context["reach"].people, page.context["reach"].left_out) == (0, 2)
    act(console, row, "send")
    row.refresh_from_db()
    assert row.state == "draft"


def test_to_more_than_the_cap_a_second_person_sends(console, suppliers, campaign, author, monkeypatch):
    monkeypatch.setattr(announcements, "ALONE", 1)
    row = draft(console)
    act(console, row, "send"), act(console, row, "send")
    row.refresh_from_db()
    assert (row.state, count_notices(row)) == ("waiting", 0)
    colleague = factories.organiser(campaign)
    console.force_login(colleague)
    act(console, row, "send", read=read(console, row))
    row.refresh_from_db()
    assert (row.state, row.written_by, row.agreed_by, count_notices(row)) == ("sent", author, colleague, 2)


def test_a_second_person_does_not_send_what_was_changed_after_she_read_it(console, suppliers, campaign, monkeypatch):
    monkeypatch.setattr(announcements, "ALONE", 1)
    row, colleague = draft(console), Client()
    colleague.force_login(factories.organiser(campaign))
    act(console, row, "send")
    before = read(colleague, row)
    changed = LETTER | {"side": "suppliers", "subject_en": "Pay the fee here"}
    console.post(reverse("console_announcement_edit", args=[row.uid]), changed)
    act(console, row, "send")
    for given in ({}, {"read": before}, {"read": ""}):
        act(colleague, row, "send", **given)
        row.refresh_from_db()
        assert (row.state, count_notices(row)) == ("waiting", 0)
    act(colleague, row, "send", read=read(colleague, row))
    row.refresh_from_db()
    assert (row.state, row.texts["en"]["subject"], count_notices(row)) == ("sent", "Pay the fee here", 2)


def test_who_words_a_mail_reads_no_letter_that_a_colleague_got_as_a_member_of_her_company(console, campaign):
    """The sample facts were of the newest notice of anyone in the team, with the words of private letters."""
    seller, buyer = factories.supplier(), factories.buyer()
    product = factories.product(seller)
    factories.match(product, factories.demand(buyer, lines=1).lines.get())
    colleague = factories.organiser(campaign)
    Membership.objects.create(company=seller, user=colleague)
    words = "Our highest price is 912 dollars a tonne, please keep this between us."
    messaging.ask(by=factories.member_of(buyer), company=buyer, product=product, text=words)
    told = Notice.objects.filter(recipient=colleague, context__icontains="912 dollars")
    assert told.exists()
    for notice in told:
        where = [notice.kind, "en", wording.variant_of(notice.kind, notice.context)]
        page, mail = (console.get(reverse(name, args=where)) for name in ("console_text", "console_text_mail"))
        assert (page.status_code, mail.status_code, page.context["real"]) == (200, 200, None)
        assert "912 dollars" not in page.content.decode() + mail.content.decode()


def test_an_unknown_verb_does_nothing_to_a_draft(console):
    row = draft(console)
    assert act(console, row, "remove").status_code == 404
    assert Announcement.objects.filter(pk=row.pk).exists()


def test_a_change_takes_the_request_for_consent_back(console, suppliers, monkeypatch):
    monkeypatch.setattr(announcements, "ALONE", 1)
    row = draft(console)
    act(console, row, "send")
    console.post(reverse("console_announcement_edit", args=[row.uid]), LETTER | {"side": "buyers"})
    row.refresh_from_db()
    assert (row.state, row.audience["side"]) == ("draft", "buyers")


def test_a_text_that_is_half_written_is_said_beside_its_field_and_nothing_is_lost(console):
    response = console.post(reverse("console_announcement_new"), LETTER | {"body_zh-hans": ""})
    assert response.status_code == 400
    assert list(response.context["form"].errors) == ["body_zh-hans"]
    assert LETTER["body_en"].splitlines()[0] in response.content.decode()
    assert Announcement.objects.count() == 0


def test_its_author_can_try_it_and_nobody_else_reads_it_before(console, suppliers, author):
    row = draft(console)
    act(console, row, "try")
    assert list(Notice.objects.values_list("recipient", flat=True)) == [author.pk]
    console.force_login(suppliers[0].members.get())
    assert console.get(reverse("announcement", args=[row.uid])).status_code == 404
    assert console.get(reverse("console_announcement", args=[row.uid])).status_code == 404


def test_what_has_not_left_can_be_called_back(console, suppliers):
    row = draft(console)
    act(console, row, "send"), act(console, row, "call-back")
    assert list(Delivery.objects.values_list("state", flat=True)) == ["cancelled", "cancelled"]


def text_page(kind="company_approved", language="en", variant=0, name="console_text"):
    return reverse(name, args=[kind, language, variant])


def test_other_words_are_kept_sent_and_taken_back(console, campaign):
    page = console.get(text_page())
    assert page.context["form"].initial == wording.default("company_approved", "en")
    words = {"subject": "Welcome, {company}", "body": "{company} is in.\n\nYours, {site_name}"}
    assert console.post(text_page(), words).status_code == 302
    saved = wording.stored_wording("company_approved", "en")
    assert (saved.subject, saved.body) == (words["subject"], words["body"])
    console.post(text_page(name="console_text_restore"))
    assert wording.stored_wording("company_approved", "en") is None


@pytest.mark.parametrize(
    ("words", "field"),
    [
        ({"subject": "Hello {nobody}", "body": "x"}, "subject"),
        ({"subject": "Hello", "body": "{company"}, "body"),
        ({"subject": "Hello", "body": "{{ company }}"}, "body"),
        ({"subject": "", "body": "x"}, "subject"),
        ({"subject": "Hello", "body": "x" * 5001}, "body"),
    ],
)
def test_broken_words_cannot_be_saved_and_stay_on_the_page(console, words, field):
    response = console.post(text_page(), words)
    assert (response.status_code, list(response.context["form"].errors)) == (400, [field])
    assert wording.stored_wording("company_approved", "en") is None


def test_looking_at_words_keeps_nothing(console):
    response = console.post(text_page(), {"subject": "Hi {recipient}", "body": "Text", "look": "1"})
    assert response.context["preview"]["subject"].startswith("Hi ")
    assert wording.stored_wording("company_approved", "en") is None


def test_the_preview_uses_facts_of_a_notice_to_the_team(console, campaign):
    company = factories.company(status="draft", legal_name="Moulin du Jura")
    from matchmaker.campaigns.services import submit_company

    submit_company(by=company.members.get(), company=company, campaign=campaign)
    page = console.get(text_page("company_submitted"))
    assert page.context["preview"]["subject"] == "Waiting for approval: Moulin du Jura"


@pytest.mark.parametrize("name", ["console_texts", "console_announcements", "console_announcement_new"])
def test_event_staff_find_none_of_it(client, campaign, name):
    client.force_login(factories.organiser(campaign, role="staff"))
    assert client.get(reverse(name)).status_code == 404


def test_what_is_parked_is_shown_with_its_reason_and_tried_again_under_its_id(console, suppliers, author):
    act(console, draft(console), "send")
    parked = Delivery.objects.first()
    Delivery.objects.update(state="sent", finished_at=timezone.now())
    Delivery.objects.filter(pk=parked.pk).update(state="parked", last_error="550 no such mailbox")
    page = console.get(reverse("console_delivery"))
    assert [row["why"] for row in page.context["parked"]] == ["550 no such mailbox"]
    console.post(reverse("console_delivery_retry"), {"promise": [page.context["parked"][0]["named"]]})
    parked.refresh_from_db()
    assert (parked.state, parked.attempts) == ("waiting", 0)


def test_a_parked_call_names_whose_program_it_is_and_nothing_of_the_program(console):
    mill, person = factories.supplier(), factories.user()
    for owner in ({"owner_uid": mill.uid}, {"user": person}):
        hook = WebhookEndpoint.objects.create(url="https://erp.secret.example/", name="Secret ERP", **owner)
        said = {
            "event_type": "match_found",
            "event_key": str(hook.uid),
            "state": "parked",
            "last_error": "answered 500",
        }
        hook.deliveries.create(not_before=timezone.now(), finished_at=timezone.now(), **said)
    page = console.get(reverse("console_delivery"))
    assert sorted(row["whom"] for row in page.context["parked"]) == sorted([str(mill), str(person)])
    assert "secret" not in page.text.casefold()


def test_words_sent_without_a_text_are_refused_with_what_is_missing(console):
    page = console.post(reverse("console_text", args=["company_approved", "en", 0]), {"yes": "yes"})
    assert (page.status_code, sorted(page.context["form"].errors)) == (400, ["body", "subject"])


@pytest.mark.parametrize("foreign", ["nonsense:1", "delivery:" + "x" * 36, f"webhook:{uuid.UUID(int=1)}"])
def test_one_that_is_not_there_stops_all(console, suppliers, author, foreign):
    act(console, draft(console), "send")
    Delivery.objects.update(state="parked", finished_at=timezone.now())
    own = [f"delivery:{key}" for key in Delivery.objects.values_list("pk", flat=True)]
    assert console.post(reverse("console_delivery_retry"), {"promise": [*own, foreign]}).status_code == 404
    assert not Delivery.objects.exclude(state="parked").exists()


def test_ten_thousand_at_once_are_too_much_and_nothing_is_done(console, suppliers, author):
    act(console, draft(console), "send")
    Delivery.objects.update(state="parked", finished_at=timezone.now())
    own = f"delivery:{Delivery.objects.first().pk}"
    answer = console.post(reverse("console_delivery_retry"), {"promise": [own] * 10_001})
    assert (answer.status_code, "Too much at once" in answer.text) == (413, True)
    assert not Delivery.objects.exclude(state="parked").exists()


def test_a_kind_is_switched_off_and_on_again_and_the_record_says_so(console, campaign):
    switch = reverse("console_text_switch", args=["demand_closed"])
    console.post(switch)
    assert muting.muted_kinds() == {"demand_closed"}
    assert console.get(text_page("demand_closed")).context["muted"] is True
    console.post(switch, {"on": "1"})
    assert muting.muted_kinds() == set()
    verbs = AuditEntry.objects.filter(organisation=campaign.uid).order_by("pk").values_list("verb", flat=True)
    assert list(verbs)[-2:] == ["mute_notice", "unmute_notice"]


def test_letters_about_accounts_stay_on(console):
    page = console.post(reverse("console_text_switch", args=["welcome"]), follow=True)
    assert "cannot be switched off" in page.content.decode()
    assert muting.muted_kinds() == set()


def test_what_became_of_a_kind_stands_in_one_row(console, suppliers):
    services.notify(kind="demand_closed", to=[suppliers[0].members.get()], event_key="k", context={})
    rows = console.get(reverse("console_delivery_counts")).context["rows"]
    assert [(row["kind"], row["told"], row["waiting"]) for row in rows if row["kind"] == "demand_closed"] == [
        ("demand_closed", 1, 1)
    ]


def test_holding_releasing_and_retrying_stand_in_the_audit_log(client, campaign):
    admin = factories.organiser(campaign, role="admin")
    client.force_login(admin)
    client.post(reverse("console_delivery_hold"), {"reason": "wrong text"})
    client.post(reverse("console_delivery_release"))
    client.post(reverse("console_delivery_release"))  # not held any more: no entry
    endpoint = WebhookEndpoint.objects.create(url="https://erp.example/in", owner_uid=uuid.uuid4())
    parked = endpoint.deliveries.create(
        event_type="test", event_key="one", state="parked", not_before=timezone.now(), finished_at=timezone.now()
    )
    client.post(reverse("console_delivery_retry"), {"promise": [f"webhook:{parked.pk}"]})
    entries = AuditEntry.objects.filter(organisation=str(campaign.uid), actor=admin).order_by("id")
    assert list(entries.values_list("verb", "facts")) == [
        ("hold_deliveries", {"reason": "wrong text"}),
        ("release_deliveries", {"reason": "wrong text"}),
        ("retry_deliveries", {"count": 1}),
    ]


def test_a_nul_in_a_reason_or_an_address_is_no_error_of_the_server(client, campaign):
    """PostgreSQL stores and compares no NUL: the page of the report and the button that holds all mail answered 500."""
    client.force_login(factories.organiser(campaign, role="admin"))
    day, name = timezone.localdate(), {"en": "Fair", "zh-hans": "洽谈会"}
    campaign.events.create(slug="fair", name=name, starts_on=day, ends_on=day, status="published")
    client.post(reverse("console_delivery_hold"), {"reason": "wrong\x00 text"})
    assert Hold.objects.get().reason == "wrong text"
    assert client.get(reverse("console_outcomes"), {"event": "fa\x00ir"}).status_code == 400
    plan = reverse("console_event_plan_start", args=["fair"])
    assert client.post(plan, {"base": "a\x00b"}).status_code == 404


def test_every_kind_of_letter_has_a_name_in_words():
    names = channel_names()
    kinds = [name for name in KINDS if name != "delivery"]  # that one is told by its channel
    assert [kind for kind in kinds if names.get(kind, kind) == kind] == []
