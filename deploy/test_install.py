"""Follow "On a Debian server" of docs/install.md in an empty folder. `make test-install` runs it.

The code blocks of the page are run in their order by one shell. The block marked `values` is replaced by names and
ports of the test. Blocks marked `root` are not run: where one starts the units of systemd or Caddy, the programs that
they name are started here. It needs a PostgreSQL (TEST_POSTGRES, an administrator's psql), a Redis (TEST_REDIS_URL),
curl and caddy.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from email.header import decode_header, make_header
from email.message import Message as Mail
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "install.md"
PORT = int(
    os.environ.get("TEST_PORT", "8120")
)  # gunicorn here, Caddy on the next one, the mail server on the one after
POSTGRES = os.environ.get("TEST_POSTGRES", "psql -q -h 127.0.0.1 -U postgres")
REDIS = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/11")
DATABASE = f"{os.environ.get('TEST_DATABASE_PREFIX', 'install_')}{os.getpid()}"
HOST = "match.example.org"
ADMIN = "you@example.org"
NEVER = ("apt install", "useradd")
CADDY = """
{
    admin off
    auto_https disable_redirects
    skip_install_trust
    storage file_system {folder}/caddy
}
"""


class Inbox(Message):
    """Keeps what arrives."""

    def __init__(self):
        super().__init__()
        self.mails: list[Mail] = []

    def handle_message(self, message):
        self.mails.append(message)


def blocks() -> list[tuple[str, str]]:
    """Kind (`values`, `root` or nothing) and text of each block of the section, in order."""
    section = PAGE.read_text().split("## On a Debian server\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh *(\w*)\n(.*?)```", section, re.DOTALL)


def values(folder: Path) -> str:
    """The first block with the names of this test; a name that it has and we have not is a fault of this script."""
    mine = {
        "SOURCE": str(ROOT),
        "VERSION": run("git", "-C", str(ROOT), "rev-parse", "--abbrev-ref", "HEAD").strip(),
        "SITE": f"{folder}/site",
        "DATA": f"{folder}/data",
        "SETTINGS": f"{folder}/site.env",
        "PASS_PHRASE": f"{folder}/pass-phrase",
        "BACKUPS": f"{folder}/backups",
        "HOST": HOST,
        "ADMIN": ADMIN,
        "MAIL": f"smtp://127.0.0.1:{PORT + 2}",
        "REDIS": REDIS,
        "DATABASE": DATABASE,
        "DATABASE_HOST": os.environ.get("TEST_DATABASE_HOST", "127.0.0.1"),
        "POSTGRES": POSTGRES,
        "OWNER": run("id", "-un").strip(),
        "AS": "",
        "CADDYFILE": f"{folder}/Caddyfile",
    }
    named = re.findall(r"^(\w+)=", dict(blocks())["values"], re.MULTILINE)
    if set(named) != set(mine):
        sys.exit(f"The first block of {PAGE} and this script name other values: {set(named) ^ set(mine)}")
    return "\n".join(f"{name}={shlex.quote(value)}" for name, value in mine.items())


def run(*command: str) -> str:
    """Standard output of a command that must succeed."""
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def start_units() -> str:
    """Shell lines that start what the units of systemd start, with their environment and the folders of this test."""
    lines = []
    for name in ("web", "worker", "beat"):
        unit = (ROOT / f"deploy/systemd/matchmaker-{name}.service").read_text()
        started = re.search(r"^ExecStart=(.+)$", unit, re.MULTILINE)[1]
        environment = " ".join(re.findall(r"^Environment=(.+)$", unit, re.MULTILINE))
        text = f"env {environment} {started}".replace("/srv/matchmaker", "$SITE")
        text = text.replace("/var/lib/matchmaker", "$DATA").replace("127.0.0.1:8000", f"127.0.0.1:{PORT}")
        lines.append(
            f'(cd "$SITE"; set -a; . "$SETTINGS"; exec {text}) >> "$LOGS/{name}.log" 2>&1 & echo $! >> "$PIDS"'
        )
    return "\n".join([*lines, f"wait_for http://127.0.0.1:{PORT}/health/ready"])


def start_caddy(folder: Path) -> str:
    """Shell lines that give Caddy a high port and a certificate of its own, and start it."""
    head = CADDY.replace("{folder}", str(folder)).replace("{{", "{").replace("}}", "}")
    return f"""
cat > "$CADDYFILE.test" <<'END'
{head}END
sed -e "s/^{HOST} {{/https:\\/\\/{HOST}:{PORT + 1} {{\\n\\ttls internal/" -e "s/127.0.0.1:8000/127.0.0.1:{PORT}/" \\
    "$CADDYFILE" >> "$CADDYFILE.test"
