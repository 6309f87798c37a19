"""The page where a person adds the robots of her chat programs and her browsers."""

from base64 import urlsafe_b64encode

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.management import call_command
from django.urls import reverse

from matchmaker.notifications import addresses, outbound
from matchmaker.notifications.models import ChannelAddress, Delivery
from matchmaker.notifications.services import notify
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
FEISHU = "https://open.feishu.cn/open-apis/bot/v2/hook/0000-1111"
PAGE = "notice_channels"


@pytest.fixture
def li(client):
    person = factories.user()
    client.force_login(person)
    return person


def add(client, url=FEISHU, channel="feishu", secret=""):
    return client.post(reverse(PAGE), {"channel": channel, "url": url, "secret": secret}, follow=True)


def test_a_robot_is_added_tried_and_removed_and_its_topics_can_be_chosen(client, li, monkeypatch):
    answers = [b'{"code": 0, "msg": "success"}', b'{"code": 19021, "msg": "sign match fail"}']
    monkeypatch.setattr(outbound, "post_and_read", lambda *_request: (outbound.Answer(200, 5), answers.pop(0)))
    assert "Added: Feishu." in add(client, secret="s3cret").text
    row = ChannelAddress.objects.get()
    assert (row.user, row.channel, row.url, row.secret) == (li, "feishu", FEISHU, "s3cret")
    page = client.get(reverse(PAGE)).text
    assert ("Feishu" in page, FEISHU in page, "s3cret" in page) == (True, False, False)  # it is not shown again
    assert "Feishu" in client.get(reverse("notice_settings")).text
    test = reverse("notice_channel_test", args=[row.uid])
    assert "The test message was accepted." in client.post(test, follow=True).text
    assert "it answered 19021 sign match fail" in client.post(test, follow=True).text
    client.post(reverse("notice_channel_remove", args=[row.uid]))
    assert ChannelAddress.objects.count() == 0
    assert "Feishu" not in client.get(reverse("notice_settings")).text


@pytest.mark.parametrize(
    ("channel", "url", "sentence"),
    [
        ("wecom", "http://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", "begins with https://"),
        ("dingtalk", "https://example.org/robot/send?access_token=1", "https://oapi.dingtalk.com/"),
        ("feishu", "https://open.feishu.cn/document/", "not the address of a robot"),
        ("feishu", "", "This field is required."),
        ("push", FEISHU, "Select a valid choice."),
    ],
)
def test_a_wrong_address_is_explained_and_stays_in_the_form(client, li, channel, url, sentence):
    page = add(client, url=url, channel=channel)
    assert (page.status_code, sentence in page.text, ChannelAddress.objects.count()) == (422, True, 0)
    assert f'value="{url}"' in page.text or not url


def test_a_browser_is_added_where_the_site_has_a_key(client, li, settings, capsys, monkeypatch):
    assert "data-push-form" not in client.get(reverse(PAGE)).text
    call_command("push_key")
    settings.PUSH_PRIVATE_KEY = capsys.readouterr().out.strip()
    assert "data-push-form" in client.get(reverse(PAGE)).text
    monkeypatch.setattr(outbound, "check_url", lambda _url: None)  # no name is looked up
    point = ec.generate_private_key(ec.SECP256R1()).public_key()
    form = serialization.PublicFormat.UncompressedPoint
    keys = {"p256dh": encode(point.public_bytes(serialization.Encoding.X962, form)), "auth": encode(b"0" * 16)}
    browser = reverse("notice_channel_browser")
    client.post(browser, {"endpoint": "https://push.example.org/1", "p256dh": "none", "auth": ""})
    assert ChannelAddress.objects.count() == 0
    client.post(browser, {"endpoint": "https://push.example.org/1", **keys})
    assert ChannelAddress.objects.get().keys == keys


def test_another_person_neither_sees_nor_tries_nor_removes_an_address(client, li):
    row = ChannelAddress.objects.create(user=factories.user(), channel="feishu", url=FEISHU)
    assert "Feishu</strong>" not in client.get(reverse(PAGE)).text
    for name in ("notice_channel_test", "notice_channel_remove"):
        assert client.post(reverse(name, args=[row.uid])).status_code == 404
    assert ChannelAddress.objects.count() == 1


def test_the_delivery_page_counts_chat_programs_like_mail_and_shows_what_was_parked(client, li, monkeypatch):
    answer = b'{"errcode": 93000, "errmsg": "invalid webhook url"}'
    monkeypatch.setattr(outbound, "post_and_read", lambda *_request: (outbound.Answer(200, 5), answer))
    add(client, url="https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=1", channel="wecom")
    tell(li)
    addresses.deliver_waiting()
    assert Delivery.objects.get(channel="wecom").state == "parked"
    client.force_login(factories.organiser(factories.campaign(), language="en"))
    page = client.get(reverse("console_delivery")).text
    assert ("WeCom" in page, "it answered 93000 invalid webhook url" in page) == (True, True)


def tell(person) -> None:
    facts = {"demand": "Jasmine rice", "closed_on": "2026-11-01"}
    notify(kind="demand_closed", to=[person], event_key="demand_closed:1", context=facts, path="/buyer/demands/1/")


def encode(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
