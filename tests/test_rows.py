"""Every row about people and companies, of the threat list and of the feature list, has a test with its number."""

import re
from pathlib import Path

BAD_INPUT = [*range(11, 23), *range(29, 44), *range(83, 96)]
FEATURES = [*range(1, 11), 77, 78, 79, 87]
OWN = [10, 11, 12, 20, 24]
NUMBER = re.compile(r"(?<=_)(b\d+|n\d+|feature_\d+)(?=_)")


def test_every_row_about_people_and_companies_has_a_test_that_bears_its_number():
    names = [
        name
        for path in Path(__file__).parent.rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    ]
    borne = {number for name in names for number in NUMBER.findall(name)}
    wanted = {f"b{row}" for row in BAD_INPUT} | {f"feature_{row}" for row in FEATURES} | {f"n{row}" for row in OWN}
    assert sorted(wanted - borne) == []
