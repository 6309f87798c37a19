"""Boot an empty Debian 13 and run "On a Debian server" of docs/install.md in it. `make test-install` does it, as root.

Every block is run as it is printed, in one shell, by a Debian with systemd of its own in namespaces of the kernel.
A block whose fence says `sh elsewhere` needs another machine; it is not run, and counted. The Internet of the page
stands beside it: a second namespace serves the release (built here from HEAD) as git.example.org and issues
certificates as Let's Encrypt; packages come from the real Debian and the real PyPI.

OLD=<commit or tag> installs that version first and upgrades to HEAD: then the lines VERSION= and NEXT= have other
numbers than on the page. It needs mmdebstrap, passt, caddy, iproute2 and util-linux (Debian's packages).
"""

import mailbox
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from email.header import decode_header, make_header
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "install.md"
CACHE = ROOT / ".cache" / "debian-13.tar"
TOOLS = ("mmdebstrap", "pasta", "caddy", "ip", "unshare", "nsenter", "ssh-keygen")
PACKAGES = "ca-certificates,systemd,systemd-sysv,dbus,iproute2,procps"
NAME = f"install-{os.getpid()}"
MACHINE, OUTSIDE = "10.77.0.1", "10.77.0.2"
HOST, ADMIN = "match.example.org", "you@example.org"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
INTERNET = """{
    admin off
    skip_install_trust
    auto_https disable_redirects
    storage file_system FOLDER/caddy
}
git.example.org {
    tls internal
    root * FOLDER/site
    file_server
}
acme-v02.api.letsencrypt.org {
    tls internal
    rewrite /directory /acme/local/directory
    acme_server
}
"""
BOOT = """
set -e
mount --make-rprivate /
mount --bind "$0" "$0"
cd "$0"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=755 tmpfs dev
for device in null:3 zero:5 full:7 random:8 urandom:9; do mknod -m 666 dev/${device%:*} c 1 ${device#*:}; done
mkdir -p dev/pts dev/shm old
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
mount -t tmpfs tmpfs dev/shm
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
hostname match
pivot_root . old
umount -l /old
exec env -i container=unshare PATH=$1 /lib/systemd/systemd
"""


def run(*command: object, **options) -> str:
    """Standard output of a command that must succeed."""
    return subprocess.run([*map(str, command)], check=True, stdout=subprocess.PIPE, text=True, **options).stdout


def blocks() -> list[tuple[str, str]]:
    """(`elsewhere` or nothing, text) of each block of the section, in order."""
    section = PAGE.read_text().split("## On a Debian server\n", 1)[1].split("\n## ", 1)[0]
    return re.findall(r"```sh *(\w*)\n(.*?)```", section, re.DOTALL)


def version_of(ref: str) -> str:
    text = run("git", "-C", ROOT, "show", f"{ref}:matchmaker/__init__.py")
    return re.search(r'__version__ = "(.+?)"', text)[1]


def build(ref: str, version: str, folder: Path, key: Path) -> None:
    """Build a release, once a commit, sign it and put it where the page fetches it."""
    built = ROOT / ".cache/releases" / f"{run('git', '-C', ROOT, 'rev-parse', ref).strip()}-{version}"
    if not (built / "SHA256SUMS").exists():
        environment = {**os.environ, "REF": ref, "VERSION": version, "OUT": str(built)}
        run(ROOT / "bin/release", env=environment, stderr=subprocess.DEVNULL)
    out = folder / "site/matchmaker/releases/download" / f"v{version}"
    shutil.copytree(built, out)
    run("ssh-keygen", "-q", "-Y", "sign", "-n", "matchmaker", "-f", key, out / "SHA256SUMS", stderr=subprocess.DEVNULL)


def releases(folder: Path, old: str) -> tuple[str, str]:
    """Build what is installed first and what is upgraded to; returns their versions."""
    key = folder / "key"
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key)
    new = version_of("HEAD")
    first = version_of(old) if old else new
    if old and first == new:
        new = f"{new}.next"  # a folder of its own before the number is raised
    build("HEAD", new, folder, key)
    if old:
        build(old, first, folder, key)
    signers = folder / "site/matchmaker/releases/download/allowed_signers"
    signers.write_text(f"matchmaker {key.with_suffix('.pub').read_text()}")
    return first, new


