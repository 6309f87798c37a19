"""The contract of every channel that needs an address: the documented request, and what becomes of each answer.

Each service is a local HTTP server that checks the request as its documentation describes it.
"""

import base64
import hashlib
import hmac
import http.server
import json
import threading
import time
from urllib.parse import parse_qs, urlsplit

import http_ece
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.hashes import SHA256
from django.core.exceptions import ValidationError

from matchmaker.core.problems import Refused
from matchmaker.notifications import addresses, outbound, preferences, topics
from matchmaker.notifications.channels import CHANNELS, push
from matchmaker.notifications.models import ChannelAddress, Delivery, Frequency

pytestmark = pytest.mark.django_db
SECRET = "SEC-of-the-robot"


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


class Service:
    """What a service's documentation says of the request and of its answers."""

    path = ""
    taken: tuple[int, object] = (200, {"errcode": 0, "errmsg": "ok"})
    refused: tuple[int, object] = (200, {"errcode": 300001, "errmsg": "token is not exist"})
    too_many: tuple[int, object] = (200, {"errcode": 45009, "errmsg": "api freq out of limit"})
    secret = ""

    def keys(self) -> dict[str, str]:
        return {}

    def text_of(self, path: str, headers, body: bytes) -> str:
        """The text of a request that is right; an AssertionError says what is wrong with it."""
        raise NotImplementedError


class WeComService(Service):
    path = "/cgi-bin/webhook/send?key=693a91f6-7xxx"

    def text_of(self, path, headers, body):
        assert path == self.path
        message = json.loads(body)
        assert (message["msgtype"], set(message)) == ("text", {"msgtype", "text"})
        assert len(message["text"]["content"].encode()) <= 2048
        return message["text"]["content"]


class DingTalkService(Service):
    path = "/robot/send?access_token=abc123"
    secret = SECRET
    too_many = (200, {"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"})

    def text_of(self, path, headers, body):
        query = parse_qs(urlsplit(path).query)
        (stamp,), (sign,) = query["timestamp"], query["sign"]
        assert abs(time.time() * 1000 - int(stamp)) < 3_600_000
        wanted = hmac.new(SECRET.encode(), f"{stamp}\n{SECRET}".encode(), hashlib.sha256).digest()
        assert base64.b64decode(sign) == wanted
        message = json.loads(body)
        assert message["msgtype"] == "text"
        return message["text"]["content"]


class FeishuService(Service):
    path = "/open-apis/bot/v2/hook/0000-1111"
    secret = SECRET
    taken = (200, {"code": 0, "msg": "success", "data": {}})
    refused = (200, {"code": 19021, "msg": "sign match fail or timestamp is not within one hour from current time"})
    too_many = (200, {"code": 11232, "msg": "frequency limited"})

    def text_of(self, path, headers, body):
        message = json.loads(body)
        stamp = message["timestamp"]
        assert abs(time.time() - int(stamp)) < 3600
        wanted = hmac.new(f"{stamp}\n{SECRET}".encode(), b"", hashlib.sha256).digest()
        assert base64.b64decode(message["sign"]) == wanted
        assert message["msg_type"] == "text"
        return message["content"]["text"]


