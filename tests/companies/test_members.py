"""Who belongs to a company, and the ways in and out."""

import datetime as dt
import re
import threading

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail, signing
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry, User
from matchmaker.accounts.services import create_token
from matchmaker.campaigns.models import Enrolment
from matchmaker.companies import invitations, members, privacy
from matchmaker.companies.models import Company, Invitation, JoinRequest, Membership
from matchmaker.core.problems import Refused
from matchmaker.notifications.models import Delivery, Notice
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def company():
    return factories.supplier()


@pytest.fixture
def admin(company):
    return factories.member_of(company)


def joined(company, role=Membership.Role.MEMBER):
    person = factories.user()
    return Membership.objects.create(company=company, user=person, role=role)


def test_invited_stranger_gets_one_letter_whose_address_lets_her_in(client, company, admin):
    invitation = invitations.invite(by=admin, company=company, email="New@Example.org")
    assert invitations.send_waiting() == 1
    assert invitations.send_waiting() == 0
    letter = mail.outbox[0]
    assert letter.to == ["new@example.org"]
    assert "has an account" not in letter.body
    path = next(word for word in letter.body.split() if "/invitations/" in word).split("8000", 1)[-1]
    path = path[path.index("/invitations/") :]
    assert client.get(path).status_code == 200

    newcomer = factories.user(email="new@example.org")
    client.force_login(newcomer)
    client.get(path)  # a link scanner looks and changes nothing
    assert not Membership.objects.filter(user=newcomer).exists()
    assert client.post(path).headers["Location"] == reverse("desk")
    assert Membership.objects.get(user=newcomer).role == "member"
    invitation.refresh_from_db()
    assert invitation.accepted_by == newcomer
    assert client.post(path).status_code == 410


def test_invited_person_with_an_account_is_told_by_the_post_office_and_gets_no_second_letter(client, company, admin):
    person = factories.user()
    invitation = invitations.invite(by=admin, company=company, email=person.email.upper())
    assert Notice.objects.get(recipient=person).kind == "company_invitation"
    assert invitations.send_waiting() == 0
    client.force_login(person)
    assert str(company) in client.get(reverse("companies")).text
    client.post(reverse("invitation_accept", args=[invitation.pk]))
    assert Membership.objects.filter(company=company, user=person).exists()


def test_invitation_for_another_address_never_joins_and_its_inviter_hears(client, company, admin):
    invitation = invitations.invite(by=admin, company=company, email="wanted@example.org")
    other = factories.user()
    client.force_login(other)
    for _attempt in range(2):
        answer = client.post(reverse("invitation", args=[invitations.token_of(invitation)]))
        assert answer.status_code == 403
    assert client.post(reverse("invitation_accept", args=[invitation.pk])).status_code == 404
    assert not Membership.objects.filter(user=other).exists()
    assert Notice.objects.filter(recipient=admin, kind="invitation_misused").count() == 1
    assert AuditEntry.objects.filter(verb="invitation_misused", actor=other).count() == 2


def test_unverified_address_is_not_hers(client, company, admin):
    invitation = invitations.invite(by=admin, company=company, email="wanted@example.org")
    person = factories.user(email="wanted@example.org")
    person.emailaddress_set.update(verified=False)
    with pytest.raises(Refused) as refusal:
        invitations.accept(by=person, invitation=invitation)
    assert refusal.value.code == "other_address"


@pytest.mark.parametrize("over", ["expired", "withdrawn"])
def test_invitation_that_is_over_lets_nobody_in(client, company, admin, over):
    person = factories.user()
    invitation = invitations.invite(by=admin, company=company, email=person.email)
    if over == "expired":
        Invitation.objects.update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    else:
        invitations.withdraw(by=admin, invitation=invitation)
    client.force_login(person)
    assert client.post(reverse("invitation", args=[invitations.token_of(invitation)])).status_code == 410
    assert not Membership.objects.filter(user=person).exists()


def test_guessed_address_is_unknown(client):
    forged = signing.dumps("0" * 32, key="guessed", salt=invitations.SALT)
    assert [client.get(reverse("invitation", args=[token])).status_code for token in (forged, "x", "a:b:c")] == [
        404
    ] * 3


