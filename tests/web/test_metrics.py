"""`/metrics`: for a monitor with the token alone; rows of the database and requests of all processes are counted."""

import json
import math
import os
import re
import subprocess
import sys
import time
import urllib.request
from datetime import timedelta
from pathlib import Path

import pytest
import redis
import yaml
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from matchmaker import __version__
from matchmaker.core.backup_age import note_backup
from matchmaker.core.tasks import FAILURES
from matchmaker.imports.models import Import
from matchmaker.matching.models import OfferState
from matchmaker.notifications import outages
from matchmaker.notifications.models import Delivery, Heartbeat, WebhookEndpoint
from matchmaker.notifications.services import notify
from matchmaker.running import valkey
from tests import factories

ROOT = Path(__file__).resolve().parents[2]
TOKEN = {"authorization": "Bearer a-token-for-the-monitor"}
FACTS = {"demand": "Jasmine rice", "closed_on": "2026-11-01"}


def samples(text: str) -> dict[tuple, float]:
    """Values by name and sorted labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.fixture
def read(client, settings, db):
    settings.HEALTH_TOKEN = "a-token-for-the-monitor"

    def answer():
        response = client.get(reverse("metrics"), headers=TOKEN)
        assert response.status_code == 200
        assert response["Content-Type"].startswith("text/plain; version=")
        return samples(response.content.decode())

    return answer


@pytest.mark.parametrize("sent", ["", "Bearer wrong", "Bearer "])
def test_without_the_token_there_is_no_such_page(client, settings, db, sent):
    settings.HEALTH_TOKEN = "a-token-for-the-monitor"
    assert client.get(reverse("metrics"), headers={"authorization": sent}).status_code == 404
    settings.HEALTH_TOKEN = ""
    assert client.get(reverse("metrics"), headers={"authorization": sent}).status_code == 404
    client.force_login(factories.user(is_staff=True))
    assert client.get(reverse("metrics")).status_code == 404


def test_rows_that_wait_are_counted_by_kind_with_the_age_of_the_oldest(read):
    row = factories.product(status="published")
    type(row).objects.filter(pk=row.pk).update(updated_at=timezone.now() - timedelta(seconds=300))
    factories.product(status="draft")
    Import.objects.create(kind="products", company=row.company, by=factories.user(), language="en", state="opening")
    seen = read()
    assert seen["matchmaker_waiting_rows", "products to match"] == 1
    assert 300 <= seen["matchmaker_waiting_oldest_seconds", "products to match"] < 310
    assert seen["matchmaker_waiting_rows", "imports"] == 1
    assert seen["matchmaker_waiting_rows", "meeting plans"] == 0
    assert seen["matchmaker_info", __version__] == 1


def test_deliveries_faults_and_an_outage_of_mail_are_told(read):
    notify(kind="demand_closed", to=[factories.user()], event_key="k", context=FACTS)
    Delivery.objects.update(not_before=timezone.now() - timedelta(minutes=20))
    before = read()
    outages.begin("Connection refused")
    assert before["matchmaker_deliveries", "email", "waiting"] == 1
    assert before["matchmaker_faults", "late"] == 1
    assert 1200 <= before["matchmaker_delivery_oldest_seconds", "email"] < 1210
    assert (before[("matchmaker_mail_can_leave",)], read()[("matchmaker_mail_can_leave",)]) == (1, 0)


def test_matches_are_counted_by_both_answers(read):
    factories.match(supplier_answer="interested", supplier_answered_at=timezone.now())
    factories.match()
    seen = read()
    assert seen["matchmaker_matches", "interested", "none"] == 1
    assert seen["matchmaker_matches", "none", "none"] == 1


def test_messages_in_the_queues_are_counted_and_nothing_fails_without_redis(read, settings):
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.delete("match", "mail")
        server.rpush("mail", "a", "b")
        seen = read()
        server.delete("mail")
    assert (seen["matchmaker_queue_messages", "mail"], seen["matchmaker_queue_messages", "match"]) == (2, 0)
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    assert ("matchmaker_queue_messages", "mail") not in read()


def test_requests_are_counted_by_route_and_never_by_address(read, client):
    product = factories.product(status="published")
    address = reverse("product", args=[product.uid])
    counted = ("matchmaker_requests_total", "200", "GET", "product")
    before = read().get(counted, 0)
    client.get(address)
    client.generic("BREW", address)
    text = client.get(reverse("metrics"), headers=TOKEN).content.decode()
    assert samples(text)[counted] == before + 1
    assert 'method="other"' in text
    assert str(product.uid) not in text


def test_what_never_was_is_infinite_so_that_an_alert_fires_at_once(read, settings, tmp_path):
    settings.VAR_DIR = tmp_path
    before = read()
    assert before[("matchmaker_worker_seen_seconds",)] == before[("matchmaker_backup_age_seconds",)] == math.inf
    Heartbeat.objects.create(pk=1, seen_at=timezone.now())
    note_backup()
    after = read()
    assert after[("matchmaker_worker_seen_seconds",)] < 10
    assert after[("matchmaker_backup_age_seconds",)] < 10


def test_failed_tasks_sign_ins_and_webhooks_that_are_off_are_counted(read, client, settings):
    with redis.Redis.from_url(settings.REDIS_URL) as server:
        server.hset(FAILURES, "matching.match_waiting", 3)
        before = read()
        server.delete(FAILURES)
    assert before["matchmaker_task_failures_total", "matching.match_waiting"] == 3
    client.post(reverse("account_login"), {"login": "nobody@example.org", "password": "wrong"})
    owner = factories.user()
    WebhookEndpoint.objects.create(user=owner, url="https://x.example", name="ERP", disabled_at=timezone.now())
    after = read()
    failed = ("matchmaker_sign_ins_failed_total", "password")
    assert after[failed] == before.get(failed, 0) + 1
    assert (before[("matchmaker_webhooks_off",)], after[("matchmaker_webhooks_off",)]) == (0, 1)


def test_the_process_that_answers_tells_its_memory_and_time(read):
    seen = read()
    assert seen["matchmaker_process_resident_bytes", str(os.getpid())] > 10_000_000
    assert seen["matchmaker_process_cpu_seconds_total", str(os.getpid())] > 0


@pytest.mark.slow
@pytest.mark.enable_socket
def test_requests_of_all_processes_of_gunicorn_are_added_up(tmp_path):
    port = valkey.free_port()
    given = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
    given |= {"HEALTH_TOKEN": "a-token-for-the-monitor", "LOG_LEVEL": "ERROR"}
    (tmp_path / "staticfiles").mkdir()
    command = [sys.executable, str(ROOT / "manage.py"), "migrate", "-v0"]
    subprocess.run(command, env=given, check=True, cwd=ROOT)
    command = [sys.executable, "-m", "gunicorn", "matchmaker.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "3"]
    command += ["-c", "python:matchmaker.running.gunicorn", "--worker-tmp-dir", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, env=given)
    try:
        deadline = time.monotonic() + 90
        while valkey.is_free(port, "127.0.0.1") and time.monotonic() < deadline:
            time.sleep(0.2)
        for _number in range(40):
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=60).close()
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/metrics", headers={"Authorization": TOKEN["authorization"]}
        )
        text = urllib.request.urlopen(request, timeout=60).read().decode()
    finally:
        process.terminate()
        process.wait(30)
    assert samples(text)["matchmaker_requests_total", "200", "GET", "health_live"] == 40
    assert len(list((tmp_path / "metrics").glob("counter_*.db"))) >= 1


def test_the_dashboard_and_the_table_name_metrics_that_exist(read, client):
    read()
    text = client.get(reverse("metrics"), headers=TOKEN).content.decode()
    there = set(re.findall(r"^# TYPE (matchmaker_\w+)", text, re.MULTILINE))
    there = {name.removesuffix("_total") for name in there if not name.endswith("_created")}
    dashboard = json.loads((ROOT / "deploy/grafana.json").read_text())
    shown = " ".join(target["expr"] for panel in dashboard["panels"] for target in panel["targets"])
    shown = {re.sub(r"_(total|bucket)$", "", name) for name in re.findall(r"matchmaker_\w+", shown)}
    page = (ROOT / "docs/operating/monitor.md").read_text()
    table = {name.removesuffix("_total") for name in re.findall(r"^\| `(matchmaker_\w+)`", page, re.MULTILINE)}
    alerts = yaml.safe_load((ROOT / "deploy/alerts.yml").read_text())["groups"][0]["rules"]
    asked = {name for rule in alerts for name in re.findall(r"matchmaker_\w+", rule["expr"])}
    shown |= {re.sub(r"_(total|bucket)$", "", name) for name in asked}
    assert shown <= there
    assert table == there


def test_rows_put_aside_by_matching_are_counted(read):
    row = factories.product(status="published")
    OfferState.objects.create(product=row, attempts=5, tried_revision=row.revision)
    seen = read()
    assert (seen["matchmaker_put_aside", "products"], seen["matchmaker_put_aside", "demand lines"]) == (1, 0)
