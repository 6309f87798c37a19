"""Asking companies something, from the console to the last step of joining and back."""

import pytest
from django.urls import reverse

from matchmaker.campaigns.models import Answer, Question
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def organiser(client):
    person = factories.organiser()
    client.force_login(person)
    return person


def asked(client, **fields):
    said = {"label_en": "Certificates you hold", "kind": "choices", "options": "Organic | 有机\nHalal", **fields}
    return client.post(reverse("console_question_new"), said)


def test_a_question_is_asked_answered_while_joining_and_found_again(client, organiser):
    assert asked(client, is_required="on").headers["Location"] == reverse("console_questions")
    question = Question.objects.get()
    assert question.options == [["Organic", "有机"], ["Halal", ""]]
    company = factories.supplier(status="draft")
    client.force_login(factories.member_of(company))
    step = reverse("join_step", args=["supplier", 3])
    said = {"about": "We mill rice.", "consent": "on"}
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
    asked(client, kind="yes_no", options="")
    question, company = Question.objects.get(), factories.supplier()
    client.force_login(factories.member_of(company))
    page = reverse("company_answers", args=[company.uid])
    client.post(page, {f"q-{question.uid}": "no"})
    assert Answer.objects.get().value is False
    assert client.get(page).context["form"].initial == {str(question.uid): "no"}


def test_a_choice_without_options_is_sent_back_with_what_was_typed(client, organiser):
    answer = asked(client, options="Organic")
    assert answer.status_code == 422
    assert "Write between 2 and 60 options." in answer.text
    assert "Certificates you hold" in answer.text


def test_staff_read_and_do_not_ask(client):
    client.force_login(factories.organiser(role="staff"))
    assert client.get(reverse("console_questions")).status_code == 200
    assert asked(client).status_code == 404
    assert not Question.objects.exists()