def test_role_raised_in_the_request_is_ignored(client, company, admin):
    person = factories.user()
    invitation = invitations.invite(by=admin, company=company, email=person.email)
    client.force_login(person)
    client.post(reverse("invitation", args=[invitations.token_of(invitation)]), {"role": "admin"})
    assert Membership.objects.get(user=person).role == "member"


def test_withdrawn_invitation_sends_no_letter(company, admin):
    invitation = invitations.invite(by=admin, company=company, email="new@example.org")
    invitations.withdraw(by=admin, invitation=invitation)
    assert invitations.send_waiting() == 0
    assert mail.outbox == []


def test_second_invitation_to_an_address_replaces_the_first(company, admin):
    first = invitations.invite(by=admin, company=company, email="new@example.org")
    second = invitations.invite(by=admin, company=company, email="new@example.org", role="admin")
    assert list(Invitation.objects.open()) == [second]
    assert invitations.find(invitations.token_of(first)).withdrawn_at is not None


@pytest.mark.slow
def test_invitations_beyond_the_days_cap_are_refused_and_none_is_sent(company, admin):
    refusals = []
    for number in range(invitations.A_DAY + 20):
        try:
            invitations.invite(by=admin, company=company, email=f"n{number}@example.org")
        except Refused as refusal:
            refusals.append((refusal.code, refusal.status))
    assert refusals == [("too_many_invitations", 429)] * 20
    assert invitations.send_waiting() == invitations.A_DAY == len(mail.outbox)


def test_member_may_not_invite_remove_or_raise_herself(client, company):
    membership = joined(company)
    client.force_login(membership.user)
    client.post(reverse("members", args=[company.uid]), {"email": "x@example.org", "role": "admin"})
    client.post(reverse("member_role", args=[company.uid, membership.user.uid]), {"role": "admin"})
    client.post(reverse("member_remove", args=[company.uid, factories.member_of(company).uid]))
    assert Invitation.objects.count() == 0
    assert sorted(company.memberships.values_list("role", flat=True)) == ["admin", "member"]


def test_stranger_finds_no_members_page(client, company):
    client.force_login(factories.user())
    assert client.get(reverse("members", args=[company.uid])).status_code == 404


@pytest.mark.parametrize(
    "verb",
    [
        lambda by, own: members.leave_company(by=by, company=own.company),
        lambda by, own: members.remove_member(by=by, membership=own),
        lambda by, own: members.change_role(by=by, membership=own, role="member"),
    ],
    ids=["leave", "remove", "lower"],
)
def test_last_administrator_stays(company, admin, verb):
    joined(company)
    with pytest.raises(Refused) as refusal:
        verb(admin, Membership.objects.get(user=admin))
    assert refusal.value.code == "last_admin"
    assert Membership.objects.get(user=admin).role == "admin"


def test_hand_over_makes_the_other_administrator_and_lets_one_leave(company, admin):
    other = joined(company)
    members.hand_over(by=admin, membership=other)
    members.leave_company(by=admin, company=company)
    assert list(company.memberships.values_list("user", "role")) == [(other.user.pk, "admin")]
    verbs = AuditEntry.objects.filter(organisation=str(company.uid)).values_list("verb", flat=True)
    assert list(verbs) == ["hand_over", "leave_company"]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_remove_each_other_leave_one(company, admin):
    other = joined(company, "admin")
    first = Membership.objects.get(user=admin)
    outcomes, start = [], threading.Barrier(2)

    def remove(by, membership):
        try:
            start.wait()
            members.remove_member(by=by, membership=membership)
            outcomes.append("done")
        except Refused as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    pair = [threading.Thread(target=remove, args=args) for args in ((admin, other), (other.user, first))]
    for thread in pair:
        thread.start()
    for thread in pair:
        thread.join()
    assert company.memberships.filter(role="admin").count() == 1
    assert outcomes.count("done") == 1


def test_removal_holds_at_the_next_request_of_an_open_session_and_of_a_key(client, company, admin):
    membership = joined(company)
    _token, key = create_token(by=membership.user, name="program", scopes=["read", "products:write"])
    headers = {"Authorization": f"Bearer {key}"}
    product = factories.product(company, status="draft")
    client.force_login(membership.user)
    edit, api = reverse("supplier_product_edit", args=[product.uid]), reverse("api_product", args=[product.uid])
    assert (client.get(edit).status_code, client.get(api, headers=headers).status_code) == (200, 200)

    members.remove_member(by=admin, membership=membership)
    assert client.get(edit).headers["Location"] == reverse("join")
    assert client.get(api, headers=headers).status_code == 404
    assert client.get(reverse("members", args=[company.uid])).status_code == 404
    assert client.get(reverse("api_my_products"), headers=headers).json()["count"] == 0


