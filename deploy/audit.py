"""Ask the package index for known weaknesses of what is locked. `make audit` runs it: audit.py requirements.txt ...

pip-audit ends well when it looked at nothing, so this counts: each lock file must have as many packages judged as it
locks for this machine. Exit code 1 for a weakness, or where a package was not judged.
"""

import json
import subprocess
import sys
from pathlib import Path

from packaging.requirements import Requirement

TOOL = Path(__file__).resolve().parent.parent / ".cache/deploy/bin/pip-audit"


def locked(file: Path) -> set[str]:
    """Names of the packages that the file locks for this machine."""
    lines = [line.rstrip(" \\") for line in file.read_text().splitlines() if line[:1].isalnum()]
    named = [Requirement(line) for line in lines]
    return {one.name.lower() for one in named if one.marker is None or one.marker.evaluate()}


def audit(file: Path) -> list[str]:
    """What is wrong with the packages of a lock file, a line each."""
    command = [str(TOOL), "--requirement", str(file), "--no-deps", "--disable-pip", "--format", "json"]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if not done.stdout.strip():
        return [f"{file}: pip-audit judged nothing: {done.stderr.strip()[-400:]}"]
    judged = [row for row in json.loads(done.stdout)["dependencies"] if "vulns" in row]
    missing = locked(file) - {row["name"].lower() for row in judged}
    sys.stdout.write(f"{file}: {len(judged)} packages judged\n")
    faults = [f"{file}: not judged: {', '.join(sorted(missing))}"] if missing else []
    for row in judged:
        for weakness in row["vulns"]:
            versions = ", ".join(weakness["fix_versions"]) or "none"
            faults.append(f"{row['name']} {row['version']}: {weakness['id']}, mended in {versions}")
    return faults


def main(files: list[str]) -> int:
    faults = [line for file in files for line in audit(Path(file))]
    sys.stdout.write("".join(f"{line}\n" for line in faults))
    return 1 if faults or not files else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
