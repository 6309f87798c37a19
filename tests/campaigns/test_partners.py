"""Country partners: their places, codes and word, and what of it approves a company."""

import datetime as dt
import threading

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.campaigns import second_step
from matchmaker.campaigns.models import Campaign, Enrolment, Partner, PartnerCode, PartnerSeat
from matchmaker.campaigns.services import letters, partners, submit_company
from matchmaker.companies import invitations
from matchmaker.companies.models import Company, Membership
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk():
    return factories.partner(quota=3)


def code_of(desk, **fields):
    partner, person = desk
    return partners.make_code(by=person, partner=partner, **{"label": "members", "quota": 2, "days": 30, **fields})


def use_code(company, code):
    return partners.use_code(by=factories.member_of(company), company=company, text=code.code)


def test_a_seat_is_taken_by_whoever_confirmed_its_address(desk):
    partner, _person = desk
    organiser = factories.organiser(partner.campaign)
    partners.give_seat(by=organiser, partner=partner, email="New@Chamber.example")
    assert letters.send_waiting() == 1
    assert letters.send_waiting() == 0
    assert mail.outbox[0].to == ["new@chamber.example"]
    assert partners.take_seats(by=factories.user()) == 0
    newcomer = factories.user(email="new@chamber.example")
    assert partners.take_seats(by=newcomer) == 1
    assert list(partner.__class__.objects.of(newcomer)) == [partner]
    assert second_step.is_needed(newcomer)


def test_a_withdrawn_seat_opens_nothing_at_the_next_call(desk):
    partner, person = desk
    seat = PartnerSeat.objects.get(user=person)
    partners.withdraw_seat(by=factories.organiser(partner.campaign), seat=seat)
    with pytest.raises(Refused) as refused:
        code_of(desk)
    assert refused.value.status == 404


def test_only_the_team_gives_seats(desk):
    partner, person = desk
    with pytest.raises(Refused) as refused:
        partners.give_seat(by=person, partner=partner, email="friend@example.org")
    assert refused.value.status == 404
    assert PartnerSeat.objects.count() == 1


@pytest.mark.parametrize("typed", ["{}", " {} ", "{} ", "lower", "no dash"])
def test_a_code_is_understood_however_it_is_typed(desk, typed):
    code = code_of(desk)
    text = {"lower": code.code.lower(), "no dash": code.code.replace("-", "")}.get(typed, typed.format(code.code))
    assert partners.open_code(text) == code


@pytest.mark.parametrize("change", ["expired", "withdrawn", "closed", "used up", "guessed"])
def test_a_code_that_is_over_lets_nobody_in(desk, change):
    partner, person = desk
    code, company = code_of(desk, quota=1), factories.supplier()
    if change == "expired":
        PartnerCode.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    elif change == "withdrawn":
        partners.withdraw_code(by=person, code=code)
    elif change == "closed":
        partners.close_partner(by=factories.organiser(partner.campaign), partner=partner)
    elif change == "used up":
        use_code(factories.supplier(), code)
    else:
        code.code = "ABCDE-23456"
    before = Enrolment.objects.count()
    with pytest.raises(Refused) as refused:
        use_code(company, code)
    assert refused.value.code == "code_unknown"
    assert Enrolment.objects.count() == before


def test_quota_counts_codes_and_the_desk_together(desk):
    partner, _person = desk
    code = code_of(desk, quota=2)
    use_code(factories.supplier(), code)
    use_code(factories.supplier(), code)
    enrolled(desk)
    assert partners.places_left(partner) == 0
    with pytest.raises(Refused) as refused:
        enrolled(desk)
    assert refused.value.code == "quota_used"
    assert Company.objects.filter(memberships__isnull=True).count() == 1  # the refused draft is not there either
    with pytest.raises(Refused) as refused:
        code_of(desk, quota=1)
    assert refused.value.code == "above_quota"