@pytest.mark.parametrize("way_back", ["own invitation", "invitation by another"])
def test_a_removed_person_does_not_come_back_by_an_invitation_sent_before(company, admin, way_back):
    membership = joined(company, "admin")
    person, other = membership.user, "second@person.example"
    EmailAddress.objects.create(user=person, email="third@person.example", verified=True)
    inviter = person if way_back == "own invitation" else admin
    address = other if way_back == "own invitation" else "third@person.example"
    Membership.objects.filter(pk=membership.pk).delete()  # who belongs already is not invited
    invitation = invitations.invite(by=admin, company=company, email=address, role="admin")
    membership.save(force_insert=True)
    Invitation.objects.update(invited_by=inviter)
    by_admin = invitations.invite(by=admin, company=company, email="colleague@mill.example")
    members.remove_member(by=admin, membership=membership)
    EmailAddress.objects.create(user=person, email=other, verified=True)
    with pytest.raises(Refused) as refusal:
        invitations.accept(by=person, invitation=invitation)
    assert refusal.value.code == "invitation_over"
    assert list(Invitation.objects.open()) == [by_admin]
    assert Invitation.objects.get(pk=invitation.pk).state in ("cancelled", "sent")


def test_what_a_person_sent_before_leaving_stands(company, admin):
    membership = joined(company, "admin")
    invitation = invitations.invite(by=membership.user, company=company, email="colleague@mill.example")
    members.leave_company(by=membership.user, company=company)
    assert list(Invitation.objects.open()) == [invitation]


def test_request_to_join_is_told_to_administrators_and_answered_once(client, company, admin):
    person = factories.user()
    client.force_login(person)
    client.post(reverse("knock", args=[company.uid]), {"message": "I run your exports."})
    asked = JoinRequest.objects.get()
    assert Notice.objects.get(recipient=admin).kind == "join_requested"
    client.force_login(admin)
    assert "I run your exports." in client.get(reverse("members", args=[company.uid])).text
    client.post(reverse("join_request_answer", args=[company.uid, asked.uid]), {"answer": "yes"})
    assert Membership.objects.get(user=person).role == "member"
    with pytest.raises(Refused):
        members.answer_join_request(by=admin, request=asked, accept=False)
    assert Notice.objects.filter(recipient=person, kind="join_answered").count() == 1


def test_request_to_join_a_company_one_cannot_see_does_not_exist(client):
    client.force_login(factories.user())
    assert client.get(reverse("knock", args=[factories.buyer().uid])).status_code == 404
    assert client.get(reverse("knock", args=[factories.supplier(status="pending").uid])).status_code == 404


def test_eleventh_request_of_a_day_is_refused():
    person = factories.user()
    for _number in range(members.JOIN_REQUESTS_A_DAY):
        members.ask_to_join(by=person, company=factories.supplier())
    with pytest.raises(Refused) as refusal:
        members.ask_to_join(by=person, company=factories.supplier())
    assert refusal.value.status == 429


def test_answers_of_another_companys_administrator_do_not_reach(client, company):
    asked = members.ask_to_join(by=factories.user(), company=company)
    stranger = factories.member_of(factories.supplier())
    client.force_login(stranger)
    assert client.post(reverse("join_request_answer", args=[company.uid, asked.uid])).status_code == 404
    own = stranger.companies.get()
    assert client.post(reverse("join_request_answer", args=[own.uid, asked.uid])).status_code == 404
    asked.refresh_from_db()
    assert asked.status == "open"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_notice_about_members_can_be_written(company, admin, language):
    admin.language = language
    admin.save()
    person = factories.user(language=language)
    asked = members.ask_to_join(by=person, company=company)
    members.answer_join_request(by=admin, request=asked, accept=True)
    invitation = invitations.invite(by=admin, company=company, email=factories.user().email)
    invitations.tell_of_misuse(by=person, invitation=invitation)
    from matchmaker.notifications.mail import Post

    deliveries = Delivery.objects.filter(channel="email")
    assert deliveries.count() == 4
    with Post() as post:
        for delivery in deliveries:
            post.send_delivery(delivery)
    assert len(mail.outbox) == 4


