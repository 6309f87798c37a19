"""The survey after an event: sent when it is over, to each person once, answered once."""

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from matchmaker.companies.models import Membership
from matchmaker.core.problems import Refused
from matchmaker.events import services as events
from matchmaker.notifications.models import Notice
from matchmaker.reporting import services
from matchmaker.reporting.models import Survey
from tests import factories
from tests.events.conftest import Hall

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@pytest.fixture
def hall(db):
    return Hall()


@pytest.fixture
def over(hall):
    """An event that ended three days ago, to which one supplier and one buyer came."""
    rows = hall.comes("supplier"), hall.comes("buyer")
    hall.move_to(timezone.now().replace(second=0, microsecond=0) - dt.timedelta(days=3))
    hall.people = [factories.member_of(row.company) for row in rows]
    hall.rows = rows
    return hall


def test_people_are_asked_once_after_the_event(over):
    colleague = factories.user()
    Membership.objects.create(company=over.rows[0].company, user=colleague)
    Membership.objects.create(company=over.rows[1].company, user=colleague)  # works for both
    assert services.send_surveys() == 3
    assert services.send_surveys() == 0
    notices = Notice.objects.filter(kind="meetings_survey")
    assert set(notices.values_list("recipient", flat=True)) == {colleague.pk, *(person.pk for person in over.people)}
    assert set(notices.values_list("path", flat=True)) == {"/meetings/wuhan/survey/"}


def test_nobody_is_asked_before_the_end_after_two_weeks_or_who_withdrew(hall):
    row = hall.comes("supplier")
    assert services.send_surveys() == 0
    hall.move_to(timezone.now() - dt.timedelta(days=20))
    assert services.send_surveys() == 0
    hall.move_to(timezone.now() - dt.timedelta(days=2))
    events.withdraw_from_event(by=hall.organiser, participation=row)
    assert services.send_surveys() == 0


def test_an_answer_counts_once_and_its_words_are_shown_without_a_name(over, client):
    services.send_surveys()
    seller, buyer = over.people
    page = reverse("meetings_survey", args=["wuhan"])
    client.force_login(seller)
    assert client.post(page, {"missing": "Coffee"}).status_code == 422
    assert client.post(page, {"rating": "4", "missing": "More time"}).status_code == 302
    assert client.post(page, {"rating": "1"}).status_code == 422
    survey = Survey.objects.get(person=seller)
    assert (survey.rating, survey.missing) == (4, "More time")
    services.answer_survey(by=buyer, survey=Survey.objects.get(person=buyer), rating=5)
    row = services.event_row(over.event)
    assert (row.surveyed, row.answers, row.again) == (2, 2, 4.5)
    client.force_login(over.organiser)
    shown = client.get(reverse("console_event_results", args=["wuhan"])).text
    assert "More time" in shown
    assert seller.name not in shown


def test_the_survey_of_another_person_does_not_exist(over, client):
    services.send_surveys()
    survey = Survey.objects.get(person=over.people[0])
    with pytest.raises(Refused) as refused:
        services.answer_survey(by=over.people[1], survey=survey, rating=1)
    assert refused.value.status == 404
    client.force_login(factories.user())
    assert client.get(reverse("meetings_survey", args=["wuhan"])).status_code == 404


def test_a_rating_is_one_to_five_also_for_the_database(over):
    services.send_surveys()
    survey = Survey.objects.first()
    with pytest.raises(ValidationError):
        services.answer_survey(by=survey.person, survey=survey, rating=6)
    with pytest.raises(ValidationError):
        services.answer_survey(by=survey.person, survey=survey, rating=None)
    with pytest.raises(IntegrityError), transaction.atomic():
        Survey.objects.filter(pk=survey.pk).update(rating=6, answered_at=timezone.now())