HOME={folder} caddy run --adapter caddyfile --config "$CADDYFILE.test" >> "$LOGS/caddy.log" 2>&1 & echo $! >> "$PIDS"
printf 'connect-to = "{HOST}:443:127.0.0.1:{PORT + 1}"\\ncacert = "{folder}/caddy/pki/authorities/local/root.crt"\\n' \\
    > "{folder}/.curlrc"
wait_for https://{HOST}/health/ready
"""


def root_block(text: str, folder: Path) -> str:
    """What stands for a block that needs root or systemd."""
    if any(word in text for word in NEVER):
        return "echo '-- left out: needs root'"
    if "systemctl reload caddy" in text:
        return start_caddy(folder)
    if "enable --now matchmaker-web" in text:
        return start_units()
    if "systemctl restart matchmaker-web" in text:
        return f"stop_units\n{start_units()}\nwait_for https://{HOST}/health/ready"
    return "echo '-- left out: needs systemd'"


def script(folder: Path) -> str:
    """All blocks as one script for bash."""
    parts = [
        f"""set -eu
LOGS={folder}/logs
PIDS={folder}/pids
mkdir "$LOGS"
export CURL_HOME={folder}
wait_for() {{ for _ in $(seq 300); do curl --fail --silent --output /dev/null -H "Host: {HOST}" "$1" && return; sleep 1
done; echo "$1 does not answer"; tail -n 30 "$LOGS"/*; exit 1; }}
stop_units() {{ head -n 3 "$PIDS" | xargs kill; sleep 3; sed -i 1,3d "$PIDS"; }}"""
    ]
    for kind, text in blocks():
        match kind:
            case "values":
                parts.append(values(folder))
            case "root":
                parts.append(root_block(text, folder))
            case _:
                title = next(line for line in text.splitlines() if line.strip())
                parts.append(f'echo "== $SECONDS s:" {shlex.quote(title)}\n{text}')
    return "\n".join(parts)


def faults(folder: Path, inbox: Inbox) -> list[str]:
    """What does not hold at the end."""
    subjects = [f"{mail['To']}: {make_header(decode_header(mail['Subject']))}" for mail in inbox.mails]
    sys.stdout.write("mail that arrived:\n" + "".join(f"  {subject}\n" for subject in subjects))
    answer = subprocess.run(
        ["curl", "--silent", "--include", f"https://{HOST}/"],
        env={**os.environ, "CURL_HOME": str(folder)},
        capture_output=True,
        check=False,
        text=True,
    ).stdout
    counts = {name: count_rows(name) for name in (DATABASE, f"{DATABASE}_copy")}
    sys.stdout.write(f"rows of users and campaigns: {counts}\n")
    checks = {
        "a test mail and the letter to the administrator arrived": len([line for line in subjects if ADMIN in line])
        >= 2,
        "the front page is sent over HTTPS with the name of the campaign": "Export to China 2027" in answer,
        "HSTS is sent": "strict-transport-security" in answer.lower(),
        "the copy has the rows of the backup": counts[DATABASE][0] == counts[f"{DATABASE}_copy"][0],
        "the settings are not readable for others": (folder / "site.env").stat().st_mode & 0o007 == 0,
    }
    return [what for what, holds in checks.items() if not holds]


def count_rows(database: str) -> list[str]:
    """Rows of two tables."""
    sql = "SELECT (SELECT count(*) FROM accounts_user), (SELECT count(*) FROM campaigns_campaign)"
    return run(*shlex.split(POSTGRES), "-d", database, "-Atc", sql).split()


def clean(folder: Path) -> None:
    """Stop what was started here and drop what was made."""
    if (folder / "pids").exists():
        for pid in map(int, (folder / "pids").read_text().split()):
            try:
                os.kill(pid, signal.SIGTERM)
            except ProcessLookupError:
                continue
    time.sleep(3)
    for name in (f"{DATABASE}_copy", DATABASE):
        subprocess.run([*shlex.split(POSTGRES), "-c", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"], check=False)
    subprocess.run([*shlex.split(POSTGRES), "-c", f"DROP ROLE IF EXISTS {DATABASE}"], check=False)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the page; print what fails."""
    folder = Path(tempfile.mkdtemp(prefix="install-"))
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # nothing stays when the test is stopped
    inbox = Inbox()
    server = Controller(inbox, hostname="127.0.0.1", port=PORT + 2)
    server.start()
    began = time.monotonic()
    try:
        if subprocess.run(["bash", "-c", script(folder)], check=False, cwd=folder, stderr=subprocess.STDOUT).returncode:
            sys.stdout.write("A command of the page failed.\n")
            return 1
        wrong = faults(folder, inbox)
    finally:
        server.stop()
        clean(folder)
    sys.stdout.write("".join(f"does not hold: {what}\n" for what in wrong))
    sys.stdout.write(f"{len(blocks())} blocks, {time.monotonic() - began:.0f} s, {len(wrong)} faults\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
