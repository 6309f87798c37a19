"""Other words for a kind of notice."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from matchmaker.notifications import kinds, mail, wording
from matchmaker.notifications.models import Wording

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", wording.kinds())
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_kind_can_be_reworded_from_its_own_text(kind, language, person):
    for variant in range(len(wording.variants(kind))):
        own = wording.default(kind, language, variant)
        row = wording.save(by=person, kind=kind, language=language, variant=variant, **own)
        assert (row.subject, row.body) == (own["subject"], own["body"])


@pytest.mark.parametrize("kind", wording.kinds())
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_placeholder_has_a_value_and_no_other_name_is_shown(kind, language):
    declared = kinds.get(kind)
    shown = ""
    for variant, said in enumerate(declared.variants):
        own = wording.default(kind, language, variant)
        shown += own["subject"] + own["body"]
        facts = declared.facts(variant) | {"recipient": "王敏", "site_name": "site"}
        values = wording.values(kind, facts, language)
        assert set(values) == set(wording.placeholders(kind))
        assert all(value for name, value in values.items() if name not in said)
        filled = wording.fill(own["subject"] + own["body"], values)
        assert not re.search(r"[{}]|\b9[6-9]\d\b", filled)
    assert {name for name in wording.placeholders(kind) if f"{{{name}}}" in shown} >= {
        place.name for place in declared.placeholders
    }


def test_every_kind_with_templates_is_declared():
    folder = Path(settings.BASE_DIR) / "templates/notifications"
    lines = {file.name.removesuffix(".line.html") for file in folder.glob("*.line.html")}
    assert lines - {"announcement"} == set(wording.kinds())


def test_placeholders_are_the_declared_ones_and_two_that_every_letter_has():
    assert wording.placeholders("demand_closed") == ("demand", "closed_on", "recipient", "site_name")


def test_a_kind_that_says_two_things_has_words_for_each():
    assert wording.variants("match_found") == ({"side": "supplier"}, {"side": "buyer"})
    assert wording.variant_of("match_found", {"side": "supplier"}) == 0
    assert wording.variant_of("match_found", {"side": "buyer"}) == 1
    assert wording.variants("demand_closed") == ({},)


def test_a_mail_and_its_html_carry_the_teams_words_with_the_facts(sink, person, tell):
    words = {"subject": "{demand} is over", "body": "Dear {recipient},\n\n{demand} ended on {closed_on}."}
    wording.save(by=person, kind="demand_closed", language="en", **words)
    tell(person, demand="<b>Rice</b> {closed_on}")
    assert mail.deliver_waiting() == 1
    letter = sink.letters[0][1]
    assert letter["Subject"] == "<b>Rice</b> {closed_on} is over"
    text, html = (letter.get_body((part,)).get_content().replace("\r", "") for part in ("plain", "html"))
    assert "Dear 王敏,\n\n<b>Rice</b> {closed_on} ended on November 1, 2026." in text
    assert re.search(r"<p[^>]*>&lt;b&gt;Rice&lt;/b&gt; \{closed_on\} ended on November 1, 2026.</p>", html)
    assert "the day you had set" not in text + html


def test_words_in_another_language_leave_this_one_alone(sink, person, tell):
    wording.save(by=person, kind="demand_closed", language="zh-hans", subject="需求截止", body="{demand}")
    tell(person)
    mail.deliver_waiting()
    assert sink.letters[0][1]["Subject"] == "Your demand has closed: Jasmine rice"


def test_words_of_the_team_stay_one_header(person):
    row = Wording(kind="demand_closed", language="en", subject="{demand}", body="x")
    letter = mail.build(person, "demand_closed", "demand", {"demand": "a\r\nBcc: x@y.z"}, key="k", words=row)
    assert letter.subject == "a Bcc: x@y.z"
