"""Who leaves an organisation is told nothing more of it, on no channel."""

from datetime import timedelta

import pytest
from django.utils import timezone

from matchmaker.companies import members
from matchmaker.companies.models import Membership
from matchmaker.companies.notices import notify_company
from matchmaker.notifications import digests, health, mail, services, webhooks
from matchmaker.notifications.models import Delivery, Digest, Notice, Preference, WebhookDelivery
from matchmaker.notifications.reasons import KNOWN
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.supplier()


@pytest.fixture
def leaving(company):
    return Membership.objects.create(company=company, user=factories.user())


def news(company, key="match_found:1", mine="Secret rice", **more):
    context = {"side": "supplier", "mine": mine, "theirs": mine, "percent": 80, "count": 1, "reasons": {}}
    return services.notify(
        kind="match_found", to=company.members.all(), about=company.uid, event_key=key, context=context, **more
    )


def states(person) -> set:
    return set(Delivery.objects.filter(notice__recipient=person).values_list("state", flat=True))


def test_mail_on_its_way_to_a_removed_member_does_not_leave_and_her_colleagues_does(company, leaving, mailoutbox):
    admin = factories.member_of(company)
    news(company)
    members.remove_member(by=admin, membership=leaving)
    assert mail.deliver_waiting() == 1
    assert [letter.to for letter in mailoutbox] == [[admin.email]]
    assert states(leaving.user) == {"cancelled"}
    assert Delivery.objects.get(notice__recipient=leaving.user).last_error in KNOWN  # it is shown in any language
    assert not Notice.objects.visible_to(leaving.user).exists()
    assert Notice.objects.visible_to(admin).count() == 1


def test_what_waits_for_the_summary_is_left_out_of_it(company, leaving, mailoutbox):
    Preference.objects.create(user=leaving.user, topic="match", channel="email", frequency="daily")
    news(company)
    other = factories.supplier(legal_name="Other mill")
    Membership.objects.create(company=other, user=leaving.user)
    news(other, "match_found:2", "Other rice")
    Delivery.objects.update(created_at=timezone.now() - timedelta(days=2))
    members.leave_company(by=leaving.user, company=company)
    assert states(leaving.user) == {"cancelled", "waiting"}
    with_about = Notice.objects.filter(recipient=leaving.user, in_app=True).values_list("about", flat=True)
    assert list(with_about) == [other.uid]
    waiting = Delivery.objects.waiting().filter(notice__recipient=leaving.user)
    digest = Digest.objects.create(recipient=leaving.user, period=timezone.localdate(), not_before=timezone.now())
    waiting.update(digest=digest)
    assert digests.deliver_waiting() == 1
    assert mailoutbox[-1].to == [leaving.user.email]
    assert [row.about for row in Notice.objects.filter(deliveries__digest=digest)] == [other.uid]


def test_reminders_written_ahead_and_her_own_program_are_called_off(company, leaving):
    endpoint, _secret = webhooks.create_endpoint(
        by=leaving.user, url="https://erp.example.org/hook", name="ERP", types=[]
    )
    news(company, at=timezone.now() + timedelta(days=3))
    news(company, "match_found:now")
    news(company, "match_found:site", only_on_site=True)
    members.leave_company(by=leaving.user, company=company)
    assert set(endpoint.deliveries.values_list("state", flat=True)) == {"cancelled"}
    assert Notice.objects.filter(recipient=leaving.user, not_before__isnull=False).count() == 0
    assert health.gaps()["untold"] == 0


def test_what_she_read_stays_hers_and_news_of_others_goes_on(company, leaving):
    news(company)
    services.mark_read(by=leaving.user)
    services.notify(kind="welcome", to=[leaving.user], event_key="w", context={}, path="/")
    members.remove_member(by=factories.member_of(company), membership=leaving)
    assert [notice.kind for notice in Notice.objects.visible_to(leaving.user)] == ["welcome", "match_found"]


def test_the_programs_of_the_company_go_on(company, leaving):
    webhooks.create_endpoint(
        by=leaving.user, url="https://erp.example.org/hook", name="E", types=[], owner_uid=company.uid
    )
    notify_company(company, kind="match_found", event_key="k", context={}, ids={"match": "1"})
    members.remove_member(by=factories.member_of(company), membership=leaving)
    assert list(WebhookDelivery.objects.values_list("state", flat=True)) == ["waiting"]
