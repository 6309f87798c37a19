"""Letters about matches begin with facts in their reader's language."""

from datetime import date

import pytest
from django.utils.translation import override

from matchmaker.catalogue.models import HSCode
from matchmaker.matching import reasons
from matchmaker.matching.models import Match
from matchmaker.matching.services import letter_facts
from matchmaker.notifications import mail
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def line():
    HSCode.objects.update_or_create(
        code="1006",
        defaults={"level": 4, "text": {"en": "Rice"}, "path": {"en": "Rice"}, "names": {"zh-hans": "大米、泰国香米"}},
    )
    demand = factories.demand(factories.company(city="Wuhan", country="CN"), lines=1, closing_on=date(2027, 1, 31))
    row = demand.lines.first()
    row.text, row.hs_code, row.quantity, row.unit = "泰国茉莉香米，5公斤装", "100630", 120, "t"
    row.category = None
    row.save()
    return row


def letter(person, line):
    context = {"side": "supplier", "mine": "Hom Mali rice", "theirs": line.text, "percent": 81, "count": 1}
    return mail.build(person, "match_found", "match", {**letter_facts.of_line(line), **context, "reasons": []}, key="k")


def test_a_match_letter_begins_with_facts_in_the_readers_language(line):
    made = letter(factories.user(language="en"), line)
    assert made.subject == "A buyer in Wuhan, China looks for: Rice (HS 1006), 120 t"
    lines = made.body.splitlines()
    assert lines[:3] == ["Wanted: Rice (HS 1006)", "Quantity: 120 t", "Buyer in: Wuhan, China"]
    assert lines[3] == "Open until: January 31, 2027"
    assert made.body.index("January 31") < made.body.index(line.text)


def test_a_chinese_reader_is_told_the_everyday_chinese_name(line):
    facts = letter_facts.of_line(line)
    assert facts["what"]["zh-hans"].startswith("大米")


@pytest.mark.parametrize(
    ("names_of_the_code", "named"),
    [
        ({"zh-hans": "藜麦"}, "藜麦（HS 1008）"),
        ({"zh-hans": "藜麦、三色藜麦"}, "藜麦等（HS 1008）"),  # one of several goods with this code
        ({}, "荞麦等（HS 1008）"),
    ],
)
def test_goods_are_never_called_by_the_name_of_others_under_the_same_heading(line, names_of_the_code, named):
    chapter = factories.hs_code("10", level=2, text={"en": "Cereals"}, title={"zh-hans": "谷物"})
    names = {"zh-hans": "荞麦、小米、藜麦"}  # of a heading the first one of each of its codes
    heading = factories.hs_code("1008", level=4, parent=chapter, text={"en": "Buckwheat, millet"}, names=names)
    factories.hs_code("100850", level=6, parent=heading, text={"en": "Quinoa"}, names=names_of_the_code)
    line.hs_code = "100850"
    facts = letter_facts.of_line(line, ["en", "zh-hans"])
    assert facts["what"]["zh-hans"] == named
    assert facts["what"]["en"] == "Buckwheat, millet (HS 1008)"


def test_a_line_without_category_and_code_leaves_the_foreign_text_out_of_the_subject(line):
    line.hs_code = ""
    assert letter(factories.user(language="en"), line).subject == "A demand fits your product: Hom Mali rice"


def test_letters_carry_no_figure_of_closeness():
    match = Match(
        parts={"meaning": 0.43, "crowding": 0.1},
        evidence={"offer_names": {"en": "rice"}, "want_names": {"en": "fragrant rice"}},
    )
    with override("en"):
        assert reasons.sentences(match) == ["“rice” and “fragrant rice” are close in meaning."]