def enrolled(desk, **fields):
    partner, person = desk
    said = {"legal_name": "Surin Mill", "country": "TH", "city": "Surin", "contact_name": "Malee", "language": "en"}
    said |= {"contact_email": "malee@mill.example", **fields}
    return partners.enrol_company(by=person, partner=partner, side="supplier", **said)


def test_an_enrolled_company_is_its_contacts_not_the_partners(desk):
    _partner, person = desk
    enrolment = enrolled(desk)
    assert not Membership.objects.filter(company=enrolment.company).exists()
    assert list(Company.objects.of(person)) == []
    malee = factories.user(email="malee@mill.example")
    invitation = invitations.waiting_for(malee)[0]
    invitations.accept(by=malee, invitation=invitation)
    assert Membership.objects.get(company=enrolment.company).role == "admin"
    assert AuditEntry.objects.of(enrolment.company).filter(verb="enrol_company", actor=person).count() == 1


def test_a_company_with_people_is_not_handed_to_somebody_else(desk):
    with pytest.raises(Refused) as refused:
        invitations.invite_first(by=desk[1], company=factories.supplier(), email="x@example.org")
    assert refused.value.code == "has_people"


def test_a_used_code_is_told_to_the_desk_and_the_company_can_end_it(desk):
    company = factories.supplier()
    enrolment = use_code(company, code_of(desk))
    assert Notice.objects.get(recipient=desk[1]).kind == "partner_enrolled"
    assert list(Enrolment.objects.visible_to(desk[1])) == [enrolment]
    partners.leave_partner(by=factories.member_of(company), enrolment=enrolment)
    assert not Enrolment.objects.visible_to(desk[1]).exists()


def test_a_place_of_a_code_stays_used_when_its_company_leaves(desk):
    code, first = code_of(desk, quota=1), factories.supplier()
    enrolment = use_code(first, code)
    partners.leave_partner(by=factories.member_of(first), enrolment=enrolment)
    partners.leave_partner(by=factories.member_of(first), enrolment=enrolment)
    with pytest.raises(Refused) as refused:
        use_code(factories.supplier(), code)
    assert refused.value.code == "code_unknown"
    assert PartnerCode.objects.counted().get().used == 1
    assert partners.places_left(desk[0]) == 3


@pytest.mark.parametrize("at_the_desk", ["maker of the code", "another person of the desk"])
def test_a_code_says_nothing_of_the_own_company_of_the_desk(at_the_desk):
    desk = factories.partner(is_trusted=True)
    code, owner = code_of(desk, vouches=True), desk[1]
    if at_the_desk == "another person of the desk":
        owner, now = factories.user(), timezone.now()
        seat = {"email": owner.email, "user": owner, "taken_at": now, "not_before": now}
        PartnerSeat.objects.create(partner=desk[0], state="sent", finished_at=now, **seat)
    row = factories.supplier(owner, status="draft")
    use_code(row, code)
    company = submit_company(by=owner, company=row, campaign=desk[0].campaign)
    assert (company.status, Enrolment.objects.vouched().count()) == ("pending", 0)


def test_a_company_does_not_vouch_for_itself_with_the_code_of_a_closed_account():
    desk = factories.partner(is_trusted=True)
    code, company = code_of(desk, vouches=True), factories.supplier()
    PartnerCode.objects.update(made_by=None)
    enrolment = use_code(company, code)
    assert (bool(enrolment.vouched_at), enrolment.vouched_by) == (True, None)
    assert AuditEntry.objects.of(company).get(verb="vouch").actor is None


def test_in_an_archived_campaign_codes_and_desks_open_nothing(desk):
    partner, person = desk
    code, enrolment = code_of(desk), use_code(factories.supplier(), code_of(desk))
    Campaign.objects.update(is_current=False, state=Campaign.State.ARCHIVED)
    partner = Partner.objects.get(pk=partner.pk)
    with pytest.raises(Refused) as refused:
        use_code(factories.supplier(), code)
    assert refused.value.code == "code_unknown"
    enrolment = Enrolment.objects.get(pk=enrolment.pk)
    for act in (
        lambda: code_of((partner, person)),
        lambda: enrolled((partner, person)),
        lambda: partners.vouch(by=person, enrolment=enrolment, text="We know it."),
    ):
        with pytest.raises(Refused) as refused:
            act()
        assert refused.value.code == "campaign_archived"


