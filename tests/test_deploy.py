"""The example files in deploy/ can be parsed, and name commands, settings and files that exist."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from django.core.management import get_commands, load_command_class

from tests.test_documents import settings_read_by_the_code

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "matchmaker"}


def test_compose_runs_web_worker_beat_and_preparation_on_postgresql_and_redis():
    assert set(OURS) == {"web", "worker", "beat", "prepare"}
    assert set(COMPOSE["services"]) - set(OURS) == {"database", "redis"}
    for service in OURS.values():
        assert set(service["environment"]) <= settings_read_by_the_code()
        assert set(service["depends_on"]) <= set(COMPOSE["services"])
        assert service["cap_drop"] == ["ALL"]
    assert OURS["web"]["ports"] == ["127.0.0.1:8000:8000"]  # nobody reaches it but the proxy
    assert "ports" not in COMPOSE["services"]["database"]
    assert "ports" not in COMPOSE["services"]["redis"]


def test_commands_of_compose_exist():
    for service in OURS.values():
        match service.get("command"):
            case ["python", "manage.py", command, *_]:
                assert command in get_commands()
            case ["celery", *arguments]:
                assert arguments[:2] == ["-A", "matchmaker"]
                assert celery_accepts(arguments)
            case other:
                assert other is None  # the command of the image


def celery_accepts(arguments: list[str]) -> bool:
    command = [sys.executable, "-m", "celery", *arguments, "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_the_image_copies_what_is_there_and_does_not_run_as_root():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"matchmaker", "templates", "static", "data", "manage.py"} <= set(copied)
    assert [line for line in lines if line.startswith("USER ")] == ["USER matchmaker"]
    assert lines.index("USER matchmaker") < next(n for n, line in enumerate(lines) if line.startswith("CMD "))
    instructions = ["FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"]
    text = re.sub(r"\\\n", "", (DEPLOY / "Containerfile").read_text())
    assert {line.split()[0] for line in text.splitlines() if line and not line.startswith("#")} == set(instructions)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_accepts_the_units(tmp_path):
    for unit in UNITS:
        text = unit.read_text().replace("/srv/matchmaker/.venv/bin/", f"{Path(sys.executable).parent}/")
        (tmp_path / unit.name).write_text(text)
    units = [str(tmp_path / unit.name) for unit in UNITS]
    verified = subprocess.run(["systemd-analyze", "verify", *units], capture_output=True, check=False, text=True)
    ours = [line for line in verified.stderr.splitlines() if "matchmaker" in line]
    assert ours == []
    assert verified.returncode == 0


def test_units_start_what_the_page_about_operating_names():
    page = (ROOT / "docs/operating.md").read_text()
    assert [unit.name for unit in UNITS] == [
        f"matchmaker-{name}.service" for name in ("backup", "beat", "web", "worker")
    ]
    for unit in UNITS:
        text = unit.read_text()
        started = re.search(r"^ExecStart=/srv/matchmaker/(\.venv/bin/.+)$", text, re.MULTILINE)[1]
        main = re.sub(r" (--loglevel|--pidfile).*", "", started)
        assert main in page
        assert "EnvironmentFile=/etc/matchmaker.env" in text
        assert "User=matchmaker" in text


@pytest.mark.parametrize("name", ["nginx.conf", "Caddyfile"])
def test_a_proxy_example_is_well_formed_and_passes_on_what_the_site_needs(name):
    text = re.sub(r"#.*", "", (DEPLOY / name).read_text())
    depth = 0
    for sign in re.findall(r"[{}]", text):
        depth += 1 if sign == "{" else -1
        assert depth >= 0
    assert depth == 0
    assert "127.0.0.1:8000" in text
    if name == "nginx.conf":
        statements = [line.strip() for line in text.splitlines() if line.strip()]
        assert [line for line in statements if line[-1] not in ";{}"] == []
        for header in ("Host $host", "X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme"):
            assert f"proxy_set_header {header};" in text
        assert "client_max_body_size 26m;" in text


@pytest.mark.parametrize(
    ("program", "arguments"),
    [("nginx", None), ("caddy", ["validate", "--adapter", "caddyfile", "--config", str(DEPLOY / "Caddyfile")])],
)
def test_a_proxy_accepts_its_example(program, arguments, tmp_path):
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    if program == "nginx":
        text = (DEPLOY / "nginx.conf").read_text()
        key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
        request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=example"]
        subprocess.run([*request, "-keyout", str(key), "-out", str(certificate)], capture_output=True, check=True)
        text = re.sub(r"/etc/ssl/\S+/fullchain.pem", str(certificate), text)
        text = re.sub(r"/etc/ssl/\S+/privkey.pem", str(key), text)
        main = tmp_path / "nginx.conf"
        main.write_text(f"pid {tmp_path}/pid; events {{}} http {{ {text} }}")
        arguments = ["-t", "-c", str(main), "-p", str(tmp_path)]
    checked = subprocess.run([program, *arguments], capture_output=True, check=False, text=True)
    assert checked.returncode == 0, checked.stderr


def test_the_health_check_of_the_container_asks_under_an_allowed_name():
    """Without a server on its port it fails with a sentence; the test of the running site is in docs/operating.md."""
    environment = {**os.environ, "ALLOWED_HOSTS": ".example.org,other.example"}
    script = (DEPLOY / "health_check.py").read_text().replace("127.0.0.1:8000", "127.0.0.1:1")
    run = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, check=False, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith("The web server does not answer:")


def test_the_timer_of_the_backup_runs_a_command_with_options_that_exist():
    text = (DEPLOY / "systemd/matchmaker-backup.service").read_text()
    started = re.search(r"^ExecStart=\S+ manage.py (.+)$", text, re.MULTILINE)
    name, *options = started[1].split()
    parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
    given = parser.parse_args(options)
    assert (str(given.target), given.keep) == ("/var/backups/matchmaker", 30)
    timer = (DEPLOY / "systemd/matchmaker-backup.timer").read_text()
    calendar = re.search(r"^OnCalendar=(.+)$", timer, re.MULTILINE)[1]
    if shutil.which("systemd-analyze"):
        assert (
            subprocess.run(["systemd-analyze", "calendar", calendar], capture_output=True, check=False).returncode == 0
        )
