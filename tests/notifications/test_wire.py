"""Every kind of letter as the bytes that a mail server receives."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from matchmaker.notifications import kinds, mail, services, topics, unsubscribing
from tests import factories

pytestmark = pytest.mark.django_db

ADDRESS = re.compile(rb"\r?\nList-Unsubscribe: <(https://[^>\s]+)>\r?\n")
REPEATED = [name for name in kinds.all_kinds() if topics.topic_of(name) != topics.ACCOUNT]
SITE = "https://export-to-china-2027.commerce.hubei-province.example"


@pytest.fixture
def site(settings):
    settings.SITE_URL = SITE
    return settings


def tell(person, name: str, variant: int = 0) -> None:
    context = kinds.get(name).facts(variant)
    services.notify(kind=name, to=[person], event_key=f"{name}:{variant}", context=context, path="/notices/")


def heads(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[0] + b"\r\n"


@pytest.mark.parametrize("name", REPEATED)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_one_click_unsubscribe_stands_unencoded_on_the_wire(sink, site, person, client, name, language):
    type(person).objects.filter(pk=person.pk).update(language=language)
    tell(person, name)
    assert mail.deliver_waiting() == 1
    (address,) = ADDRESS.findall(heads(sink.raw[0]))
    assert len(address) > 76
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in heads(sink.raw[0])
    path = address.decode().removeprefix(SITE)
    assert client.post(path, {"List-Unsubscribe": "One-Click"}).status_code == 200
    services.notify(kind=name, to=[person], event_key="after the stop", context=kinds.get(name).facts(0))
    assert mail.deliver_waiting() == 0


def test_the_summary_carries_one_click_unsubscribe_on_the_wire(sink, site, person):
    letter = mail.build(person, "digest", unsubscribing.DIGESTS, {"groups": [], "total": 0, "more": 0}, key="k")
    with mail.Post() as post:
        post.send(letter)
    assert len(ADDRESS.findall(heads(sink.raw[0]))) == 1


def test_letters_written_to_files_carry_it_unencoded_too(site, person, tmp_path, settings):
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(tmp_path)}}}
    tell(person, "demand_closed")
    assert mail.deliver_waiting() == 1
    (file,) = Path(tmp_path).iterdir()
    assert len(ADDRESS.findall(file.read_bytes())) == 1


@pytest.mark.parametrize("name", [name for name in kinds.all_kinds() if topics.topic_of(name) == topics.ACCOUNT])
def test_letters_about_accounts_and_invitations_cannot_be_stopped(sink, site, person, name):
    tell(person, name)
    assert mail.deliver_waiting() == 1
    assert b"List-Unsubscribe" not in heads(sink.raw[0])


def test_a_letter_says_its_list_and_where_answers_go(sink, site, person, settings):
    settings.REPLY_TO = "office@hubei.example"
    tell(person, "demand_closed")
    mail.deliver_waiting()
    assert b"\r\nReply-To: office@hubei.example\r\n" in heads(sink.raw[0])
    assert b"\r\nList-Id: <demand.export-to-china-2027.commerce.hubei-province.example>\r\n" in heads(sink.raw[0])


def test_the_campaign_writes_and_its_organiser_stands_at_the_foot(sink, person, settings):
    factories.campaign(name={"en": "Export to China 2027", "zh-hans": "出口中国2027"})
    settings.SENDER_ORGANISATION = "Department of Commerce of Hubei"
    settings.SENDER_ADDRESS = "8 Jianghan Road North, Wuhan 430021, China"
    tell(person, "demand_closed")
    mail.deliver_waiting()
    letter = sink.letters[0][1]
    assert letter["From"] == "Export to China 2027 <noreply@matchmaker.example>"
    for part in ("plain", "html"):
        foot = letter.get_body((part,)).get_content()
        for words in ("Export to China 2027", settings.SENDER_ORGANISATION, settings.SENDER_ADDRESS):
            assert words in foot


def test_a_chinese_campaign_writes_under_its_chinese_name(sink, person, settings):
    factories.campaign(name={"en": "Export to China 2027", "zh-hans": "出口中国2027"})
    type(person).objects.filter(pk=person.pk).update(language="zh-hans")
    tell(person, "demand_closed")
    mail.deliver_waiting()
    letter = message_from_bytes(sink.raw[0], policy=policy.default)
    assert letter["From"].addresses[0].display_name == "出口中国2027"
    assert letter["From"].addresses[0].addr_spec == "noreply@matchmaker.example"
