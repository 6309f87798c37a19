"""How complete the translations are is counted, string by string."""

import polib
import pytest
from django.core.management import call_command

from matchmaker.core.languages import Language
from matchmaker.core.management.commands import translations

CONSOLE, PUBLIC = ("matchmaker/web/console/home.py", ""), ("templates/public/home.html", "")


@pytest.fixture
def table(settings, tmp_path, monkeypatch):
    settings.LOCALE_PATHS = [tmp_path]
    settings.SITE_LANGUAGES = (
        Language("en", "English", tier=1),
        Language("nl", "Nederlands", tier=1),
        Language("cs", "Čeština", tier=2),
    )
    for code in ("nl", "cs"):
        file = polib.POFile()
        file.append(polib.POEntry(msgid="Save", msgstr="x", occurrences=[PUBLIC]))
        file.append(polib.POEntry(msgid="Send it", msgstr="x", flags=["fuzzy"], occurrences=[PUBLIC, CONSOLE]))
        file.append(polib.POEntry(msgid="Approve", occurrences=[CONSOLE]))
        path = tmp_path / code / "LC_MESSAGES"
        path.mkdir(parents=True)
        file.save(str(path / "django.po"))
    document = tmp_path / "languages.md"
    document.write_text("Before\n<!-- completeness -->\nold\n<!-- /completeness -->\nafter\n")
    monkeypatch.setattr(translations, "DOCUMENT", document)
    return document


def test_table_counts_changed_strings_apart_and_leaves_the_console_to_tier_1(table):
    call_command("translations", verbosity=0)
    written = table.read_text()
    assert "| Nederlands (nl) | 1 | 3 | 1 (33 %) | 1 | 1 |" in written
    assert "| Čeština (cs) | 2 | 2 | 1 (50 %) | 1 | 0 |" in written
    assert written.startswith("Before\n")
    assert "old" not in written
    call_command("translations", verbosity=0)
    assert table.read_text() == written


def test_every_language_is_collected(table, capsys):
    call_command("translations", "--locales")
    assert capsys.readouterr().out == "--locale nl --locale cs\n"
