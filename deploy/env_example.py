"""Print .env.example: the settings in docs/operating/configure.md as a file. `make env-example` writes it."""

import re
import sys
from pathlib import Path

TABLE = Path(__file__).resolve().parent.parent / "docs" / "operating" / "configure.md"
HEAD = """\
# Settings of matchmaker, made from the table in docs/operating/configure.md by `make env-example`.
# One NAME="value" a line. The same file is read by systemd (EnvironmentFile), by compose (env_file) and by a shell
# (set -a; . FILE): keep the double quotes, and write no $ and no backslash inside them.
# Remove the # in front of what you set.
"""


def rows() -> list[tuple[str, str, str]]:
    """Name, default and meaning of each setting."""
    lines = TABLE.read_text().split("# Settings", 1)[1].splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]
    return [(name.strip("`"), default, meaning) for name, default, meaning in cells]


def text() -> str:
    """The whole file."""
    parts = [HEAD]
    for name, default, meaning in rows():
        plain = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", meaning).replace("`", "")
        default = default.replace("`", "")
        shown = "ANYMAIL_WEBHOOK_SECRET" if name == "ANYMAIL_*" else name
        parts.append(f'# {plain}\n# Default: {default}\n#{shown}=""\n')
    return "\n".join(parts)


if __name__ == "__main__":
    sys.stdout.write(text())
