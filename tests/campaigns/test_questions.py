"""A campaign's own questions: kinds, who is asked, what needs an answer, what stays."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from matchmaker.campaigns.models import Answer, Question
from matchmaker.campaigns.services import questions, submit_company
from matchmaker.core.problems import Refused
from tests import factories

pytestmark = pytest.mark.django_db
OPTIONS = [{"en": "Organic", "zh-hans": "有机"}, {"en": "Halal", "zh-hans": "清真"}, {"en": "None"}]


@pytest.fixture
def team():
    return factories.organiser(factories.campaign())


def ask(team, **fields):
    said = {"side": "", "kind": "line", "label": {"en": "Brand", "zh-hans": "品牌"}, "help": {}}
    said |= {"options": [], "is_required": False, **fields}
    return questions.save_question(by=team, campaign=team.organiser_of.get().campaign, **said)


def answer(company, question, raw):
    said = {str(question.uid): raw}
    by = factories.member_of(company)
    return questions.answer_questions(by=by, company=company, campaign=question.campaign, answers=said)


KEPT = [
    ("line", "  Surin Gold ", "Surin Gold", "Surin Gold"),
    ("text", "One.\nTwo.", "One.\nTwo.", "One.\nTwo."),
    ("number", "12.50", 12.5, "12.5"),
    ("number", 40, 40, "40"),
    ("day", dt.date(2027, 3, 15), "2027-03-15", "2027-03-15"),
    ("yes_no", "no", False, "no 否"),
    ("choice", "Halal", "Halal", "Halal 清真"),
    ("choices", ["Halal", "Organic"], ["Organic", "Halal"], "Organic 有机, Halal 清真"),
    ("country", "TH", "TH", "TH Thailand 泰国"),
    ("address", "https://surin.example", "https://surin.example", "https://surin.example"),
]


@pytest.mark.parametrize(("kind", "raw", "value", "words"), KEPT)
def test_an_answer_of_each_kind_is_kept(team, kind, raw, value, words):
    company = factories.supplier()
    question = ask(team, kind=kind, options=OPTIONS)
    assert answer(company, question, raw) == 1
    kept = Answer.objects.get()
    assert (kept.value, kept.words) == (value, words)
    assert answer(company, question, raw) == 0


REFUSED = [
    ("line", "two\nlines"),
    ("line", "x" * 201),
    ("line", "\u202eabc"),
    ("text", "nul\x00"),
    ("number", "1,5"),
    ("number", "NaN"),
    ("number", "1e400"),
    ("day", "2027-02-30"),
    ("yes_no", "perhaps"),
    ("choice", "Kosher"),
    ("choice", ["Halal", "Organic"]),
    ("choices", ["Halal", "Kosher"]),
    ("country", "XX"),
    ("address", "javascript:alert(1)"),
]


@pytest.mark.parametrize(("kind", "raw"), REFUSED)
def test_what_is_no_answer_is_refused_and_nothing_is_kept(team, kind, raw):
    question = ask(team, kind=kind, options=OPTIONS)
    with pytest.raises(ValidationError) as refused:
        answer(factories.supplier(), question, raw)
    assert list(refused.value.error_dict) == [str(question.uid)]
    assert not Answer.objects.exists()


def test_an_empty_answer_takes_the_earlier_one_away(team):
    company, question = factories.supplier(), ask(team)
    answer(company, question, "Surin Gold")
    assert answer(company, question, "") == 1
    assert not Answer.objects.exists()


def test_each_side_is_asked_its_own(team):
    for_sellers, for_buyers, for_all = (ask(team, side=side) for side in ("supplier", "buyer", ""))
    campaign = for_all.campaign
    assert list(questions.questions_for(factories.supplier(), campaign)) == [for_sellers, for_all]
    assert list(questions.questions_for(factories.buyer(), campaign)) == [for_buyers, for_all]


def test_a_company_is_not_submitted_without_the_answers_that_are_needed(team):
    company, question = factories.supplier(status="draft"), ask(team, is_required=True)
    by = factories.member_of(company)
    with pytest.raises(ValidationError) as refused:
        submit_company(by=by, company=company, campaign=question.campaign)
    assert refused.value.messages == ["The campaign needs an answer to: Brand"]
    answer(company, question, "Surin Gold")
    assert submit_company(by=by, company=company, campaign=question.campaign).status == "pending"


def test_what_was_answered_keeps_its_kind_and_its_options(team):
    question = ask(team, kind="choice", options=OPTIONS)
    answer(factories.supplier(), question, "Halal")
    said = {name: getattr(question, name) for name in questions.FIELDS}
    for change, field in (({"kind": "line"}, "kind"), ({"options": [{"en": "Organic"}, {"en": "None"}]}, "options")):
        with pytest.raises(ValidationError) as refused:
            questions.save_question(by=team, campaign=question.campaign, question=question, **{**said, **change})
        assert list(refused.value.error_dict) == [field]


def test_a_retired_question_is_asked_no_longer_and_keeps_its_answers(team):
    company, question = factories.supplier(), ask(team)
    answer(company, question, "Surin Gold")
    questions.retire_question(by=team, question=question)
    assert not questions.questions_for(company, question.campaign).exists()
    assert [row.words for row in questions.answers_of(company, question.campaign)] == ["Surin Gold"]


def test_questions_move_up_and_down(team):
    first, second, third = ask(team, label={"en": "1"}), ask(team, label={"en": "2"}), ask(team, label={"en": "3"})
    questions.move_question(by=team, question=third, step=-1)
    questions.move_question(by=team, question=first, step=-1)
    assert list(Question.objects.active()) == [first, third, second]


def test_only_the_team_asks_and_only_administrators_answer(team):
    question, company = ask(team), factories.supplier()
    with pytest.raises(Refused) as refused:
        questions.retire_question(by=factories.member_of(company), question=question)
    assert refused.value.status == 404
    with pytest.raises(Refused) as refused:
        questions.answer_questions(
            by=factories.user(), company=company, campaign=question.campaign, answers={str(question.uid): "x"}
        )
    assert refused.value.status == 404


def test_answers_are_seen_by_the_company_and_the_team(team):
    company, question = factories.supplier(), ask(team)
    answer(company, question, "Surin Gold")
    seen = {
        "company": Answer.objects.visible_to(factories.member_of(company)).count(),
        "team": Answer.objects.visible_to(team).count(),
        "other company": Answer.objects.visible_to(factories.member_of(factories.supplier())).count(),
    }
    assert seen == {"company": 1, "team": 1, "other company": 0}


def test_a_question_that_was_asked_after_a_company_joined_waits_for_it(team):
    joined = timezone.now()
    company = factories.supplier(submitted_at=joined)
    before, needed, after = ask(team), ask(team, is_required=True), ask(team)
    Question.objects.filter(pk__in=[before.pk, needed.pk]).update(created_at=joined - dt.timedelta(days=1))
    Question.objects.filter(pk=after.pk).update(created_at=joined + dt.timedelta(days=1))
    assert questions.questions_waiting(company, after.campaign) == 2  # the one before was left empty on purpose
    answer(company, after, "Surin Gold")
    assert questions.questions_waiting(company, after.campaign) == 1
    answer(company, needed, "Surin Gold")
    assert questions.questions_waiting(company, after.campaign) == 0


@pytest.mark.parametrize("side", ["supplier", "buyer"])
def test_a_new_question_stands_on_the_desk_and_the_page_of_a_company(team, client, side):
    boss, clerk = factories.user(), factories.user()
    company = getattr(factories, side)(boss, submitted_at=timezone.now() - dt.timedelta(days=9))
    company.memberships.create(user=clerk, role="member")
    ask(team)
    there = f"/companies/{company.uid}/answers/"
    client.force_login(boss)
    assert there in client.get(f"/{side}/").text
    assert there in client.get(f"/{side}/company/").text
    client.force_login(clerk)  # who may not answer for the company
    assert there not in client.get(f"/{side}/").text
    assert there not in client.get(f"/{side}/company/").text
