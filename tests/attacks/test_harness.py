"""The attacked site is the one that production runs."""

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
