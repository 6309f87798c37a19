"""From a list to people: the contact persons of imported companies are invited, reminded, and may refuse."""

import datetime as dt
import re
from email.utils import parseaddr

import pytest
from allauth.account.models import EmailAddress
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns.models import CompanyInvitation, InvitationReminder
from matchmaker.campaigns.services import company_imports, company_invitations
from matchmaker.companies import invitations
from matchmaker.companies.models import Company, Invitation, Membership
from matchmaker.core.problems import Refused
from matchmaker.notifications import bounces
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign():
    return factories.campaign(name={"en": "Export to China 2027", "zh-hans": "出口中国2027"})


@pytest.fixture
def li(campaign):
    return factories.organiser(campaign, name="Li Wei")


def make_companies(campaign, by, *rows: dict) -> list[Company]:
    """Companies as an import brings them in: without people."""
    companies = [
        Company(**{"legal_name": f"Mill {n}", "country": "VN", "contact_email": f"office{n}@mill.example", **row})
        for n, row in enumerate(rows)
    ]
    company_imports.add_companies(by=by, campaign=campaign, side="supplier", companies=companies, source="test")
    return companies


def invite(campaign, by, companies, **more):
    return company_invitations.invite_companies(by=by, campaign=campaign, companies=companies, **more)


def status_of(company: Company) -> str:
    return CompanyInvitation.objects.with_status().get(invitation__company=company).status


def later(days: int) -> None:
    """Move what was sent so many days into the past."""
    past = dt.timedelta(days=days)
    for row in Invitation.objects.all():
        Invitation.objects.filter(pk=row.pk).update(
            finished_at=row.finished_at and row.finished_at - past, expires_at=row.expires_at - past
        )
    for letter in InvitationReminder.objects.filter(finished_at__isnull=False):
        InvitationReminder.objects.filter(pk=letter.pk).update(finished_at=letter.finished_at - past)


def test_the_letter_names_campaign_company_and_who_invites_in_the_language_of_the_contact(
    campaign, li, mailoutbox, settings
):
    settings.SENDER_ORGANISATION = "Department of Commerce of Hubei"
    (company,) = make_companies(
        campaign, li, {"legal_name": "Molinos del Sur", "country": "AR", "languages": ["en", "es"]}
    )
    invite(campaign, li, [company], note="We met in Buenos Aires.")
    assert status_of(company) == "waiting"
    assert invitations.send_waiting() == 1
    (letter,) = mailoutbox
    assert letter.subject == "Molinos del Sur is invited to Export to China 2027"
    for words in ("Export to China 2027", "Department of Commerce of Hubei", "Li Wei", "We met in Buenos Aires."):
        assert words in letter.body
        assert words in letter.alternatives[0][0]
    token = re.search(r"/invitations/([^/]+)/\n", letter.body)[1]
    assert invitations.find(token) == Invitation.objects.get()
    assert letter.extra_headers["List-Unsubscribe"].endswith("/refuse/>")
    assert parseaddr(letter.extra_headers["List-Unsubscribe"])[1] in letter.body
    assert status_of(company) == "sent"


@pytest.mark.parametrize(
    ("fields", "language"),
    [
        ({"country": "VN"}, "vi"),
        ({"country": "IN"}, "en"),
        ({"country": "CH", "languages": ["it", "de"]}, "it"),
        ({"country": "KE", "languages": ["sw", "fr"]}, "fr"),
        ({"country": "PL"}, "en"),
        ({"country": "CN"}, "zh-hans"),
        ({"country": "SN", "language": "pt"}, "pt"),
    ],
)
def test_the_language_of_the_letter(fields, language):
    assert company_invitations.letter_language(Company(legal_name="A", **fields)) == language


def test_the_preview_counts_letters_languages_and_who_is_left_out_and_why(campaign, li):
    bounces.suppress(address="dead@mill.example", reason="came back")
    rows = make_companies(
        campaign,
        li,
        {},
        {"languages": ["fr"]},
        {"contact_email": ""},
        {"contact_email": "Dead@mill.example"},
        {},
    )
    Company.objects.filter(pk=rows[4].pk).update(status="suspended")
    peopled = factories.company()
    campaign.companies.add(peopled, through_defaults={"side": "supplier"})
    stranger = factories.company()
    selection = company_invitations.select(by=li, campaign=campaign, companies=[*rows, peopled, stranger])
    assert selection.count == 2
    assert selection.languages == {"vi": 1, "fr": 1}
    assert selection.reasons == {"closed": 1, "has_people": 1, "no_address": 1, "bounced": 1}
    assert not CompanyInvitation.objects.exists()


