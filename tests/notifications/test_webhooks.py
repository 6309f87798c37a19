"""Programs that are told."""

import http.server
import json
import threading
import time
from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from matchmaker.core.problems import Refused
from matchmaker.notifications import outbound, services, webhooks
from matchmaker.notifications.models import Delivery, Notice, WebhookAttempt, WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db


class Receiver(http.server.BaseHTTPRequestHandler):
    """Answers what `server.script` says next: a status, or (status, headers), or 'hang', 'drip', 'huge'."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        step = self.server.script.pop(0) if self.server.script else 204
        if step == "hang":
            time.sleep(3)
            return
        if step == "drip":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            for letter in b"X-Slow: " + b"x" * 200:
                self.wfile.write(bytes([letter]))
                self.wfile.flush()
                time.sleep(0.1)
            return
        status, more = step if isinstance(step, tuple) else (200 if step == "huge" else step, {})
        self.send_response(status)
        for name, value in more.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(10**10 if step == "huge" else 0))
        self.end_headers()
        if step == "huge":
            while True:
                self.wfile.write(b"x" * 65536)
                self.server.poured += 65536

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """A client that hangs up is what half of these tests are about."""


@pytest.fixture
def receiver(settings):
    server = Server(("127.0.0.1", 0), Receiver)
    server.got, server.script, server.poured = [], [], 0
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    host = f"127.0.0.1:{server.server_port}"
    server.url = f"http://{host}/hook"
    settings.OUTBOUND_ALLOWED = [host]
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def endpoint(receiver, person):
    made = webhooks.create_endpoint(by=person, url=receiver.url, name="ERP")[0]
    Notice.objects.all().delete()  # its owner is told of the new program
    return made


def emit(person, key="k1", **data) -> WebhookDelivery:
    endpoint = WebhookEndpoint.objects.get()
    return WebhookDelivery.objects.create(
        endpoint=endpoint, event_type="order.made", event_key=key, payload=data, not_before=timezone.now()
    )


def deliver() -> int:
    return webhooks.deliver_waiting(threads=1)


def again(row) -> WebhookDelivery:
    return WebhookDelivery.objects.get(pk=row.pk)


def test_an_event_arrives_signed_for_the_public_verifier(receiver, person):
    _endpoint, secret = webhooks.create_endpoint(by=person, url=receiver.url, name="ERP")
    row = emit(person, match="0192")
    assert deliver() == 1
    ((headers, body),) = receiver.got
    event = Webhook(secret).verify(body, headers)
    assert event == {"type": "order.made", "timestamp": row.created_at.isoformat(), "data": {"match": "0192"}}
    assert headers["webhook-id"] == f"msg_{row.pk}"
    assert again(row).state == "sent"


def test_two_secrets_live_side_by_side_for_a_day(receiver, person, time_machine):
    endpoint, old = webhooks.create_endpoint(by=person, url=receiver.url, name="ERP")
    new = webhooks.rotate_secret(endpoint=endpoint)
    emit(person)
    deliver()
    headers, body = receiver.got[0]
    assert Webhook(old).verify(body, headers) == Webhook(new).verify(body, headers)
    WebhookEndpoint.objects.update(previous_until=timezone.now() - timedelta(seconds=1))
    emit(person, "k2")
    deliver()
    headers, body = receiver.got[1]
    assert Webhook(new).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(old).verify(body, headers)


def test_a_new_site_key_breaks_no_receiver(receiver, person, settings):
    _endpoint, secret = webhooks.create_endpoint(by=person, url=receiver.url, name="ERP")
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "n" * 50, [settings.SECRET_KEY]
    emit(person)
    deliver()
    headers, body = receiver.got[0]
    assert Webhook(secret).verify(body, headers)


def test_no_column_of_an_endpoint_holds_its_secret(receiver, person):
    endpoint, secret = webhooks.create_endpoint(by=person, url=receiver.url, name="ERP")
    row = WebhookEndpoint.objects.filter(pk=endpoint.pk).values().get()
    assert secret.startswith("whsec_")
    assert secret.removeprefix("whsec_") not in json.dumps(row, default=str)


def test_a_persons_own_program_hears_of_her_notices(receiver, endpoint, person, tell):
    row = tell(person)
    assert deliver() == 1
    event = json.loads(receiver.got[0][1])
    assert (event["type"], event["data"]) == (
        "demand_closed",
        {"notice": str(row.notice.uid), "path": "/buyer/demands/1/"},
    )


def test_an_endpoint_hears_only_the_types_it_asked_for(receiver, person, tell):
    webhooks.create_endpoint(by=person, url=receiver.url, name="ERP", types=["match_found"])
    tell(person)
    assert WebhookDelivery.objects.count() == 0


def test_emit_promises_an_organisations_programs_an_event_once(receiver, person):
    owner = uuid4()
    webhooks.create_endpoint(by=person, url=receiver.url, name="ERP", owner_uid=owner)
    for _time in range(2):
        webhooks.emit(owner_uid=owner, event_type="match.made", event_key="match.made:1", data={"match": "1"})
    assert deliver() == 1
    assert json.loads(receiver.got[0][1])["data"] == {"match": "1"}


@pytest.mark.parametrize("answer", [500, 404, 302, (302, {"Location": "http://127.0.0.1:9/"})])
def test_anything_but_2xx_is_repeated_under_the_same_id(answer, receiver, endpoint, person):
    receiver.script.append(answer)
    row = emit(person)
    assert deliver() == 0
    assert (again(row).state, len(receiver.got)) == ("waiting", 1)
    WebhookDelivery.objects.update(not_before=timezone.now())
    assert deliver() == 1
    first, second = (headers["webhook-id"] for headers, _body in receiver.got)
    assert first == second
    assert [body for _headers, body in receiver.got] == [receiver.got[0][1]] * 2


def test_retry_after_is_respected(receiver, endpoint, person):
    receiver.script.append((429, {"Retry-After": "3600"}))
    row = emit(person)
    deliver()
    wait = (again(row).not_before - timezone.now()).total_seconds()
    assert 3600 * 0.89 < wait < 3600 * 1.11


def test_410_disables_the_endpoint_and_tells_its_owner(receiver, endpoint, person):
    receiver.script.append(410)
    gone, waiting = emit(person), emit(person, "k2")
    WebhookDelivery.objects.filter(pk=waiting.pk).update(not_before=timezone.now() + timedelta(minutes=5))
    deliver()
    assert [again(gone).state, again(waiting).state] == ["cancelled", "parked"]
    assert Delivery.objects.get().notice.kind == "webhook_disabled"
    webhooks.enable_endpoint(endpoint=endpoint)
    assert deliver() == 1


@pytest.mark.slow
@pytest.mark.parametrize("answer", ["hang", "drip"])
def test_a_slow_receiver_is_cut_off(answer, receiver, endpoint, person, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", 0.5)
    receiver.script.append(answer)
    row = emit(person)
    started = time.monotonic()
    assert deliver() == 0
    assert time.monotonic() - started < 2
    assert again(row).last_error == "no answer in time"


def test_of_a_huge_answer_little_is_read(receiver, endpoint, person):
    receiver.script.append("huge")
    emit(person)
    assert deliver() == 1
    assert receiver.poured < 20_000_000  # what fits into the buffers of the two sockets, of ten thousand million


def test_five_failures_open_the_breaker(receiver, endpoint, person):
    receiver.script.extend([500] * 50)
    for number in range(10):
        emit(person, f"k{number}")
    deliver()
    assert 5 <= len(receiver.got) <= 6
    assert webhooks.due().count() == 0
    WebhookEndpoint.objects.update(open_until=timezone.now() - timedelta(seconds=1))
    receiver.script.clear()
    assert deliver() >= 4
    assert WebhookEndpoint.objects.get().failures == 0


def test_an_endpoint_that_fails_for_five_days_is_disabled(receiver, endpoint, person):
    receiver.script.append(500)
    WebhookEndpoint.objects.update(failing_since=timezone.now() - timedelta(days=6))
    emit(person)
    deliver()
    assert WebhookEndpoint.objects.get().disabled_reason == "It failed for five days; the last time: it answered 500"


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_endpoint_that_hangs_does_not_delay_another(receiver, endpoint, person, settings, monkeypatch):
    monkeypatch.setattr(outbound, "TIMEOUT", 1)
    fast = Server(("127.0.0.1", 0), Receiver)
    fast.got, fast.script, fast.poured = [], [], 0
    threading.Thread(target=fast.serve_forever, args=(0.02,), daemon=True).start()
    settings.OUTBOUND_ALLOWED = [*settings.OUTBOUND_ALLOWED, f"127.0.0.1:{fast.server_port}"]
    other, _secret = webhooks.create_endpoint(by=person, url=f"http://127.0.0.1:{fast.server_port}/", name="fast")
    WebhookDelivery.objects.all().delete()  # its owner is told of the new program, by the first one, too
    receiver.script.append("hang")
    now = timezone.now()
    for owner in (endpoint, other):
        WebhookDelivery.objects.create(endpoint=owner, event_type="t", event_key="k", not_before=now)
    started = time.monotonic()
    assert webhooks.deliver_waiting(threads=2) == 1
    arrived = WebhookDelivery.objects.get(endpoint=other).finished_at
    assert (arrived - now).total_seconds() < 1
    assert time.monotonic() - started < 3
    fast.shutdown()
    fast.server_close()


def test_the_log_keeps_status_and_time_never_the_body(receiver, endpoint, person):
    receiver.script.append(500)
    webhooks.send_test(endpoint=endpoint)
    deliver()
    fields = {field.name for field in WebhookAttempt._meta.get_fields()}
    assert fields == {"id", "delivery", "started_at", "milliseconds", "status", "error"}
    assert WebhookAttempt.objects.get().status == 500


def test_a_replay_goes_out_again_under_its_own_id(receiver, endpoint, person):
    row = emit(person)
    deliver()
    webhooks.replay(delivery=row)
    assert deliver() == 1
    assert [headers["webhook-id"] for headers, _body in receiver.got] == [f"msg_{row.pk}"] * 2


def test_hold_stops_webhooks_too(receiver, endpoint, person):
    emit(person)
    services.hold_deliveries(by=person, reason="drill")
    assert deliver() == 0


def test_an_owner_has_at_most_twenty_endpoints(receiver, person):
    for number in range(webhooks.MOST):
        webhooks.create_endpoint(by=person, url=receiver.url, name=f"ERP {number}")
    with pytest.raises(Refused, match="too many"):
        webhooks.create_endpoint(by=person, url=receiver.url, name="one more")


def test_an_endpoint_at_a_private_address_is_refused_at_save(person):
    with pytest.raises(ValidationError) as refusal:
        webhooks.create_endpoint(by=person, url="https://127.0.0.1/hook", name="ERP")
    assert list(refusal.value.message_dict) == ["url"]
    assert WebhookEndpoint.objects.count() == 0
