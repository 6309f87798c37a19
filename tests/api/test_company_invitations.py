"""Programs of the team invite companies from lists and read what became of the letters."""

import pytest

from matchmaker.accounts.services import create_token
from matchmaker.companies import invitations
from matchmaker.companies.models import Invitation
from tests import factories
from tests.campaigns.test_company_invitations import make_companies

pytestmark = pytest.mark.django_db
URL = "/api/v1/company-invitations/"


@pytest.fixture
def campaign():
    return factories.campaign()


def key(person, *scopes) -> dict:
    return {"headers": {"Authorization": f"Bearer {create_token(by=person, name='k', scopes=list(scopes))[1]}"}}


def send(client, url, person, data):
    return client.post(url, data, content_type="application/json", **key(person, "read", "companies:write"))


def test_a_program_previews_invites_reads_and_withdraws(client, campaign):
    li = factories.organiser(campaign)
    rows = make_companies(campaign, li, {"languages": ["fr"]}, {"contact_email": ""})
    body = {"companies": [str(row.uid) for row in rows], "note": "See you in Wuhan."}
    wanted = {"letters": 1, "languages": {"fr": 1}, "left_out": {"no_address": 1}}
    assert send(client, f"{URL}preview/", li, body).json() == wanted
    assert not Invitation.objects.exists()
    answer = send(client, URL, li, body)
    assert (answer.status_code, answer.json()) == (202, wanted)
    invitations.send_waiting()
    (row,) = client.get(f"{URL}?status=sent", **key(li, "read")).json()["results"]
    assert (row["company"], row["email"], row["reminders"]) == (str(rows[0].uid), rows[0].contact_email, 0)
    assert send(client, f"{URL}{row['uid']}/withdraw/", li, {}).json()["status"] == "withdrawn"
    assert send(client, f"{URL}{row['uid']}/withdraw/", li, {}).json()["code"] == "invitation_over"


def test_others_read_and_invite_nobody(client, campaign):
    li = factories.organiser(campaign)
    rows = make_companies(campaign, li, {})
    body = {"companies": [str(rows[0].uid)]}
    stranger = factories.user()
    assert send(client, URL, stranger, body).status_code == 404
    assert client.post(URL, body, content_type="application/json", **key(li, "read")).status_code == 403
    send(client, URL, li, body)
    for person in (stranger, factories.organiser(campaign, role="staff")):
        assert client.get(URL, **key(person, "read")).json()["results"] == []