@pytest.mark.parametrize(("role", "location"), [("admin", "mfa_index"), ("member", None)])
def test_administrator_without_a_second_step_is_sent_to_set_one_up(client, settings, company, role, location):
    settings.MFA_REQUIRED = True
    client.force_login(joined(company, role).user)
    answer = client.get(reverse("supplier_home"))
    assert answer.headers.get("Location") == (reverse(location) if location else None)


HIDDEN = {"country": "CN", "identifier_kind": "uscc", "identifier": "91350100M000100Y43"}


@pytest.mark.parametrize("status", ["draft", "pending", "approved"])
def test_who_asks_by_a_number_is_heard_and_does_not_learn_whose_it_is(status):
    hidden, person = factories.buyer(status=status, **HIDDEN), factories.user()
    given = {"country": "CN", "kind": "uscc", "number": HIDDEN["identifier"]}
    members.ask_to_join_by_number(by=person, **given)
    members.ask_to_join_by_number(by=person, **given)
    request = JoinRequest.objects.get(company=hidden, user=person)
    assert request.company_name == HIDDEN["identifier"]
    assert Notice.objects.filter(kind="join_requested", recipient=factories.member_of(hidden)).count() == 1
    members.answer_join_request(by=factories.member_of(hidden), request=request, accept=False)
    told = Notice.objects.get(kind="join_answered", recipient=person)
    assert told.context == {"company": HIDDEN["identifier"], "accepted": False}


def test_a_number_that_nobody_registered_is_answered_the_same():
    factories.buyer(**{**HIDDEN, "status": "returned"})
    given = {"country": "CN", "kind": "uscc", "number": HIDDEN["identifier"]}
    person = factories.user()
    assert members.ask_to_join_by_number(by=person, **given) is None
    request = JoinRequest.objects.get(user=person)
    assert (request.company, request.company_name, request.status) == (None, HIDDEN["identifier"], "open")
    assert not Notice.objects.filter(kind="join_requested").exists()


def seen_after_asking_by_number(client) -> tuple[str, dict]:
    """The page and the copy of a person who asked, without what differs between any two people."""
    person = factories.user(name="Same Name", email="same@example.org")
    client.force_login(person)
    number = {"country": "CN", "kind": "uscc", "number": HIDDEN["identifier"]}
    answer = client.post(reverse("knock_by_number"), number, follow=True)
    text = answer.text.replace(str(JoinRequest.objects.get(user=person).uid), "")
    copy = privacy.export_person(by=person)["rows"]
    for row in (row for rows in copy.values() for row in rows):
        for name in ("id", "uid", "object_uid", "created_at", "at", "user", "actor"):
            row.pop(name, None)
        if row.get("organisation") == str(person.uid):
            row["organisation"] = "the person"
    return re.sub(r'(csrfmiddlewaretoken" value|nonce)="[^"]*"', "", text), {
        label: rows for label, rows in copy.items() if label.startswith(("companies.", "accounts.AuditEntry"))
    }


def test_page_and_copy_are_the_same_whether_a_company_has_the_number_or_not(client):
    without = seen_after_asking_by_number(client)
    User.objects.filter(email="same@example.org").update(email="before@example.org")
    EmailAddress.objects.filter(email="same@example.org").update(email="before@example.org")
    hidden = factories.buyer(**HIDDEN)
    assert seen_after_asking_by_number(client) == without
    assert hidden.join_requests.count() == 1


@pytest.mark.parametrize("is_registered", [True, False])
def test_each_number_that_is_asked_for_counts_and_so_does_asking_again(is_registered):
    if is_registered:
        factories.buyer(**HIDDEN)
    person, given = factories.user(), {"country": "CN", "kind": "uscc", "number": HIDDEN["identifier"]}
    for _time in range(members.JOIN_REQUESTS_A_DAY):
        members.ask_to_join_by_number(by=person, **given)
    with pytest.raises(Refused) as refusal:
        members.ask_to_join_by_number(by=person, **given)
    assert refusal.value.code == "too_many_requests"
    assert JoinRequest.objects.get(user=person).asks == members.JOIN_REQUESTS_A_DAY


