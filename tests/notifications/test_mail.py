"""Letters as a mail server receives them."""

import re

import pytest
from anymail.exceptions import AnymailAPIError
from django.core import mail as outbox_of_django

from matchmaker.notifications import mail, services
from matchmaker.notifications.models import Delivery, Notice, Suppression
from matchmaker.notifications.outbox import Permanent, Temporary
from matchmaker.notifications.templatetags.notices import linked
from tests import factories

pytestmark = pytest.mark.django_db

KINDS = {
    "match_found": {
        "side": "supplier",
        "mine": "Hom Mali rice",
        "theirs": "茉莉香米",
        "percent": 87,
        "count": 2,
        "reasons": {"en": ["Both are HS 1006.30."], "zh-hans": ["双方的税号都是1006.30。"]},
    },
    "match_mutual": {
        "company": "武汉中百",
        "contact_name": "王敏",
        "contact_email": "wang@example.cn",
        "contact_phone": "+86 27 1234 5678",
        "product": "Hom Mali rice",
        "line": "茉莉香米",
    },
    "match_interest": {"side": "buyer", "product": "Hom Mali rice", "line": "茉莉香米"},
    "company_submitted": {"company": "Surin Rice", "country": "TH", "sides": ["supplier", "buyer"]},
    "company_approved": {
        "company": "Surin Rice",
        "reason": "",
        "sides": ["supplier"],
        "live": ["Hom Mali rice"],
        "held": ["茉莉香米"],
        "drafts": [["Riceberry", "Choose a category."]],
    },
    "company_answer_due": {"company": "Surin Rice", "day": "2026-12-08", "late": True},
    "company_waits_again": {"company": "Surin Rice", "reason": "The partner does not know it."},
    "company_returned": {"company": "Surin Rice", "reason": "Please add your licence.", "sides": ["supplier"]},
    "enquiry_quote": {
        "status": "open",
        "other": "武汉中百",
        "price": "780 USD",
        "subject": "Hom Mali rice",
        "text": "",
    },
    "demand_closed": {"demand": "茉莉香米", "closed_on": "2026-11-01"},
    "demand_feed": {"feed": "Wuhan ERP"},
    "feed_stopped": {"feed": "Wuhan ERP"},
    "import_stopped": {"file": "goods.xlsx"},
    "registration_expiring": {
        "company": "Surin Rice",
        "name": "GACC registration",
        "number": "CTHA123",
        "valid_until": "2027-05-31",
        "apply_until": "2027-02-28",
    },
    "rule_coming": {"name": "GB 7718-2025", "begins": "2027-03-16", "product": "茉莉香米", "others": 2, "sure": True},
    "welcome": {},
    "webhook_disabled": {"name": "ERP", "url": "https://erp.example.org/", "reason": "410"},
}


def body(letter, kind: str) -> str:
    return letter.get_body((kind,)).get_content()


def test_a_notice_arrives_as_text_and_html_with_one_message_id(sink, person, tell):
    row = tell(person, demand="茉莉香米 & more")
    assert mail.deliver_waiting() == 1
    ((to, letter),) = sink.letters
    assert to == [letter["To"]] == ["wang@example.org"]
    assert letter["Message-ID"] == f"<{row.pk}@127.0.0.1>"
    assert letter["Subject"] == "Your demand has closed: 茉莉香米 & more"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert "“茉莉香米 & more” closed on November 1, 2026" in body(letter, "plain")
    assert "<strong>茉莉香米 &amp; more</strong> closed on November 1, 2026" in body(letter, "html")
    assert "http://127.0.0.1:8000/buyer/demands/1/" in body(letter, "plain")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_reads_well_in_each_language(kind, language, person):
    person.language = language
    letter = mail.build(person, kind, "account", KINDS[kind] | {"path": "/x/"}, key="k")
    html = letter.alternatives[0].content
    for text in (letter.subject, letter.body, html):
        assert text.strip()
        assert "{{" not in text
        assert "{%" not in text
        assert "None" not in text
    assert "&amp;" not in letter.body
    assert f'lang="{language}"' in html
    if kind == "match_found":
        assert KINDS[kind]["reasons"][language][0] in letter.body


def test_a_mail_carries_one_click_unsubscribe_headers(sink, person, tell):
    tell(person)
    mail.deliver_waiting()
    letter = sink.letters[0][1]
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = letter["List-Unsubscribe"].strip("<>")
    assert address.startswith("http://127.0.0.1:8000/notices/stop/")
    assert address in body(letter, "plain")


def test_a_mail_about_the_account_has_no_way_to_stop_it(person):
    letter = mail.build(person, "welcome", "account", {}, key="k")
    assert "List-Unsubscribe" not in letter.extra_headers


