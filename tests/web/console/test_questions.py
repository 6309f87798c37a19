"""Asking companies something, from the console to the last step of joining and back."""

import csv
import io

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from matchmaker.campaigns.models import Answer, Question
from matchmaker.campaigns.services.questions import answer_questions
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    person = factories.organiser()
    client.force_login(person)
    return person


def post_question(client, **fields):
    said = {"label_en": "Certificates you hold", "kind": "choices", "options": "Organic | 有机\nHalal", **fields}
    return client.post(reverse("console_question_new"), said)


def test_a_question_is_asked_answered_while_joining_and_found_again(client, organiser):
    assert post_question(client, is_required="on").headers["Location"] == reverse("console_questions")
    question = Question.objects.get()
    assert question.options == [{"en": "Organic", "zh-hans": "有机"}, {"en": "Halal"}]
    company = factories.supplier(status="draft")
    client.force_login(factories.member_of(company))
    step = reverse("join_step", args=["supplier", 3])
    said = {"about_en": "We mill rice.", "consent": "on"}
    refused = client.post(step, said)
    assert refused.status_code == 422
    assert refused.context["asked"].errors == {str(question.uid): ["This field is required."]}
    assert client.post(step, {**said, f"q-{question.uid}": ["Halal"]}).headers["Location"] == reverse("desk")
    assert Answer.objects.get().value == ["Halal"]
    client.force_login(organiser)
    found = client.get(reverse("console_answers"), {"q": "halal", "question": str(question.uid)})
    assert [row.pk for row in found.context["page"].object_list] == [company.pk]
    assert list(client.get(reverse("console_answers"), {"q": "kosher"}).context["page"].object_list) == []
    assert "Halal" in client.get(reverse("console_company", args=[company.uid])).text


def test_answers_are_changed_on_their_own_page(client, organiser):
    post_question(client, kind="yes_no", options="")
    question, company = Question.objects.get(), factories.supplier()
    client.force_login(factories.member_of(company))
    page = reverse("company_answers", args=[company.uid])
    client.post(page, {f"q-{question.uid}": "no"})
    assert Answer.objects.get().value is False
    assert client.get(page).context["form"].initial == {str(question.uid): "no"}


def test_a_choice_without_options_is_sent_back_with_what_was_typed(client, organiser):
    answer = post_question(client, options="Organic")
    assert answer.status_code == 422
    assert "Write between 2 and 60 options." in answer.text
    assert "Certificates you hold" in answer.text


def test_staff_read_and_do_not_ask(client):
    client.force_login(factories.organiser(role="staff"))
    assert client.get(reverse("console_questions")).status_code == 200
    assert post_question(client).status_code == 404
    assert not Question.objects.exists()


def test_answers_leave_as_a_sheet_with_a_column_a_question_and_no_formula(client, organiser):
    """What is typed as a formula is text in the file; numbers stay numbers; what was not answered is empty."""
    campaign = organiser.organiser_of.get().campaign
    post_question(client, label_en="Your motto", kind="line", options="")
    post_question(client, label_en="Turnover", kind="number", options="")
    motto, turnover = Question.objects.order_by("pk")
    one, two = factories.supplier(legal_name="Alpha Mill"), factories.supplier(legal_name="Beta Mill")
    for company, said in ((one, {motto: "=1+1", turnover: "1250.50"}), (two, {motto: "Rice, good rice"})):
        answers = {str(question.uid): value for question, value in said.items()}
        answer_questions(by=factories.member_of(company), company=company, campaign=campaign, answers=answers)
    page = client.get(reverse("console_answers"), {"q": "rice"})
    answer = client.get(page.context["files"]["csv"])
    assert list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))) == [
        ["Company", "Country or region", "Your motto", "Turnover"],
        ["Beta Mill", "TH", "Rice, good rice", ""],
    ]
    every = client.get(reverse("console_answers_export", args=["xlsx"]))
    rows = [list(row) for row in load_workbook(io.BytesIO(every.content)).active.iter_rows(values_only=True)]
    assert rows[1:] == [["Alpha Mill", "TH", "'=1+1", 1250.5], ["Beta Mill", "TH", "Rice, good rice", None]]
    client.force_login(factories.organiser(campaign, "staff"))
    assert client.get(reverse("console_answers_export", args=["csv"])).status_code == 404
    assert client.get(reverse("console_answers")).context["files"] == {}