def test_a_number_that_no_company_has_can_be_taken_back(client):
    person = factories.user()
    members.ask_to_join_by_number(by=person, country="CN", kind="uscc", number=HIDDEN["identifier"])
    client.force_login(person)
    client.post(reverse("join_request_withdraw", args=[JoinRequest.objects.get().uid]))
    assert JoinRequest.objects.get().status == "withdrawn"


@pytest.mark.parametrize("status", ["draft", "pending", "returned"])
def test_a_company_that_neither_the_team_nor_a_partner_has_seen_invites_no_one(client, company, admin, status):
    Company.objects.filter(pk=company.pk).update(status=status)
    client.force_login(admin)
    page = client.post(reverse("members", args=[company.uid]), {"email": "x@example.org", "role": "admin"})
    assert page.status_code == 422
    assert "Colleagues can be invited as soon as your company is approved" in page.content.decode()
    assert Invitation.objects.count() == 0


def test_a_company_that_a_partner_vouches_for_invites_while_it_waits(company, admin):
    Company.objects.filter(pk=company.pk).update(status="pending")
    company.refresh_from_db()
    partner, person = factories.partner()
    word = {"vouch": "Our member for years.", "vouched_at": timezone.now(), "vouched_by": person}
    Enrolment.objects.create(partner=partner, company=company, **word)
    assert invitations.invite(by=admin, company=company, email="x@example.org").pk


def test_the_days_cap_of_a_person_holds_over_all_her_companies(monkeypatch, company, admin):
    monkeypatch.setattr(invitations, "A_DAY", 3)
    other = factories.supplier(admin)
    for number in range(2):
        invitations.invite(by=admin, company=company, email=f"a{number}@example.org")
    invitations.invite(by=admin, company=other, email="b@example.org")
    with pytest.raises(Refused) as refused:
        invitations.invite(by=admin, company=other, email="c@example.org")
    assert (refused.value.code, refused.value.status) == ("too_many_invitations", 429)


def test_a_new_account_invites_few_and_its_letters_leave_later_and_not_for_a_suspended_company(client, company, admin):
    admin.date_joined = timezone.now()
    admin.save()
    client.force_login(admin)
    page = client.post(
        reverse("members", args=[company.uid]), {"email": "x0@example.org", "role": "member"}, follow=True
    )
    assert "the email leaves in about half an hour" in page.content.decode()
    for number in range(1, invitations.A_DAY_WHILE_YOUNG):
        invitations.invite(by=admin, company=company, email=f"x{number}@example.org")
    with pytest.raises(Refused):
        invitations.invite(by=admin, company=company, email="last@example.org")
    assert invitations.send_waiting() == 0
    later = timezone.now() + invitations.LATER_WHILE_YOUNG + dt.timedelta(minutes=1)
    Company.objects.filter(pk=company.pk).update(status="suspended")
    with time_machine.travel(later):
        assert invitations.send_waiting() == 0
        assert mail.outbox == []


def test_an_invitation_shows_no_name_of_a_person_in_its_subject_and_no_link_in_its_names(company, admin):
    company.legal_name = company.name_latin = "Trade.com Ltd"
    company.save()
    invitations.invite(by=admin, company=company, email="x@example.org")
    invitations.send_waiting()
    [letter] = mail.outbox
    assert (admin.name in letter.subject, admin.name in letter.body) == (False, True)
    assert ("Trade.com" in letter.body, "Trade.\u2060com Ltd" in letter.body) == (False, True)


def test_many_accounts_of_one_network_invite_no_more_than_its_limit(client, settings, company, admin):
    settings.ACCOUNT_RATE_LIMITS = {"invite_network": "2/d/key"}
    answers = []
    for number, last in enumerate(("7", "8", "9")):
        client.force_login(factories.member_of(factories.supplier()))
        own = Membership.objects.latest("pk").company
        sent = {"email": f"n{number}@example.org", "role": "member"}
        answers.append(
            client.post(reverse("members", args=[own.uid]), sent, REMOTE_ADDR=f"203.0.113.{last}").status_code
        )
    assert answers == [302, 302, 422]
