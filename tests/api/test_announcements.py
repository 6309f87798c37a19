"""Announcements over the API: written, changed, sent once, to many only by two, not for other teams."""

import pytest
from django.urls import reverse

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.services import announcements, team
from matchmaker.notifications.models import Announcement, Notice
from tests import factories

pytestmark = pytest.mark.django_db
SUBJECTS = {"en": "Doors open at nine", "zh-hans": "九点开门"}
BODIES = {"en": "Bring your badge.", "zh-hans": "请携带胸卡。", "fr": ""}


def at(name: str, *args) -> str:
    return reverse(f"api_{name}", args=args)


@pytest.fixture
def campaign():
    return factories.campaign()


@pytest.fixture
def people(campaign):
    """One supplier of Thailand and one buyer, each with one person."""
    found = []
    for make, country in ((factories.supplier, "TH"), (factories.buyer, "CN")):
        person = factories.user()
        company = make(person)
        type(company).objects.filter(pk=company.pk).update(country=country)
        factories.take_part(campaign, company)
        found.append(person)
    return found


@pytest.fixture
def api(caller, campaign):
    return caller(factories.organiser(campaign))


def test_it_is_written_looked_at_changed_and_sent_once(api, campaign, people):
    made = api.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES})
    assert (made.status_code, made["Location"]) == (201, f"http://testserver{at('announcement', made.json()['uid'])}")
    row = made.json()
    assert (row["state"], row["campaign"], row["reach"]["people"]) == ("draft", campaign.slug, 2)
    assert row["subjects"] == SUBJECTS
    changed = api.patch(at("announcement", row["uid"]), {"audience": {"side": "suppliers", "countries": ["TH"]}}).json()
    assert (changed["subjects"], changed["reach"]["people"]) == (SUBJECTS, 1)
    assert Notice.objects.count() == 0
    sent = api.post(at("announcement_send", row["uid"])).json()
    assert (sent["state"], sent["reached"], sent["reach"]) == ("sent", 1, None)
    assert list(Notice.objects.values_list("recipient", flat=True)) == [people[0].pk]
    again = api.post(at("announcement_send", row["uid"]))
    assert (again.status_code, again.json()["code"]) == (409, "already_sent")
    assert api.patch(at("announcement", row["uid"]), {"subjects": SUBJECTS}).json()["code"] == "already_sent"


def test_a_try_goes_to_its_author_alone_and_what_is_called_back_is_closed(api, people):
    uid = api.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).json()["uid"]
    api.post(at("announcement_try_out", uid))
    (trial,) = Notice.objects.all()
    assert trial.recipient not in people
    api.post(at("announcement_send", uid))
    assert Notice.objects.filter(recipient__in=people, read_at=None).count() == 2
    assert api.post(at("announcement_call_back", uid)).status_code == 200
    assert Notice.objects.filter(recipient__in=people, read_at=None).count() == 0


def test_to_many_it_goes_when_a_second_person_sends_it_too(caller, campaign, people, monkeypatch):
    monkeypatch.setattr(announcements, "ALONE", 1)
    first, second = (caller(factories.organiser(campaign)) for _ in range(2))
    uid = first.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).json()["uid"]
    assert first.post(at("announcement_send", uid)).json()["state"] == "waiting"
    alone = first.post(at("announcement_send", uid))
    assert (alone.status_code, alone.json()["code"]) == (409, "second_person")
    unread = second.post(at("announcement_send", uid))
    assert (unread.status_code, unread.json()["code"]) == (412, "stale_version")
    read = second.get(at("announcement", uid))["ETag"]
    assert second.post(at("announcement_send", uid), **{"If-Match": read}).json()["state"] == "sent"


def test_consent_holds_for_what_the_second_person_has_read(caller, campaign, people, monkeypatch):
    monkeypatch.setattr(announcements, "ALONE", 1)
    first, second = (caller(factories.organiser(campaign)) for _ in range(2))
    uid = first.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).json()["uid"]
    first.post(at("announcement_send", uid))
    read = second.get(at("announcement", uid))["ETag"]
    first.patch(at("announcement", uid), {"subjects": {"en": "Pay the fee here", "zh-hans": "在此付费"}})
    assert first.post(at("announcement_send", uid)).json()["state"] == "waiting"
    stale = second.post(at("announcement_send", uid), **{"If-Match": read})
    assert (stale.status_code, stale.json()["code"]) == (412, "stale_version")
    assert (Announcement.objects.get().state, Notice.objects.count()) == ("waiting", 0)


