"""All companies of an event are told in a handful of queries, each of its own meetings."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from matchmaker.events.models import PlanDraft
from matchmaker.events.services import notices
from matchmaker.notifications.models import Notice
from tests import factories


def queries_to_tell(event, companies: list, tell) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert tell(event, {company.pk: number for number, company in enumerate(companies)}) == len(companies)
    return len(queries)


def publish(event, meetings):
    draft = PlanDraft.objects.create(event=event, state=PlanDraft.State.READY)
    return notices.notify_plan(draft, meetings)


def call_off(event, meetings):
    return notices.notify_called_off(event, meetings, key=f"meetings_off:{len(meetings)}", at=None)


@pytest.mark.slow
@pytest.mark.parametrize("tell", [publish, call_off])
def test_fifty_companies_cost_as_many_queries_as_five(hall, tell):
    rows = [hall.comes("supplier") for _number in range(55)]
    companies = [row.company for row in rows]
    few = queries_to_tell(hall.event, companies[:5], tell)
    many = queries_to_tell(hall.event, companies[5:], tell)
    assert many == few < 25
    own = {notice.recipient_id: notice.context for notice in Notice.objects.filter(about__isnull=False)}
    for number, row in enumerate(rows):
        context = own[factories.member_of(row.company).pk]
        assert context["company"]["en"] == (row.company.name_latin or row.company.legal_name)
        assert context["calendar"] == {"maker": "events.agenda", "key": str(row.uid)}
        assert context["meetings"] == (number if number < 5 else number - 5)
