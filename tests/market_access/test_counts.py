"""What the document says of the two tables is so."""

import re
from pathlib import Path

from matchmaker.market_access.management.commands.entry_rules import as_markdown
from matchmaker.market_access.rules import read_rulebook
from matchmaker.market_access.services.answers import RECORDS
from tests.market_access.test_duty import APPLYING
from tests.market_access.test_rules import CASES

DOCS = Path(__file__).resolve().parents[2] / "docs"
DOCUMENT = (DOCS / "market_access.md").read_text()


def test_the_tables_have_as_many_cases_as_the_document_says_and_each_has_a_source():
    said = [int(n) for n in re.findall(r"(\d+)\s+(?:rule|duty) cases", DOCUMENT)]
    assert said == [len(CASES), len(APPLYING)]
    assert len(CASES) >= 60
    assert len(APPLYING) >= 40
    assert all(case[-1] for case in (*CASES, *APPLYING))
    for table in (CASES, APPLYING):
        assert len({str(case[:-1]) for case in table}) == len(table)  # none is said twice


def test_the_document_lists_the_rules_as_they_are_shipped():
    document = (DOCS / "entry_rules.md").read_text()
    assert as_markdown() in document
    assert f"{len(read_rulebook(RECORDS).rules)} rules" in document
