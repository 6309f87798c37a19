"""What the mail server calls for a mail that came back."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_bin_bounced_hands_a_report_to_the_site(tmp_path):
    database = f"sqlite:///{tmp_path / 'site.sqlite3'}"
    (tmp_path / "matchmaker.env").write_text(f"DATABASE_URL={database}\nVAR_DIR={tmp_path}\n", encoding="utf-8")
    given = os.environ | {"MATCHMAKER_ENV": str(tmp_path / "matchmaker.env")}
    ended = subprocess.run(
        [ROOT / "bin/bounced"], input=b"Subject: hello\n\nno report\n", env=given, capture_output=True, check=False
    )
    assert (ended.returncode, ended.stdout.decode().strip()) == (0, "nothing to stop")