def test_who_is_invited_is_not_invited_again_and_a_new_address_takes_the_place_of_the_old(campaign, li):
    (company,) = make_companies(campaign, li, {})
    invite(campaign, li, [company])
    with pytest.raises(Refused) as refusal:
        invite(campaign, li, [company])
    assert refusal.value.code == "nobody"
    company_invitations.correct_contact(by=li, campaign=campaign, company=company, email="sales@mill.example")
    invite(campaign, li, [company])
    first, second = Invitation.objects.order_by("not_before", "created_at")
    assert (first.email, first.state) == ("office0@mill.example", "cancelled")
    assert first.withdrawn_at
    assert (second.email, second.state) == ("sales@mill.example", "waiting")


def test_a_letter_to_a_wrong_address_opens_nothing_once_the_address_is_corrected(campaign, li):
    (company,) = make_companies(campaign, li, {})
    invite(campaign, li, [company])
    wrong = factories.user(email="office0@mill.example")
    company_invitations.correct_contact(by=li, campaign=campaign, company=company, email="sales@mill.example")
    assert status_of(company) == "withdrawn"
    with pytest.raises(Refused) as refusal:
        invitations.accept(by=wrong, invitation=Invitation.objects.get())
    assert refusal.value.code == "invitation_over"
    assert not company.memberships.exists()


