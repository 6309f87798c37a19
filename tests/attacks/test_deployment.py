"""Attacks on how the site is installed and run: what the delivered files refuse before anything starts."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

pytestmark = pytest.mark.attack
ROOT = Path(__file__).resolve().parents[2]
DEPLOY = ROOT / "deploy"
COMPOSE_FILES = ["compose.yaml", "compose.full.yaml"]
A_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def requirements(name: str) -> list[str]:
    """The packages of a lock file, each with its hashes, as one line."""
    text = (ROOT / name).read_text().replace("\\\n", " ")
    return [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]


def manifests() -> list[dict]:
    """Every document of the Kubernetes manifests."""
    files = sorted((DEPLOY / "kubernetes").rglob("*.yaml"))
    return [document for file in files for document in yaml.safe_load_all(file.read_text())]


@pytest.mark.parametrize("name", sorted(file.name for file in ROOT.glob("requirements*.txt")))
def test_x8_every_locked_package_has_a_version_and_a_hash(name):
    locked = requirements(name)
    assert locked
    for line in locked:
        assert re.match(r"[\w.\[\]-]+==\S+", line), line
        assert A_HASH.search(line), line


FAKE_PYTHON = """#!/bin/sh
printf '%s\\n' "$*" >>"{log}"
case "$*" in
*sys.executable*) echo "$0" ;;
*"-m venv"*) mkdir -p .venv/bin && cp "$0" .venv/bin/python ;;
*"pip install"*--target*) exit 1 ;;
esac
exit 0
"""


def test_x8_setup_takes_the_installer_and_all_packages_from_locked_files_with_hashes(tmp_path):
    """`bin/setup` on a machine without uv, with a Python that only notes how it is called."""
    (tmp_path / "bin").mkdir()
    for name in ("bin/setup", "requirements.txt", "requirements-installer.txt", "requirements-pictures.txt"):
        shutil.copy(ROOT / name, tmp_path / name)
    tools = tmp_path / "tools"
    tools.mkdir()
    for name in ("sh", "cksum", "cat", "cp", "dirname", "mkdir", "rm", "touch"):
        (tools / name).symlink_to(shutil.which(name))
    log = tmp_path / "log"
    fake = tools / "python3"
    fake.write_text(FAKE_PYTHON.format(log=log))
    fake.chmod(0o755)
    for wanted in ([], ["pictures"]):
        env = {"PATH": str(tools), "PYTHON": str(fake)}
        done = subprocess.run(["sh", "bin/setup", *wanted], cwd=tmp_path, env=env, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr
    installs = [line for line in log.read_text().splitlines() if "pip install" in line]
    assert [line.rsplit("-r ", 1)[1] for line in installs] == [
        *("requirements-installer.txt", "requirements.txt"),
        *("requirements-installer.txt", "requirements-pictures.txt"),
    ]
    assert all("--require-hashes" in line for line in installs), installs
    assert [line.split("==")[0] for line in requirements("requirements-installer.txt")] == ["uv"]


def test_x8_the_image_installs_locked_packages_with_hashes_alone():
    image = re.sub(r"\\\n\s*", "", (DEPLOY / "Containerfile").read_text())
    installs = re.findall(r"pip install [^&]*", image)
    assert installs
    assert all("--require-hashes" in line and "-r requirements.txt" in line for line in installs)


def test_x8_actions_of_the_release_are_named_by_commit():
    for workflow in sorted((ROOT / ".github" / "workflows").glob("*.yml")):
        used = re.findall(r"uses: (\S+)", workflow.read_text())
        assert used
        assert all(re.search(r"@[0-9a-f]{40}$", one) for one in used), (workflow.name, used)


def containers() -> dict[str, dict]:
    """Each container that Kubernetes starts, those of the patches included, by a name for a message."""
    found = {}
    for document in manifests():
        if document["kind"] in ("Deployment", "Job"):
            pod, name = document["spec"]["template"]["spec"], document["metadata"]["name"]
            for one in [*pod["containers"], *pod.get("initContainers", [])]:
                found[f"{name}/{one['name']}"] = one
        for patch in document.get("patches", []):
            for change in yaml.safe_load(patch["patch"]):
                if change["path"].endswith("/initContainers"):
                    found |= {f"patch/{one['name']}": one for one in change["value"]}
    return found


def test_x9_each_container_of_kubernetes_has_a_limit_of_memory():
    found = containers()
    assert {"web/web", "worker/worker", "letters/letters", "beat/beat", "prepare/prepare"} <= set(found)
    without = [name for name, one in found.items() if "memory" not in one.get("resources", {}).get("limits", {})]
    assert without == []


@pytest.mark.parametrize("name", COMPOSE_FILES)
def test_x9_each_service_of_compose_has_a_limit_of_memory(name):
    services = yaml.safe_load((DEPLOY / name).read_text())["services"]
    base = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]
    assert [one for one, service in services.items() if "mem_limit" not in {**base.get(one, {}), **service}] == []


def test_x9_no_pod_reaches_another_one_and_only_ingress_and_monitor_reach_the_site():
    """What a request says of its address is believed (TRUSTED_PROXIES=1), so only the proxy may send one."""
    policies = {row["metadata"]["name"]: row["spec"] for row in manifests() if row["kind"] == "NetworkPolicy"}
    assert policies["closed"] == {"podSelector": {}, "policyTypes": ["Ingress"]}  # all pods, and nothing is let in
    opened = {name: spec for name, spec in policies.items() if name != "closed"}
    assert sorted(opened) == ["ingress-to-web", "monitor-to-web"]
    for spec in opened.values():
        assert spec["podSelector"] == {"matchLabels": {"app": "web"}}
        for rule in spec["ingress"]:
            assert all(set(source) == {"namespaceSelector"} for source in rule["from"])
            assert all(source["namespaceSelector"]["matchLabels"] for source in rule["from"])
            assert rule["ports"] == [{"protocol": "TCP", "port": "http"}]
    (settings,) = [row for row in manifests() if "configMapGenerator" in row]
    assert "TRUSTED_PROXIES=1" in settings["configMapGenerator"][0]["literals"]


def test_x9_compose_lets_only_this_machine_reach_the_site_and_asks_for_passwords():
    compose = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
    services = compose["services"]
    assert {name: row["ports"] for name, row in services.items() if "ports" in row} == {"web": ["127.0.0.1:8000:8000"]}
    assert compose["x-site"]["environment"]["TRUSTED_PROXIES"] == "1"
    assert "${REDIS_PASSWORD:?" in services["redis"]["command"][-1]
    assert services["redis"]["command"][-2] == "--requirepass"
    assert "${POSTGRES_PASSWORD:?" in services["database"]["environment"]["POSTGRES_PASSWORD"]
