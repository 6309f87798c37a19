"""Render the examples for compose and Kubernetes and have tools judge the result. `make check-deploy` runs it.

Kubernetes: kustomize or kubectl renders, kubernetes-validate compares with the schemas of Kubernetes, and nothing
unknown is allowed. Debian has neither program; the projects offer single files. Compose: podman-compose merges and
interpolates, the checks of the result are ours. The exit code is 1 if a tool refuses an example or cannot judge it.
KUBERNETES=skip leaves Kubernetes out on purpose.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
TOOLS = ROOT / ".cache" / "deploy" / "bin"
KUBERNETES = ("base", "autoscaled")
COMPOSE = {"standard": [], "small": ["compose.small.yaml"], "full": ["compose.full.yaml"]}
VALUES = {
    "SECRET_KEY": "a" * 50,
    "AUDIT_KEY": "b" * 50,
    "ALLOWED_HOSTS": "match.example.org",
    "SITE_URL": "https://match.example.org",
    "EMAIL_URL": "smtp://mail.example.org",
    "POSTGRES_PASSWORD": "password",
    "REDIS_PASSWORD": "password",
}


class Refused(Exception):
    """A tool does not accept an example."""


def run(command: list[str], **options) -> str:
    """Standard output of a command; raises Refused with what it printed if it fails."""
    done = subprocess.run(command, capture_output=True, check=False, text=True, **options)
    if done.returncode:
        raise Refused(f"{' '.join(command)}\n{done.stdout}{done.stderr}")
    return done.stdout


def render_kubernetes(name: str) -> str:
    """The manifests of a folder as one text; raises Refused where no program renders them."""
    folder = str(DEPLOY / "kubernetes" / name)
    if shutil.which("kustomize"):
        return run(["kustomize", "build", folder])
    if shutil.which("kubectl"):
        return run(["kubectl", "kustomize", folder])
    raise Refused("not judged: neither kustomize nor kubectl is installed (KUBERNETES=skip leaves it out)")


def check_kubernetes(name: str, folder: Path) -> str:
    """Have the rendered manifests judged; returns what was looked at."""
    if os.environ.get("KUBERNETES") == "skip":
        return "left out, as KUBERNETES=skip says"
    text = render_kubernetes(name)
    file = folder / f"{name}.yaml"
    file.write_text(text)
    run([str(TOOLS / "kubernetes-validate"), "--strict", "--quiet", "--no-warn", str(file)])
    kinds = [document["kind"] for document in yaml.safe_load_all(text)]
    return f"valid: {', '.join(sorted(kinds))}"


def render_compose(files: list[str], folder: Path) -> dict:
    """The merged and interpolated compose files."""
    for name in ["compose.yaml", *files]:
        shutil.copy(DEPLOY / name, folder)
    (folder / ".env").touch()
    podman = folder / "podman"  # `config` only asks for the version of podman, and starts nothing
    podman.write_text("#!/bin/sh\necho podman version 5.4.2\n")
    podman.chmod(0o755)
    names = [part for name in ["compose.yaml", *files] for part in ("-f", str(folder / name))]
    command = [str(TOOLS / "podman-compose"), "--podman-path", str(podman), *names, "config"]
    return yaml.safe_load(run(command, env={**os.environ, **VALUES}, cwd=folder))


def check_compose(name: str, folder: Path) -> str:
    """Render one size and look at what podman-compose does not judge."""
    services = render_compose(COMPOSE[name], folder)["services"]
    started = {key: value for key, value in services.items() if "profiles" not in value}
    for key, service in started.items():
        for other in service.get("depends_on", {}):
            if other not in started:
                raise Refused(f"compose {name}: {key} waits for {other}, which is not started")
        if service["image"] == "matchmaker" and service.get("cap_drop") != ["ALL"]:
            raise Refused(f"compose {name}: {key} keeps capabilities")
    return f"valid: {', '.join(started)}"


def check_alerts(name: str, folder: Path) -> str:
    """Have promtool (Debian: apt install prometheus) judge the rules of alerts."""
    if not shutil.which("promtool"):
        return "left out, promtool is not installed"
    run(["promtool", "check", "rules", str(DEPLOY / name)])
    run(["promtool", "test", "rules", "alerts_test.yml"], cwd=DEPLOY)
    return "valid, and they fire on what deploy/alerts_test.yml plays to them"


def main() -> int:
    """Print a line for each example."""
    checks = [(f"kubernetes/{name}", check_kubernetes, name) for name in KUBERNETES]
    checks += [(f"compose {name}", check_compose, name) for name in COMPOSE]
    checks.append(("alerts.yml", check_alerts, "alerts.yml"))
    failed = 0
    for title, check, name in checks:
        with tempfile.TemporaryDirectory() as folder:
            try:
                line = check(name, Path(folder))
            except Refused as problem:
                failed, line = 1, str(problem)
        sys.stdout.write(f"{title}: {line}\n")
    return failed


if __name__ == "__main__":
    sys.exit(main())