def network(folder: Path) -> list[subprocess.Popen]:
    """The machine's namespace with a way to the real Internet, and the one beside it that stands for the rest."""
    outside = f"{NAME}-outside"
    for name in (NAME, outside):
        run("ip", "netns", "add", name)
        run("ip", "-n", name, "link", "set", "lo", "up")
    closed = [part for kind in "tTuU" for part in (f"-{kind}", "none")]  # no port of this machine is one of the other
    run("pasta", "--quiet", "--runas", 0, "--config-net", *closed, "--netns", f"/run/netns/{NAME}")
    run("ip", "-n", NAME, "link", "add", "beside", "type", "veth", "peer", "name", "beside", "netns", outside)
    for name, address in ((NAME, MACHINE), (outside, OUTSIDE)):
        run("ip", "-n", name, "address", "add", f"{address}/24", "dev", "beside")
        run("ip", "-n", name, "link", "set", "beside", "up")
    hosts = Path("/etc/netns") / outside / "hosts"
    hosts.parent.mkdir(parents=True)
    hosts.write_text(f"127.0.0.1 localhost\n{MACHINE} {HOST}\n")
    (folder / "Caddyfile").write_text(INTERNET.replace("FOLDER", str(folder)))
    log = (folder / "internet.log").open("w")
    caddy = ["caddy", "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]
    mail = [sys.executable, "-m", "aiosmtpd", "-n", "-l", "127.0.0.1:25", "-c", "aiosmtpd.handlers.Mailbox"]
    return [
        subprocess.Popen(["ip", "netns", "exec", outside, *caddy], stdout=log, stderr=log),
        subprocess.Popen(["ip", "netns", "exec", NAME, *mail, str(folder / "mails")], stdout=log, stderr=log),
    ]


def boot(folder: Path) -> subprocess.Popen:
    """Unpack Debian, let it know this Internet, and start its systemd; returns the process of unshare."""
    if not CACHE.exists():
        run("mmdebstrap", "--quiet", "--variant=minbase", f"--include={PACKAGES}", "trixie", CACHE)
    machine = folder / "machine"
    machine.mkdir()
    run("tar", "--extract", "--numeric-owner", "--directory", machine, "--file", CACHE)
    shutil.copy("/etc/resolv.conf", machine / "etc/resolv.conf")
    names = f"127.0.0.1 localhost match {HOST}\n{OUTSIDE} git.example.org acme-v02.api.letsencrypt.org\n"
    (machine / "etc/hosts").write_text(names)
    trusted = "usr/local/share/ca-certificates"  # a network may have an authority of its own between it and PyPI
    shutil.copytree(Path("/") / trusted, machine / trusted, dirs_exist_ok=True)
    authority = folder / "caddy/pki/authorities/local/root.crt"
    wait_for(authority.exists)
    shutil.copy(authority, machine / trusted / "test.crt")
    run("chroot", machine, "update-ca-certificates", stderr=subprocess.DEVNULL)
    unified = Path("/sys/fs/cgroup/unified")
    group = (unified if unified.exists() else unified.parent) / NAME
    group.mkdir()
    enter = f'echo $$ > {group}/cgroup.procs; exec "$@"'
    log = (folder / "boot.log").open("w")
    spaces = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child"]
    command = ["sh", "-c", enter, "sh", "ip", "netns", "exec", NAME, *spaces, "sh", "-c", BOOT, str(machine), PATH]
    return subprocess.Popen(command, stdout=log, stderr=log)


def wait_for(holds, seconds: int = 60) -> None:
    """Wait until something holds; raises TimeoutError."""
    for _second in range(seconds):
        if holds():
            return
        time.sleep(1)
    raise TimeoutError


def first_process(started: subprocess.Popen) -> str:
    """The number of the machine's systemd; nothing before it is there."""
    return Path(f"/proc/{started.pid}/task/{started.pid}/children").read_text().strip()


def inside(started: subprocess.Popen, *command: str, **options) -> subprocess.CompletedProcess:
    """Run a command in the machine."""
    enter = ["nsenter", "--target", first_process(started), "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup"]
    clean = ["env", "-i", "HOME=/root", f"PATH={PATH}", "DEBIAN_FRONTEND=noninteractive"]
    return subprocess.run([*enter, *clean, *command], check=False, text=True, cwd="/", **options)


def units_of(ref: str) -> set[str]:
    """Short names of the services that a version has: `web`, `worker` and so on."""
    listed = run("git", "-C", ROOT, "ls-tree", "--name-only", ref, "deploy/systemd/")
    return set(re.findall(r"matchmaker-(\w+)\.service", listed))


def script(first: str, new: str) -> str:
    """All blocks as one script for bash.

    With OLD, the two numbers of versions are those of this run, and services that came after it start with the upgrade.
    """
    parts = ["set -eu"]
    old = os.environ.get("OLD")
    missing = units_of("HEAD") - units_of(old) if old else set()
    for kind, text in blocks():
        title = next(line for line in text.splitlines() if line.strip())
        if kind == "elsewhere":
            parts.append(f"echo '-- not run, needs another machine:' {shell_quoted(title)}")
            continue
        if old:
            if "NEXT=" in text:
                missing = set()
            for name in missing:
                text = text.replace(f",{name}", "").replace(f" matchmaker-{name}", "")
            text = re.sub(r"^VERSION=\S+", f"VERSION={first}", text, flags=re.MULTILINE)
            text = re.sub(r"^NEXT=\S+", f"NEXT={new}", text, flags=re.MULTILINE)
        parts.append(f'echo "== $SECONDS s:" {shell_quoted(title)}\n{text}')
    return "\n".join(parts)


def shell_quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def answers_outside(port: int) -> bool:
    """Does the machine take a connection on this port from another machine?"""
    probe = ["ip", "netns", "exec", f"{NAME}-outside", "timeout", "5", "bash", "-c", f"< /dev/tcp/{MACHINE}/{port}"]
    return subprocess.run(probe, check=False, capture_output=True).returncode == 0


def faults(machine: subprocess.Popen, folder: Path, new: str) -> list[str]:
    """What does not hold at the end."""

    def ask(command: str) -> str:
        return inside(machine, "bash", "-c", command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout

    count = "runuser -u postgres -- psql -Atc 'SELECT count(*) FROM accounts_user' -d "
    page = ask(f"curl --silent --include https://{HOST}/")
    users, copied = ask(count + "matchmaker"), ask(count + "matchmaker_copy")
    timers = ask("systemctl list-timers --no-pager --no-legend")
    failed = ask("systemctl --failed --no-legend --no-pager")  # before the services lose their Redis
    ask("systemctl stop redis-server; systemctl start matchmaker-watch; systemctl start redis-server")
    mails = list(mailbox.Maildir(folder / "mails"))
    subjects = [str(make_header(decode_header(mail["Subject"] or ""))) for mail in mails]
    sys.stdout.write("mail that arrived:\n" + "".join(f"  {subject}\n" for subject in subjects))
    site_mails = [mail for mail in mails if mail["Reply-To"]]
    checks = {
        "three mails to the administrator: a test, the link, and what the watch found without Redis": len(mails) >= 3
        and f"{HOST}: faults" in subjects,
        "answers to mails go to the team": [mail for mail in site_mails if "team@example.org" in mail["Reply-To"]],
        "the front page is sent over HTTPS with the name of the campaign": "Export to China 2027" in page,
        "HSTS is sent": "strict-transport-security" in page.lower(),
        "the copy has the rows of the backup": users.strip().isdecimal() and users == copied,
        "others may not read the settings": ask("stat -c %a /etc/matchmaker.env /etc/matchmaker.pass-phrase").split()
        == ["640", "640"],
        "Redis asks for its password": "NOAUTH" in ask("redis-cli ping"),
        "the web can be reached from outside": answers_outside(443),
        "PostgreSQL, Redis and the web server cannot": not any(map(answers_outside, (5432, 6379, 8000))),
        "backup, watch and updates have their timers": all(
            name in timers for name in ("matchmaker-backup", "matchmaker-watch", "apt-daily-upgrade")
        ),
        "the site runs from the new folder": f"/srv/matchmaker-{new}\n" == ask("readlink /srv/matchmaker"),
        "no unit of the site has failed": "matchmaker" not in failed,
    }
    sys.stdout.write(f"{len(checks)} checks at the end\n")
    return [what for what, holds in checks.items() if not holds]


def clean(folder: Path, processes: list[subprocess.Popen]) -> None:
    """Stop what was started here and remove what was made."""
    for process in reversed(processes):
        process.kill()
        process.wait()
    for name in (NAME, f"{NAME}-outside"):
        subprocess.run(["ip", "netns", "delete", name], check=False)
        shutil.rmtree(Path("/etc/netns") / name, ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    """Run the page; print what fails. Exit code 2 where the test cannot run."""
    missing = [tool for tool in TOOLS if shutil.which(tool) is None]
    if os.geteuid() or missing:
        sys.stdout.write(f"Not run: it needs root, and the programs that are missing: {', '.join(missing) or 'none'}\n")
        return 2
    folder, processes = Path(tempfile.mkdtemp(prefix=NAME)), []
    folder.chmod(0o755)
    began = time.monotonic()
    try:
        first, new = releases(folder, os.environ.get("OLD", ""))
        processes += network(folder)
        machine = boot(folder)
        processes.append(machine)
        wait_for(lambda: first_process(machine))
        time.sleep(5)  # namespaces and mounts come first
        wait_for(lambda: inside(machine, "systemctl", "is-active", "--quiet", "dbus.socket").returncode == 0)
        inside(machine, "systemctl", "is-system-running", "--wait", stdout=subprocess.DEVNULL)
        done = inside(machine, "bash", "-s", input=script(first, new), stderr=subprocess.STDOUT)
        if done.returncode:
            sys.stdout.write(f"A command of the page failed. {(folder / 'internet.log').read_text()[-2000:]}\n")
            inside(machine, "journalctl", "--no-pager", "--lines", "60")
            return 1
        wrong = faults(machine, folder, new)
    except TimeoutError:
        sys.stdout.write(f"The machine did not start. {(folder / 'boot.log').read_text()[-2000:]}\n")
        return 1
    finally:
        clean(folder, processes)
    kinds = [kind for kind, _text in blocks()]
    sys.stdout.write("".join(f"does not hold: {what}\n" for what in wrong))
    sys.stdout.write(
        f"{len(kinds)} blocks: {kinds.count('')} run as printed, {kinds.count('elsewhere')} need another machine; "
        f"from {first} to {new}; {time.monotonic() - began:.0f} s, {len(wrong)} faults\n"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