def test_user_text_in_a_subject_stays_one_header(sink, person, tell):
    tell(person, demand="rice\r\nBcc: victim@example.org\n\n=?utf-8?q?x?= \u202egnp.exe " + "x" * 2000)
    assert mail.deliver_waiting() == 1
    ((to, letter),) = sink.letters
    assert to == ["wang@example.org"]
    assert letter["Bcc"] is None
    assert len(letter.get_all("Subject")) == 1
    assert len(letter["Subject"]) <= 200
    assert letter["Subject"].startswith("Your demand has closed: rice Bcc: victim@example.org")


@pytest.mark.parametrize(
    "address",
    ["a@example.org\nBcc: b@example.org", "a@example.org, b@example.org", "Ann <a@example.org>, b@x.org", "a b@x.org"],
)
def test_an_address_that_is_two_reaches_nobody_else(address, sink, person, tell):
    row = tell(person)
    type(person).objects.filter(pk=person.pk).update(email=address)
    assert mail.deliver_waiting() == 0
    assert sink.letters == []
    assert Delivery.objects.get(pk=row.pk).state == "parked"


def test_a_4xx_is_repeated_and_a_5xx_parked(sink, person, tell):
    busy, blocked, good = tell(person), tell(person), tell(person)
    sink.script.extend(["451 4.7.1 greylisted", "554 5.7.1 looks like spam"])
    assert mail.deliver_waiting() == 1
    rows = [Delivery.objects.get(pk=row.pk) for row in (busy, blocked, good)]
    assert [row.state for row in rows] == ["waiting", "parked", "sent"]
    assert [row.last_error for row in rows] == ["451 4.7.1 greylisted", "554 5.7.1 looks like spam", ""]


def test_an_unknown_mailbox_is_parked_with_what_the_server_said(sink, person, tell):
    row = tell(person)
    sink.refuse[person.email] = "550 5.1.1 no such mailbox"
    mail.deliver_waiting()
    row = Delivery.objects.get(pk=row.pk)
    assert (row.state, row.last_error) == ("parked", "550 5.1.1 no such mailbox")


def test_a_line_cut_after_data_repeats_under_the_same_message_id(sink, person, tell):
    row = tell(person)
    sink.script.append("drop")
    assert mail.deliver_waiting() == 0
    Delivery.objects.update(not_before=row.created_at)
    assert mail.deliver_waiting() == 1
    assert dict(sink.ids) == {f"<{row.pk}@127.0.0.1>": 2}


def test_a_server_that_is_away_parks_nothing_and_counts_no_try(sink, person, tell):
    row = tell(person)
    sink.stop()
    assert mail.deliver_waiting() == 0
    row = Delivery.objects.get(pk=row.pk)
    assert (row.state, row.attempts) == ("waiting", 0)
    assert row.last_error.startswith("The mail server cannot be reached")


def test_a_closed_account_gets_no_mail(sink, person, tell):
    row = tell(person)
    type(person).objects.filter(pk=person.pk).update(is_active=False)
    assert mail.deliver_waiting() == 0
    assert Delivery.objects.get(pk=row.pk).state == "cancelled"


def test_a_suppressed_address_gets_no_mail(sink, person, tell):
    row = tell(person)
    Suppression.objects.create(address="wang@example.org", reason="mail came back")
    assert mail.deliver_waiting() == 0
    assert Delivery.objects.get(pk=row.pk).state == "cancelled"


def test_a_text_that_does_not_hold_together_is_tried_again_after_the_mending(sink, person, caplog):
    services.notify(kind="match_found", to=[person], event_key="k", context={"reasons": 5}, path="")
    assert mail.deliver_waiting() == 0
    row = Delivery.objects.get()
    assert (row.state, row.crashes) == ("waiting", 1)
    assert row.last_error.startswith("TypeError")
    Notice.objects.update(context=KINDS["match_found"])
    Delivery.objects.update(not_before=row.created_at)
    assert mail.deliver_waiting() == 1


def test_a_notice_about_a_time_brings_a_calendar_file(person):
    books = {"en": "BEGIN:VCALENDAR\r\nMETHOD:CANCEL\r\nEND:VCALENDAR\r\n", "zh-hans": "BEGIN:VCALENDAR\r\n"}
    context = {"calendar": books, "demand": "x", "closed_on": "2026-11-01"}
    letter = mail.build(person, "demand_closed", "demand", context, key="k").message()
    (file,) = letter.iter_attachments()
    assert (file.get_filename(), file.get_content_type(), file["Content-Type"].params["method"]) == (
        "invite.ics",
        "text/calendar",
        "CANCEL",
    )
    assert file.get_content().replace("\r", "") == books["en"].replace("\r", "")


def test_the_words_of_a_mail_come_from_the_notice_also_where_they_are_called_subject(person):
    letter = mail.build(person, "enquiry_quote", "enquiry", KINDS["enquiry_quote"], key="k")
    assert letter.subject == "武汉中百 quoted $780: Hom Mali rice"
    sentence = "武汉中百 quoted $780 for “Hom Mali rice”. Accept it, decline it, or ask about it first."
    assert sentence in letter.body
    assert sentence in letter.alternatives[0].content


