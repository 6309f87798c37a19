"""The doctor names each fault with what to do, and ends with 1 on a grave one."""

import os
import re
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from matchmaker.accounts.audit import record
from matchmaker.core.backup_age import note_backup
from matchmaker.matching.models import MatchRun, OfferState
from matchmaker.notifications.models import Delivery, Hold, WebhookEndpoint
from matchmaker.notifications.services import notify
from matchmaker.running import doctor as checks
from matchmaker.translation.models import Translation
from tests import factories

pytestmark = pytest.mark.django_db


def doctor() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("doctor", stdout=out, no_color=True)
    except SystemExit as end:
        return end.code, out.getvalue()
    return 0, out.getvalue()


def test_a_healthy_site_has_no_fault():
    code, text = doctor()
    assert (code, "→" in text) == (0, False)


def test_redis_that_is_away_is_named_with_what_to_do(settings):
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    code, text = doctor()
    assert code == 1
    assert "Redis does not answer: " in text
    assert "check REDIS_URL" in text


def test_a_missing_migration_is_the_only_thing_told():
    MigrationRecorder.Migration.objects.filter(app="notifications").delete()  # a squashed one counts with its parts
    code, text = doctor()
    assert code == 1
    assert re.search(r"\d migrations are missing.\n    → Make a backup, then run manage.py migrate.\n$", text)


def test_folders_that_cannot_be_written_are_named(settings, tmp_path):
    (tmp_path / "file").touch()
    settings.PRIVATE_ROOT = tmp_path / "file"
    code, text = doctor()
    assert code == 1
    assert "No file can be written to PRIVATE_ROOT" in text
    assert list(Path(settings.MEDIA_ROOT).rglob("*.txt")) == []


def test_a_disk_that_is_nearly_full_is_told_before_it_is(monkeypatch):
    monkeypatch.setattr(checks, "LEAST_FREE", 10**18)
    code, text = doctor()
    assert code == 1
    assert "MB left." in text


def test_an_old_index_is_told_and_is_no_reason_to_wake_anybody(monkeypatch):
    monkeypatch.setattr(checks, "index_ages", lambda: {"products": 900.0, "demands": 5.0})
    code, text = doctor()
    assert code == 0
    assert "The search index of products is older than ten minutes" in text
    assert "of demands" not in text


def test_another_audit_key_is_told(settings):
    mill = factories.supplier()
    record(by=factories.member_of(mill), verb="edit_company", on=mill)
    settings.AUDIT_KEY = "another"
    code, text = doctor()
    assert code == 1
    assert f"1 chains of the audit log do not hold, the first is of {mill.uid}." in text


def test_late_deliveries_are_told_until_somebody_holds_them():
    context = {"demand": "Jasmine rice", "closed_on": "2026-11-01"}
    notify(kind="demand_closed", to=[factories.user()], event_key="k", context=context)
    Delivery.objects.update(not_before=timezone.now() - timedelta(minutes=20))
    code, text = doctor()
    assert code == 1
    assert "GAP 1 late: due for over 15 minutes and in nobody's hands.\n    → Run systemctl start" in text
    Hold.objects.create(pk=1, reason="moving")
    code, text = doctor()
    assert (code, "GAP" in text, "HELD since" in text) == (0, False, True)


def test_settings_that_are_not_safe_in_production_are_listed(settings):
    settings.PRODUCTION, settings.AUDIT_KEY, settings.DEBUG = True, "", True
    code, text = doctor()
    assert code == 0
    assert "AUDIT_KEY is not set" in text
    assert "security.W018: " in text


def test_incomplete_matching_is_a_fault_that_names_the_button(campaign):
    row = factories.product()
    run = MatchRun.objects.create(campaign=campaign, state="incomplete", finished_at=timezone.now(), products=1)
    run.blocks.create(number=0, first=row.pk, last=row.pk, attempts=5)
    OfferState.objects.create(product=row, attempts=5, tried_revision=row.revision)
    code, text = doctor()
    assert code == 1
    assert "The last full matching is incomplete: 1 products were not compared.\n    → Open Matching" in text
    assert "1 products or demand lines are put aside by matching." in text
    assert "matching by the run that ended" in text


def test_site_without_a_run_says_what_it_matches_with():
    code, text = doctor()
    assert code == 0
    assert "matching by the shipped background; the first full run starts at 50 published products" in text


def test_webhooks_that_are_off_and_translations_that_failed_are_named():
    endpoint = {"user": factories.user(), "url": "https://x.example", "name": "ERP"}
    WebhookEndpoint.objects.create(**endpoint, disabled_at=timezone.now())
    text = {"source": "en", "kind": "line", "original": "Rice"}
    Translation.objects.create(**text, digest="a", target="fr", state="failed")
    Translation.objects.create(**text, digest="b", target="fr", next_at=timezone.now() - timedelta(hours=2))
    code, text = doctor()
    assert code == 0
    assert "1 webhooks are switched off" in text
    assert "1 translations failed since yesterday" in text
    assert "1 translations are due for more than an hour" in text


def test_a_site_in_production_without_backup_and_sender_is_told_so(settings, tmp_path):
    settings.PRODUCTION, settings.VAR_DIR = True, tmp_path
    settings.SENDER_ORGANISATION = "Department of Commerce"
    assert [fault.what for fault in checks._backups()] == ["This machine made no backup yet."]
    assert [fault.what for fault in checks._sender()] == [
        "Mails do not say who sends them: REPLY_TO, SENDER_ADDRESS not set."
    ]
    note_backup()
    settings.REPLY_TO = settings.SENDER_ADDRESS = "given"
    assert [*checks._backups(), *checks._sender()] == []
    long_ago = (timezone.now() - timedelta(hours=50)).timestamp()
    os.utime(tmp_path / "last_backup", (long_ago, long_ago))
    assert [fault.what for fault in checks._backups()] == ["This machine made no backup for 50 hours."]