def test_a_change_names_what_was_read(api, people):
    made = api.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES})
    read = {"If-Match": api.get(at("announcement", made.json()["uid"]))["ETag"]}
    assert made["ETag"] == f'"{made.json()["revision"]}"'
    assert read["If-Match"].startswith(made["ETag"].rstrip('"'))
    changed = api.patch(at("announcement", made.json()["uid"]), {"audience": {"side": "buyers"}}, **read)
    assert changed["ETag"] != read["If-Match"]
    late = api.patch(at("announcement", made.json()["uid"]), {"audience": {"side": "suppliers"}}, **read)
    assert (late.status_code, late.json()["code"]) == (412, "stale_version")
    assert Announcement.objects.get().audience["side"] == "buyers"


def test_what_was_not_sent_cannot_be_called_back(api, people):
    uid = api.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).json()["uid"]
    assert api.post(at("announcement_call_back", uid)).json()["code"] == "not_sent"
    assert not AuditEntry.objects.filter(verb="call_back_announcement").exists()


@pytest.mark.parametrize("leaves", [True, False])
def test_who_no_longer_decides_reads_no_letter_that_is_still_written(caller, client, campaign, people, leaves):
    """A trial leads to the letter as it stands now: its page, the list of notices and the API showed later drafts."""
    admin, leaver = factories.organiser(campaign, role="admin"), factories.organiser(campaign)
    team_member = caller(leaver)
    uid = team_member.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).json()["uid"]
    team_member.post(at("announcement_try_out", uid))
    client.force_login(leaver)
    page, notices = reverse("announcement", args=[uid]), reverse("notices")
    assert SUBJECTS["en"] in client.get(page).content.decode()
    place = leaver.organiser_of.get()
    team.remove(by=admin, one=place) if leaves else team.change_role(by=admin, one=place, role="staff")
    later = {"subjects": {"en": "What nobody knows yet", "zh-hans": "尚未公布"}}
    assert caller(admin).patch(at("announcement", uid), later).status_code == 200
    assert client.get(page).status_code == 404
    assert "What nobody knows yet" not in client.get(notices).content.decode()
    assert team_member.get(at("notices")).json()["count"] == 0


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"subjects": {"en": "Only English"}}, "subjects.zh-hans"),
        ({"bodies": {**BODIES, "fr": "Apportez votre badge."}}, "subjects.fr"),
        ({"audience": {"countries": ["XX"]}}, "audience.countries"),
        ({"audience": {"side": "both"}}, "audience.side"),
        ({"sender": {"en": "Someone else"}}, "sender"),
    ],
)
def test_what_is_wrong_is_named_by_its_member(api, change, field):
    answer = api.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES, **change})
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
    assert [error["field"] for error in answer.json()["errors"]] == [field]
    assert not Announcement.objects.exists()


def test_another_team_and_a_reader_of_the_team_find_none(caller, api, campaign):
    uid = api.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).json()["uid"]
    other = factories.organiser(factories.campaign(slug="other", is_current=False))
    viewer = factories.organiser(campaign, role="staff")
    for stranger in (other, viewer, factories.user()):
        theirs = caller(stranger)
        assert theirs.get(at("announcements")).json()["count"] == 0
        for name in ("announcement_send", "announcement_try_out", "announcement_discard"):
            assert theirs.post(at(name, uid)).status_code == 404
    assert caller(viewer).post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).status_code == 404
    person = factories.organiser(campaign)
    assert caller(person, scopes=["read", "companies:write"]).post(at("announcement_send", uid)).status_code == 403
    assert Announcement.objects.get().state == "draft"


def test_a_draft_is_deleted_and_a_sent_one_stays(api, people):
    draft, sent = (api.post(at("announcements"), {"subjects": SUBJECTS, "bodies": BODIES}).json() for _ in range(2))
    api.post(at("announcement_send", sent["uid"]))
    assert api.post(at("announcement_discard", draft["uid"])).status_code == 204
    assert api.post(at("announcement_discard", sent["uid"])).json()["code"] == "already_sent"
    assert [row["uid"] for row in api.get(at("announcements")).json()["results"]] == [sent["uid"]]