@pytest.mark.parametrize(
    ("language", "price", "said"),
    [
        ("en", "0.45 USD", "武汉中百 quoted $0.45: Hom Mali rice"),
        ("zh-hans", "0.45 USD", "武汉中百报价 US$0.45：Hom Mali rice"),
        ("en", "0.0325 EUR", "武汉中百 quoted €0.0325: Hom Mali rice"),
        ("en", "0.45 USD/pc", "武汉中百 quoted $0.45 / piece: Hom Mali rice"),
        ("zh-hans", "0.45 USD/pc", "武汉中百报价 US$0.45／件：Hom Mali rice"),
        ("en", "12000 CNY", "武汉中百 quoted CN¥12,000: Hom Mali rice"),
        ("en", "3 XQZ", "武汉中百 quoted 3 XQZ: Hom Mali rice"),
    ],
)
def test_money_in_a_mail_is_written_as_on_the_pages(person, language, price, said):
    person.language = language
    letter = mail.build(person, "enquiry_quote", "enquiry", KINDS["enquiry_quote"] | {"price": price}, key="k")
    assert letter.subject == said


def test_a_mail_looks_the_same_where_the_styles_of_its_head_are_dropped(person):
    html = mail.build(person, "match_found", "match", KINDS["match_found"] | {"path": "/x/"}, key="k").alternatives[0][
        0
    ]
    body = html.partition("<body")[2]
    button = re.search(r'<a class="press" href="[^"]*/x/" style="([^"]*)"', body)[1].replace(" ", "")
    assert dict(rule.split(":", 1) for rule in button.rstrip(";").split(";"))["color"] == "#ffffff"
    assert re.findall(r"<(?:p|h1|li)(?![^>]* style=)[^>]*>", body) == []
    assert '"Segoe UI"' not in body  # a quote inside a style ends it


def test_a_list_of_mails_shows_the_first_words_of_the_letter(person):
    html = mail.build(person, "demand_closed", "demand", KINDS["demand_closed"], key="k").alternatives[0].content
    assert re.search(r'<div class="hidden"[^>]*>\s*“茉莉香米” closed on November 1, 2026', html)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_summary_can_be_stopped_by_its_own_sentence(language, person):
    person.language = language
    letter = mail.build(person, "digest", "*", {"groups": [], "total": 1, "path": "/notices/"}, key="k")
    assert "“”" not in letter.body + letter.alternatives[0].content


@pytest.mark.parametrize(
    ("status", "kind", "down"),
    [(429, Temporary, True), (503, Temporary, True), (401, Temporary, True), (400, Permanent, None)],
)
def test_answers_of_a_mail_service_are_sorted(status, kind, down):
    error = AnymailAPIError("no", status_code=status)
    sorted_error = mail._by_status(error)
    assert type(sorted_error) is kind
    assert getattr(sorted_error, "down", None) == down


def test_mails_on_a_laptop_are_files_of_their_own(settings, tmp_path, tell):
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }
    tell(factories.user(), factories.user())
    assert mail.deliver_waiting() == 2
    assert len(outbox_of_django.outbox) == 0
    assert sum(file.read_text().count("Message-ID") for file in (tmp_path / "mail").iterdir()) == 2


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("见 https://a.example/b/。请看", '见 <a href="https://a.example/b/">https://a.example/b/</a>。请看'),
        (
            "(https://a.example/?q=1&r=2).",
            '(<a href="https://a.example/?q=1&amp;r=2">https://a.example/?q=1&amp;r=2</a>).',
        ),
        ("<b>javascript:x</b> http://a", '&lt;b&gt;javascript:x&lt;/b&gt; <a href="http://a">http://a</a>'),
        ("no address", "no address"),
    ],
)
def test_an_address_in_a_text_becomes_a_link_without_what_stands_behind_it(text, shown):
    assert linked(text) == shown


def test_a_latin_name_keeps_its_full_stop_in_an_arabic_letter_and_its_subject_has_no_hidden_characters(person):
    person.language = "ar"
    context = {"company": "Surin Rice Co., Ltd.", "reason": "", "path": "/x/"}
    letter = mail.build(person, "company_waits_again", "account", context, key="k")
    assert "\u2068Surin Rice Co., Ltd.\u2069" in letter.body
    assert "\u2068Surin Rice Co., Ltd.\u2069" in letter.alternatives[0].content
    assert not mail.HIDDEN.search(letter.subject)
    person.language = "fr"
    assert "\u2068" not in mail.build(person, "company_waits_again", "account", context, key="k").body


def test_a_link_in_an_isolated_text_ends_where_its_address_ends():
    assert linked("\u2068see https://rice.example/a\u2069").endswith("</a>\u2069")