def test_a_desk_sees_only_its_own_companies(desk):
    use_code(factories.supplier(), code_of(desk))
    other = factories.partner()
    assert not Enrolment.objects.visible_to(other[1]).exists()
    with pytest.raises(Refused) as refused:
        partners.vouch(by=other[1], enrolment=Enrolment.objects.get(), text="We know it.")
    assert refused.value.status == 404


def submitted(desk, **company):
    row = factories.supplier(**{"status": "draft", **company})
    enrolment = use_code(row, code_of(desk))
    return enrolment, submit_company(by=factories.member_of(row), company=row, campaign=desk[0].campaign)


@pytest.mark.parametrize("trusted", [True, False])
def test_the_word_of_a_trusted_partner_approves_and_anothers_is_only_read(trusted):
    desk = factories.partner(is_trusted=trusted)
    enrolment, company = submitted(desk)
    assert company.status == "pending"
    partners.vouch(by=desk[1], enrolment=enrolment, text="Our member since 2014.")
    company.refresh_from_db()
    assert company.status == ("approved" if trusted else "pending")
    approved = AuditEntry.objects.of(company).filter(verb="company_approved", actor=desk[1])
    assert approved.count() == int(trusted)


def test_a_word_given_before_approves_at_the_submission():
    desk = factories.partner(is_trusted=True)
    row = factories.supplier(status="draft")
    partners.vouch(by=desk[1], enrolment=use_code(row, code_of(desk)), text="We know it.")
    row.refresh_from_db()
    assert row.status == "draft"
    company = submit_company(by=factories.member_of(row), company=row, campaign=desk[0].campaign)
    assert company.status == "approved"


def test_a_look_alike_waits_for_a_person_whatever_the_partner_says():
    desk = factories.partner(is_trusted=True)
    submitted(desk, legal_name="Surin Golden Rice Mill", website="https://surinmill.example")
    enrolment, second = submitted(desk, legal_name="Surin Golden Rice Mill", website="https://surinmill.example")
    partners.vouch(by=desk[1], enrolment=enrolment, text="We know it.")
    second.refresh_from_db()
    assert second.status == "pending"


def test_nobody_vouches_for_her_own_company_or_without_a_sentence(desk):
    company = factories.supplier()
    enrolment = use_code(company, code_of(desk))
    with pytest.raises(Refused) as refused:
        partners.vouch(by=desk[1], enrolment=enrolment, text="  ")
    assert refused.value.code == "vouch_empty"
    Membership.objects.create(company=company, user=desk[1])
    with pytest.raises(Refused) as refused:
        partners.vouch(by=desk[1], enrolment=enrolment, text="Mine.")
    assert refused.value.code == "own_company"


def test_a_word_taken_back_is_recorded_and_counts_no_longer(desk):
    enrolment = use_code(factories.supplier(), code_of(desk, vouches=True))
    assert Enrolment.objects.vouched().count() == 1
    partners.withdraw_vouch(by=desk[1], enrolment=enrolment, reason="It moved away.")
    assert Enrolment.objects.vouched().count() == 0
    assert AuditEntry.objects.of(enrolment.company).get(verb="withdraw_vouch").facts["reason"] == "It moved away."


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_last_place_goes_to_one_of_two_who_use_it_at_once():
    desk = factories.partner(quota=1)
    code, companies, said = code_of(desk, quota=1), [factories.supplier() for _number in range(4)], []
    start = threading.Barrier(4)

    def use(company):
        start.wait()
        try:
            use_code(company, code)
            said.append("in")
        except Refused as refused:
            said.append(refused.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=use, args=[company]) for company in companies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("in") == 1
    assert Enrolment.objects.count() == 1