class PushService(Service):
    """A push service and the browser behind it: it checks the signature, and the browser decrypts."""

    path = "/push/v1/browser-1"
    taken = (201, None)
    refused = (403, None)
    too_many = (429, None)

    def __init__(self):
        self.private, self.auth = ec.generate_private_key(ec.SECP256R1()), b"0123456789abcdef"

    def keys(self):
        form = serialization.PublicFormat.UncompressedPoint
        point = self.private.public_key().public_bytes(serialization.Encoding.X962, form)
        return {"p256dh": encode(point), "auth": encode(self.auth)}

    def text_of(self, path, headers, body):
        assert path == self.path
        assert (headers["Content-Encoding"], int(headers["TTL"]) > 0) == ("aes128gcm", True)
        kind, _blank, rest = headers["Authorization"].partition(" ")
        parts = dict(part.strip().split("=", 1) for part in rest.split(","))
        assert (kind, parts["k"]) == ("vapid", push.public_key())
        head, claims, mark = parts["t"].split(".")
        said = json.loads(decode(claims))
        assert said["aud"] == f"http://{headers['Host']}"
        assert said["sub"].startswith("mailto:")
        assert time.time() < said["exp"] < time.time() + 86_400
        point = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), decode(parts["k"]))
        r, s = (int.from_bytes(decode(mark)[at : at + 32]) for at in (0, 32))
        point.verify(utils.encode_dss_signature(r, s), f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
        message = json.loads(
            http_ece.decrypt(body, private_key=self.private, auth_secret=self.auth, version="aes128gcm")
        )
        return f"{message['text']} {message['link']}"


SERVICES = {"wecom": WeComService, "dingtalk": DingTalkService, "feishu": FeishuService, "push": PushService}


class Handler(http.server.BaseHTTPRequestHandler):
    """Checks the request, then answers what `server.script` says next: (status, JSON), or a name of an accident."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        service = self.server.service
        try:
            self.server.texts.append(service.text_of(self.path, self.headers, body))
        except Exception as error:  # a test must see it: the answer alone would look like a refusal
            self.server.wrong.append(repr(error))
        step = self.server.script.pop(0) if self.server.script else service.taken
        if step == "hang":
            time.sleep(1.5)
            return
        if step == "redirect":
            self.send_response(302)
            self.send_header("Location", f"{self.server.address}/elsewhere")
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        status, answer = (200, "<html>a login page</html>") if step == "page" else step
        data = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode() if answer else b""
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        pass


@pytest.fixture(params=SERVICES)
def service(request, settings):
    """The fake of one service; at the end every request must have been as documented."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.name, server.service = request.param, SERVICES[request.param]()
    server.texts, server.wrong, server.script = [], [], []
    host = f"127.0.0.1:{server.server_port}"
    server.address = f"http://{host}"
    settings.OUTBOUND_ALLOWED = [host]
    settings.PUSH_PRIVATE_KEY = encode(
        ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value.to_bytes(32)
    )
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()
    assert server.wrong == []


@pytest.fixture
def address(service, person) -> ChannelAddress:
    given = {"secret": service.service.secret, "keys": service.service.keys()}
    return addresses.add_address(by=person, channel=service.name, url=service.address + service.service.path, **given)


@pytest.fixture
def sent(tell):
    """Tell a person something, and give back its delivery by a channel after one round."""

    def _sent(person, channel) -> Delivery:
        delivery = tell(person).notice.deliveries.get(channel=channel)
        addresses.deliver_waiting()
        delivery.refresh_from_db()
        return delivery

    return _sent


def test_a_notice_arrives_as_the_documentation_wants_it_with_its_words_and_link(service, address, person, sent):
    delivery = sent(person, service.name)
    assert (delivery.state, service.wrong) == ("sent", [])
    (text,) = service.texts
    assert text.endswith(f"letter={delivery.pk}")


def test_a_refusal_in_a_good_answer_is_parked_with_the_words_of_the_service(service, address, person, sent):
    service.script.append(service.service.refused)
    delivery = sent(person, service.name)
    status, answer = service.service.refused
    said = answer.get("errmsg") or answer.get("msg") if answer else str(status)
    assert (delivery.state, said in delivery.last_error) == ("parked", True)


@pytest.mark.parametrize("step", ["too many", (500, None), (503, {"errcode": 0})])
def test_what_passes_by_itself_is_tried_again(service, address, person, sent, step):
    service.script.append(service.service.too_many if step == "too many" else step)
    delivery = sent(person, service.name)
    assert (delivery.state, delivery.attempts) == ("waiting", 1)
    assert delivery.last_error.startswith("it answered")
    Delivery.objects.update(not_before=delivery.created_at)
    assert addresses.deliver_waiting() == 1


def test_a_service_that_hangs_is_left_and_tried_again(service, address, person, sent, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", 0.3)
    service.script.append("hang")
    delivery = sent(person, service.name)
    assert (delivery.state, delivery.last_error) == ("waiting", "no answer in time")


def test_a_redirect_is_not_followed(service, address, person, sent):
    service.script.append("redirect")
    delivery = sent(person, service.name)
    assert (delivery.state, delivery.last_error, len(service.texts)) == ("parked", "it answered 302", 1)


def test_a_page_in_place_of_an_answer_is_no_success(service, address, person, sent):
    if service.name == "push":
        pytest.skip("a push service says everything by the status")
    service.script.append("page")
    delivery = sent(person, service.name)
    assert (delivery.state, delivery.last_error) == (
        "waiting",
        "it answered something that is no answer of this program",
    )


def test_an_address_that_is_gone_ends_the_delivery(service, address, person, sent):
    service.script.append((410, None))
    delivery = sent(person, service.name)
    if service.name == "push":  # the browser unsubscribed: nothing a person could mend
        assert (delivery.state, ChannelAddress.objects.count()) == ("cancelled", 0)
    else:
        assert (delivery.state, delivery.last_error) == ("parked", "it answered 410")


def test_a_test_message_says_what_the_service_said(service, address, person):
    addresses.send_test(address=address)
    assert "test message" in service.texts[0]
    service.script.append(service.service.refused)
    with pytest.raises(Refused) as refusal:
        addresses.send_test(address=address)
    assert refusal.value.code == "not_sent"


def test_an_address_elsewhere_is_refused(service, person, settings):
    settings.OUTBOUND_ALLOWED = []
    with pytest.raises(ValidationError):
        addresses.add_address(
            by=person, channel=service.name, url="http://127.0.0.1/robot", keys=service.service.keys()
        )
    assert ChannelAddress.objects.count() == 0


def test_the_first_address_switches_its_channel_on_and_the_last_one_off(service, address, person):
    chosen = preferences.preferences_of(person)
    assert {chosen[topic, service.name] for topic in topics.switchable()} == {Frequency.NOW}
    assert service.name in addresses.channels_of(person)
    addresses.remove_address(by=person, address=address)
    chosen = preferences.preferences_of(person)
    assert {chosen[topic, service.name] for topic in topics.switchable()} == {Frequency.NEVER}
    assert service.name not in addresses.channels_of(person)


def test_an_address_of_another_host_is_refused_with_the_right_one(person):
    with pytest.raises(ValidationError, match=r"oapi\.dingtalk\.com"):
        addresses.add_address(
            by=person, channel="dingtalk", url="https://example.org/robot/send?access_token=a", secret=SECRET
        )


def test_browsers_are_offered_only_with_a_key_and_the_extra(settings, monkeypatch):
    settings.PUSH_PRIVATE_KEY = ""
    assert "push" not in addresses.available()
    settings.PUSH_PRIVATE_KEY = "x"
    assert "push" in addresses.available()
    monkeypatch.setattr(push, "find_spec", lambda _name: None)
    assert "push" not in addresses.available()


def test_every_channel_with_an_address_has_a_service_in_this_contract():
    assert set(SERVICES) == set(CHANNELS) == set(topics.ADDED)
    assert all(topics.channel_name(name) for name in topics.ADDED)
