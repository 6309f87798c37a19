"""Follow "Without a gap" of docs/operating/upgrade.md while visitors come. `make test-upgrade` runs it.

Two web servers of an older version stand behind Caddy with the block of the page. The new version is put in place, its
migrations run beside the old program, and the servers are restarted one after the other. Visitors read pages and the
style sheet of each, and change something, all the while; every answer that is not the expected one is counted.

OLD names the older version: by default what stood before the newest migration. It needs a PostgreSQL (TEST_POSTGRES, an
administrator's psql), a Redis (TEST_REDIS_URL) and caddy.
"""

import contextlib
import http.client
import os
import re
import shlex
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections import Counter
from http.cookies import SimpleCookie
from pathlib import Path
from urllib.parse import urlencode

from test_install import CADDY, HOST, POSTGRES, REDIS, ROOT, run

PAGE = ROOT / "docs" / "operating" / "upgrade.md"
PORT = int(os.environ.get("TEST_PORT", "8130"))  # the web servers here and on the next one, Caddy on the one after
DATABASE = f"{os.environ.get('TEST_DATABASE_PREFIX', 'upgrade_')}{os.getpid()}"
VISITORS = int(os.environ.get("VISITORS", "4"))
PAUSE = 5  # seconds with visitors before, between and after the steps
ORGANISER, PASSWORD = "organiser@matchmaker.example", "sample-campaign"
# Without pages of the console, which sends an organiser without a second factor to set one up.
PAGES = (
    "/", "/products/", "/products/?q=jasmine+rice", "/fr/suppliers/", "/demands/", "/account/", "/notices/",
)  # fmt: skip


class Visitor(threading.Thread):
    """Signed in; reads pages with their style sheets and chooses a language, over and over.

    Each has an address of its own, as visitors have, and so may meet another server than the others.
    """

    def __init__(self, number: int, certificate: Path, steps: "Steps") -> None:
        super().__init__(daemon=True)
        self.address = f"127.0.0.{number + 2}"
        self.context = ssl.create_default_context(cafile=certificate)
        self.steps = steps
        self.cookies = SimpleCookie()
        self.styles: set[str] = set()

    def run(self) -> None:
        while not self.steps.ended:
            for path in PAGES:
                status, text = self.get(path)
                self.steps.count(path, status == 200 and "</html>" in text, status)
                for style in set(re.findall(r'href="(/static/[^"]+\.css)"', text)):
                    status, _text = self.get(style)
                    self.steps.count(style, status == 200, status)
            status = self.post("/i18n/setlang/", language="en", next="/")
            self.steps.count("POST /i18n/setlang/", status == 302, status)

    def sign_in(self) -> None:
        self.get("/accounts/login/")
        status = self.post("/accounts/login/", login=ORGANISER, password=PASSWORD)
        if status != 302:
            sys.exit(f"The sample's organiser cannot sign in: {status}")
        self.post("/i18n/setlang/", language="en", next="/")  # pages without a language in their address are English

    def get(self, path: str) -> tuple[int, str]:
        return self._send("GET", path)

    def post(self, path: str, **values: str) -> int:
        held = self.cookies.get("__Host-csrftoken") or self.cookies.get(
            "csrftoken"
        )  # the version before has the second
        token = held.value if held else ""
        form = urlencode({"csrfmiddlewaretoken": token, **values})
        return self._send("POST", path, form)[0]

    def _send(self, method: str, path: str, form: str | None = None) -> tuple[int, str]:
        """Status and text; status 0 where no answer came."""
        headers = {"Cookie": "; ".join(f"{name}={one.value}" for name, one in self.cookies.items())}
        if form is not None:
            headers |= {"Content-Type": "application/x-www-form-urlencoded", "Referer": f"https://{HOST}/"}
        link = http.client.HTTPConnection(HOST, timeout=60)
        try:
            plain = socket.create_connection(("127.0.0.1", PORT + 2), 60, source_address=(self.address, 0))
            link.sock = self.context.wrap_socket(plain, server_hostname=HOST)
            link.request(method, path, form, headers)
            answer = link.getresponse()
            for line in answer.headers.get_all("Set-Cookie") or ():
                self.cookies.load(line)
            return answer.status, answer.read().decode(errors="replace")
        except (OSError, http.client.HTTPException) as problem:
            return 0, str(problem)
        finally:
            link.close()