def test_thousands_wait_and_leave_sixty_a_minute(campaign, li, monkeypatch):
    rows = make_companies(campaign, li, *[{} for _n in range(130)])
    before = timezone.now()
    assert invite(campaign, li, rows[:125]).count == 125
    leaves = sorted((row.not_before - before).total_seconds() // 60 for row in Invitation.objects.all())
    assert [leaves.count(minute) for minute in (0, 1, 2)] == [60, 60, 5]
    invite(campaign, li, rows[125:])
    assert Invitation.objects.filter(not_before__gte=before + dt.timedelta(minutes=3)).count() == 5
    monkeypatch.setattr(company_invitations, "MOST", 100)
    with pytest.raises(Refused) as refusal:
        company_invitations.select(by=li, campaign=campaign, companies=rows)
    assert refusal.value.code == "too_many"


def test_a_campaign_has_a_limit_a_day(campaign, li, monkeypatch):
    rows = make_companies(campaign, li, {}, {}, {})
    monkeypatch.setattr(company_invitations, "A_DAY", 2)
    with pytest.raises(Refused) as refusal:
        invite(campaign, li, rows)
    assert (refusal.value.code, refusal.value.status) == ("too_many_invitations", 429)
    assert not Invitation.objects.exists()


def test_inviting_many_takes_few_queries(campaign, li, django_assert_max_num_queries):
    rows = make_companies(campaign, li, *[{} for _n in range(300)])
    with django_assert_max_num_queries(40):
        invite(campaign, li, rows)
    entry = AuditEntry.objects.get(verb="invite_companies")
    assert entry.facts == {"companies": 300, "note": ""}


def test_a_note_with_hidden_characters_is_refused_and_nothing_is_written(campaign, li):
    rows = make_companies(campaign, li, {})
    with pytest.raises(ValidationError) as problem:
        invite(campaign, li, rows, note="a\x00b")
    assert list(problem.value.message_dict) == ["note"]


def test_others_cannot_invite(campaign, li):
    rows = make_companies(campaign, li, {})
    for person in (factories.user(), factories.organiser(campaign, role="staff")):
        with pytest.raises(Refused) as refusal:
            invite(campaign, person, rows)
        assert refusal.value.status == 404


def test_who_has_an_account_reads_it_there_and_becomes_administrator(campaign, li):
    (company,) = make_companies(campaign, li, {"contact_email": "Somchai@Mill.example"})
    somchai = factories.user(email="somchai@mill.example")
    invite(campaign, li, [company])
    assert Notice.objects.get(recipient=somchai).kind == "company_invitation"
    assert invitations.send_waiting() == 0
    invitations.accept(by=somchai, invitation=invitations.waiting_for(somchai)[0])
    assert Membership.objects.get(company=company).role == "admin"
    assert status_of(company) == "came"


def test_an_address_that_is_not_confirmed_opens_nothing(campaign, li):
    (company,) = make_companies(campaign, li, {})
    invite(campaign, li, [company])
    person = factories.user(email="office0@mill.example")
    EmailAddress.objects.update(verified=False)
    with pytest.raises(Refused) as refusal:
        invitations.accept(by=person, invitation=Invitation.objects.get())
    assert refusal.value.code == "other_address"


def test_two_reminders_leave_after_seven_and_twenty_one_days_and_no_third(campaign, li, mailoutbox):
    (company,) = make_companies(campaign, li, {})
    invite(campaign, li, [company])
    invitations.send_waiting()
    days = []
    for day in range(1, 40):
        later(1)
        company_invitations.write_reminders()
        if company_invitations.send_waiting():
            days.append(day)
    assert days == [7, 21]
    assert len({letter.extra_headers["Message-ID"] for letter in mailoutbox}) == 3
    assert CompanyInvitation.objects.with_status().get().reminders == 2
    assert status_of(company) == "expired"


@pytest.mark.parametrize("answer", ["came", "refused", "withdrawn", "bounced", "people"])
def test_reminders_stop_when_there_is_an_answer(campaign, li, mailoutbox, answer):
    (company,) = make_companies(campaign, li, {})
    invite(campaign, li, [company])
    invitations.send_waiting()
    later(8)
    assert company_invitations.write_reminders() == 1
    assert company_invitations.write_reminders() == 0
    row = CompanyInvitation.objects.select_related("invitation").get()
    if answer == "came":
        person = factories.user(email=row.invitation.email)
        invitations.accept(by=person, invitation=row.invitation)
    elif answer == "refused":
        invitations.refuse(row.invitation)
    elif answer == "withdrawn":
        company_invitations.withdraw(by=li, campaign=campaign, invitation=row)
    elif answer == "bounced":
        bounces.suppress(address=row.invitation.email, reason="mail to this address came back")
    else:
        Membership.objects.create(company=company, user=factories.user())
    assert company_invitations.send_waiting() == 0
    assert len(mailoutbox) == 1
    assert status_of(company) == ("sent" if answer == "people" else answer)


def test_who_refuses_is_not_written_to_again_by_anybody(campaign, li, mailoutbox):
    one, other = make_companies(campaign, li, {}, {"contact_email": "office0@mill.example"})
    invite(campaign, li, [one, other])
    invitations.refuse(Invitation.objects.filter(company=one).get())
    assert invitations.send_waiting() == 0
    assert (status_of(one), status_of(other)) == ("refused", "withdrawn")
    assert company_invitations.select(by=li, campaign=campaign, companies=[one, other]).reasons == {"refused": 2}
    colleague = factories.company()
    with pytest.raises(Refused) as refusal:
        invitations.invite(by=factories.member_of(colleague), company=colleague, email="office0@mill.example")
    assert refusal.value.code == "address_refused"
    assert AuditEntry.objects.filter(verb="refuse_invitation").count() == 1


def test_a_company_that_was_invited_stays_when_its_import_is_undone(campaign, li):
    one, other = make_companies(campaign, li, {}, {})
    invite(campaign, li, [one])
    stay = company_imports.remove_companies(by=li, campaign=campaign, targets=[one.uid, other.uid], source="test")
    assert stay == 1
    assert list(Company.objects.values_list("pk", flat=True)) == [one.pk]


def test_a_query_of_companies_is_read_once():
    """The preview for 5,000 companies read each of them twice and sorted them whole for DISTINCT."""
    campaign = factories.campaign()
    organiser = factories.organiser(campaign)
    rows = [factories.supplier() for _number in range(2)]
    factories.take_part(campaign, *rows)
    campaign.participations.create(company=rows[0], side="buyer")
    outside = factories.supplier()
    Membership.objects.all().delete()
    companies = Company.objects.filter(pk__in=[*(row.pk for row in rows), outside.pk])
    with CaptureQueriesContext(connection) as queries:
        selection = company_invitations.select(by=organiser, campaign=campaign, companies=companies)
    assert [one.company for one in selection.receivers] == rows
    assert not any("DISTINCT" in query["sql"] for query in queries)
    assert sum('"companies_company"."legal_name"' in query["sql"] for query in queries) == 1


def test_a_preview_tells_in_numbers_what_select_would_answer(campaign, li, django_assert_max_num_queries):
    """It does not read thousands of companies: only the one whose letter is shown, and those that are named."""
    rows = make_companies(
        campaign,
        li,
        *[{"languages": ["fr"]} for _n in range(3)],
        {"languages": ["vi"]},
        {"contact_email": ""},
        {"contact_email": "back@example.org"},
        {},
    )
    Company.objects.filter(pk=rows[-1].pk).update(status="suspended")
    bounces.suppress(address="back@example.org", reason="came back")
    who = {"by": li, "campaign": campaign, "companies": Company.objects.filter(pk__in=[row.pk for row in rows])}
    selection = company_invitations.select(**who)
    with django_assert_max_num_queries(4):
        preview = company_invitations.preview(**who)
    assert (preview.count, preview.languages) == (selection.count, selection.languages) == (4, {"fr": 3, "vi": 1})
    assert preview.reasons == selection.reasons == {"closed": 1, "no_address": 1, "bounced": 1}
    assert preview.receiver("vi") == next(one for one in selection.receivers if one.language == "vi")
    assert preview.receiver("fr").company == rows[0]
    assert preview.receiver("zh-hans") is None
    assert preview.left_out("bounced", most=10) == selection.left_out["bounced"]
