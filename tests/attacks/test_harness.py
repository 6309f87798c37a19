"""The attacked site is the one that production runs."""

import re
from pathlib import Path

import pytest

pytestmark = [pytest.mark.attack, pytest.mark.slow, pytest.mark.worker]


def test_the_site_answers_in_production_settings(production_site):
    visitor = production_site.visitor()
    answer = visitor.get("/about/")
    assert answer.status == 200
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    plain = visitor.get("/about/", headers={"X-Forwarded-Proto": "http"})
    assert (plain.status, plain.headers["Location"]) == (301, f"{production_site.origin}/about/")


def test_a_person_signs_in_with_the_second_step_and_reaches_her_desk(production_site):
    made = production_site.run(
        """
mill = factories.supplier(person("mill@example.org"), legal_name=given["name"])
out["uid"] = mill.uid
""",
        name="Surin Rice Mill",
    )
    visitor = production_site.sign_in("mill@example.org")
    answer = visitor.get(f"/companies/{made['uid']}/members/")
    assert answer.status == 200
    assert "Surin Rice Mill" in answer.text


def test_delays_of_others_are_measured(production_site):
    import time

    with production_site.others_ask() as delays:
        time.sleep(3)
    assert delays.failures == []
    assert len(delays.seconds) > 5
    assert delays.p95 < 1


def test_every_finding_of_the_last_attack_has_a_test_with_its_number():
    here = "\n".join(file.read_text() for file in Path(__file__).parent.glob("test_*.py"))
    numbers = {int(number) for number in re.findall(r"^def test_x(\d+)_", here, re.MULTILINE)}
    findings = (Path(__file__).resolve().parents[2] / "docs" / "security.md").read_text()
    assert numbers == {int(number) for number in re.findall(r"^\| X(\d+) \|", findings, re.MULTILINE)}
    assert numbers == set(range(1, 16))