class Steps:
    """What visitors met in each step of the upgrade."""

    def __init__(self) -> None:
        self.ended = False
        self.name = ""
        self.answers: Counter[str] = Counter()
        self.failed: Counter[tuple[str, str, int]] = Counter()

    def count(self, path: str, is_right: bool, status: int) -> None:
        self.answers[self.name] += 1
        if not is_right:
            self.failed[self.name, path, status] += 1

    def begin(self, name: str) -> None:
        self.name = name
        sys.stdout.write(f"{name} ...\n")
        sys.stdout.flush()

    def table(self) -> str:
        lines = [f"{'step':<44} {'answers':>8} {'failed':>7}"]
        for name, number in self.answers.items():
            failed = sum(count for (step, _path, _status), count in self.failed.items() if step == name)
            lines.append(f"{name:<44} {number:>8} {failed:>7}")
        lines += [f"  {step}: {path} answered {status}, {count} times" for (step, path, status), count in
                  self.failed.most_common(20)]  # fmt: skip
        return "\n".join(lines) + "\n"


class Site:
    """Two web servers and Caddy. `place` is the folder of the version that is started."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.place = folder, folder
        self.running: dict[str, subprocess.Popen] = {}
        self.log = (folder / "processes.log").open("ab")
        database = os.environ.get("TEST_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
        self.environment = os.environ | {
            "PRODUCTION": "1", "SECRET_KEY": "a key of this test" * 4, "AUDIT_KEY": "another key of this test" * 3,
            "ALLOWED_HOSTS": HOST, "SITE_URL": f"https://{HOST}", "TRUSTED_PROXIES": "1", "REDIS_URL": REDIS,
            "DATABASE_URL": f"{database.rpartition('/')[0]}/{DATABASE}", "VAR_DIR": str(folder / "data"),
            "STATIC_ROOT": str(folder / "data/static"), "EMAIL_URL": "smtp://127.0.0.1:9", "SAMPLE": "1",
        }  # fmt: skip
        unit = (ROOT / "deploy/systemd/matchmaker-web.service").read_text()
        started = re.search(r"^ExecStart=.+/gunicorn (.+)$", unit, re.MULTILINE)[1]
        self.command = [sys.executable, "-m", "gunicorn", *started.split()]

    def put_in_place(self, version: str) -> None:
        """Each version has a folder of its own, so that old processes never read files of the new one."""
        self.place = self.folder / version
        self.place.mkdir()
        archive = subprocess.run(["git", "-C", ROOT, "archive", version], check=True, capture_output=True).stdout
        subprocess.run(["tar", "-x", "-C", self.place], input=archive, check=True)
        self.manage("prepare")
        self.manage("collectstatic", "--noinput")

    def manage(self, *command: str) -> None:
        given = {"env": self.environment, "cwd": self.place, "stdout": self.log, "stderr": self.log}
        subprocess.run([sys.executable, "manage.py", *command], check=True, **given)

    def start(self, number: int) -> None:
        port = PORT + number
        command = [part.replace("127.0.0.1:8000", f"127.0.0.1:{port}") for part in self.command]
        self.running[f"web {number}"] = subprocess.Popen(
            command, env=self.environment, cwd=self.place, stdout=self.log, stderr=self.log
        )
        wait_for(lambda: is_ready(port), f"web server {number}")

    def restart(self, number: int) -> None:
        """As `systemctl restart` does it."""
        self.stop(f"web {number}")
        self.start(number)

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(30)  # TimeoutStopSec of the unit
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def start_caddy(self) -> Path:
        """Its certificate authority, once it answers."""
        block = re.search(r"^reverse_proxy .+?^\}$", PAGE.read_text(), re.MULTILINE | re.DOTALL)[0]
        block = block.replace("127.0.0.1:8000", f"127.0.0.1:{PORT}").replace("127.0.0.1:8001", f"127.0.0.1:{PORT + 1}")
        head = CADDY.replace("{folder}", str(self.folder))
        file = self.folder / "Caddyfile"
        file.write_text(f"{head}\nhttps://{HOST}:{PORT + 2} {{\ntls internal\n{block}\n}}\n")
        self.running["caddy"] = subprocess.Popen(
            ["caddy", "run", "--adapter", "caddyfile", "--config", file],
            env=self.environment | {"HOME": str(self.folder)}, stdout=self.log, stderr=self.log,
        )  # fmt: skip
        certificate = self.folder / "caddy/pki/authorities/local/root.crt"
        wait_for(lambda: answers(certificate), "Caddy")
        return certificate


def is_ready(port: int) -> bool:
    request = urllib.request.Request(f"http://127.0.0.1:{port}/health/ready", headers={"Host": HOST})
    with contextlib.suppress(OSError), urllib.request.urlopen(request, timeout=10) as answer:
        return answer.status == 200
    return False


def answers(certificate: Path) -> bool:
    return certificate.exists() and Visitor(0, certificate, Steps()).get("/health/live")[0] == 200


def wait_for(holds, what: str) -> None:
    deadline = time.monotonic() + 300
    while not holds():
        if time.monotonic() > deadline:
            sys.exit(f"{what} does not answer")
        time.sleep(0.5)


def older_version() -> str:
    """OLD, or the commit before the newest migration."""
    if given := os.environ.get("OLD"):
        return given
    newest = ["log", "-1", "--format=%H", "--diff-filter=A", "--", "matchmaker/*/migrations/*.py"]
    return run("git", "-C", str(ROOT), "rev-parse", run("git", "-C", str(ROOT), *newest).strip() + "^").strip()


def upgrade(site: Site, steps: Steps) -> None:
    """The steps of the page, each with visitors."""
    steps.begin("the old version")
    time.sleep(PAUSE)
    steps.begin("migrations of the new version beside it")
    site.put_in_place(run("git", "-C", str(ROOT), "rev-parse", "HEAD").strip())
    time.sleep(PAUSE)
    for number in (0, 1):
        steps.begin(f"web server {number + 1} is restarted")
        site.restart(number)
        time.sleep(PAUSE)
    steps.begin("the new version")
    time.sleep(PAUSE)


def clean(site: Site) -> None:
    """Stop what was started here and drop what was made."""
    for name in list(site.running):
        site.stop(name)
    site.log.close()
    subprocess.run([*shlex.split(POSTGRES), "-c", f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"], check=False)
    shutil.rmtree(site.folder, ignore_errors=True)


def main() -> int:
    """Upgrade; print what visitors met."""
    old = older_version()
    folder = Path(tempfile.mkdtemp(prefix="upgrade-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # nothing stays when the test is stopped
    site, steps = Site(folder), Steps()
    began = time.monotonic()
    try:
        run(*shlex.split(POSTGRES), "-c", f"CREATE DATABASE {DATABASE}")
        (folder / "data").mkdir()
        site.put_in_place(old)
        for number in (0, 1):
            site.start(number)
        certificate = site.start_caddy()
        visitors = [Visitor(number, certificate, steps) for number in range(VISITORS)]
        for visitor in visitors:
            visitor.sign_in()
        for visitor in visitors:
            visitor.start()
        upgrade(site, steps)
        steps.ended = True
        for visitor in visitors:
            visitor.join(60)
    except subprocess.CalledProcessError:
        sys.stdout.write((folder / "processes.log").read_text()[-3000:])
        raise
    finally:
        clean(site)
    sys.stdout.write(steps.table())
    failed = sum(steps.failed.values())
    sys.stdout.write(f"from {old[:8]}: {sum(steps.answers.values())} answers, {failed} failed, ")
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    return 1 if failed or not steps.answers else 0


if __name__ == "__main__":
    sys.exit(main())
