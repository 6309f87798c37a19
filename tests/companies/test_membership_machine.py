"""A random walk of joining, leaving, inviting, claiming and revoking: nobody ever reads a company that is not hers.

The model knows who belongs where; after every step each person's open session and key must show exactly the markers of
her companies, and every company keeps an administrator. Everybody signs in once, before the walk: what is taken from
her has to be gone from the session she already has.

    WALKS=200 pytest tests/companies/test_membership_machine.py      a longer one
"""

import datetime as dt
import os

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from matchmaker.accounts.services import create_token, revoke_token
from matchmaker.campaigns.services.claims import agree_to_claim
from matchmaker.companies import claims, invitations, members
from matchmaker.companies.models import Claim, Invitation, JoinRequest, Membership, RequestStatus
from matchmaker.core.problems import Refused
from tests import factories

PEOPLE, COMPANIES = range(4), range(3)
person, firm = st.sampled_from(PEOPLE), st.sampled_from(COMPANIES)


class Walk(RuleBasedStateMachine):
    """`belongs` is what must be true: (person, company) → role."""

    @initialize()
    def begin(self):
        self.walk = transaction.atomic()  # each walk is taken back at its end
        self.walk.__enter__()
        campaign = factories.campaign()
        self.campaign, self.team = campaign, [factories.organiser(campaign) for _number in range(2)]
        self.people = [factories.user() for _number in PEOPLE]
        self.firms = [
            factories.supplier(self.people[number], contact_email=f"mark{number}@x.example") for number in COMPANIES
        ]
        self.belongs = {(number, number): "admin" for number in COMPANIES}
        self.sessions = [Client() for _one in self.people]
        for session, one in zip(self.sessions, self.people, strict=True):
            session.force_login(one)
        self.tokens = [create_token(by=one, name="walk", scopes=["read"]) for one in self.people]
        self.revoked = set()

    def teardown(self):
        if hasattr(self, "walk"):
            transaction.set_rollback(True)
            self.walk.__exit__(None, None, None)

    def attempt(self, verb, **said) -> bool:
        try:
            verb(**said)
        except Refused:
            return False
        return True

    def admins(self, company):
        return [who for (who, where), role in self.belongs.items() if where == company and role == "admin"]

    def row(self, who, company):
        return Membership.objects.filter(user=self.people[who], company=self.firms[company]).first()

    @rule(by=person, who=person, company=firm, role=st.sampled_from(["admin", "member"]))
    def invite_and_accept(self, by, who, company, role):
        email = self.people[who].email
        may = self.belongs.get((by, company)) == "admin" and (who, company) not in self.belongs
        said = {"by": self.people[by], "company": self.firms[company], "email": email, "role": role}
        assert self.attempt(invitations.invite, **said) == may
        if may:
            invitation = Invitation.objects.open().get(company=self.firms[company], email=email)
            for other in PEOPLE:  # nobody else can use it
                if other != who:
                    assert not self.attempt(invitations.accept, by=self.people[other], invitation=invitation)
            assert self.attempt(invitations.accept, by=self.people[who], invitation=invitation)
            self.belongs[who, company] = role

    @rule(by=person, who=person, company=firm)
    def invite_and_think_better_of_it(self, by, who, company):
        """What was withdrawn, and what was replaced, lets nobody in."""
        if self.belongs.get((by, company)) != "admin" or (who, company) in self.belongs:
            return
        said = {"by": self.people[by], "company": self.firms[company], "email": self.people[who].email}
        first = invitations.invite(**said, role="admin")
        second = invitations.invite(**said, role="member")
        assert not self.attempt(invitations.accept, by=self.people[who], invitation=first)
        invitations.withdraw(by=self.people[by], invitation=second)
        assert not self.attempt(invitations.accept, by=self.people[who], invitation=second)

    @rule(by=person, who=person, company=firm, let_in=st.booleans())
    def ask_and_be_answered(self, by, who, company, let_in):
        """Asking gives nothing; the answer of an administrator does, and nobody else's."""
        if (who, company) in self.belongs:
            return
        asked = JoinRequest.objects.filter(
            user=self.people[who], company=self.firms[company], status=RequestStatus.OPEN
        ).first()
        if asked is None:
            if JoinRequest.objects.filter(user=self.people[who]).count() >= 10:
                return
            asked = members.ask_to_join(by=self.people[who], company=self.firms[company])
        may = self.belongs.get((by, company)) == "admin"
        assert self.attempt(members.answer_join_request, by=self.people[by], request=asked, accept=let_in) == may
        if may and let_in:
            self.belongs[who, company] = "member"

    @rule(who=person, company=firm)
    def leave(self, who, company):
        role = self.belongs.get((who, company))
        may = role == "member" or (role == "admin" and len(self.admins(company)) > 1)
        assert self.attempt(members.leave_company, by=self.people[who], company=self.firms[company]) == may
        if may:
            del self.belongs[who, company]

    @rule(by=person, who=person, company=firm)
    def remove(self, by, who, company):
        membership = self.row(who, company)
        if membership is None:
            return
        last = self.belongs[who, company] == "admin" and len(self.admins(company)) == 1
        may = self.belongs.get((by, company)) == "admin" and not last
        assert self.attempt(members.remove_member, by=self.people[by], membership=membership) == may
        if may:
            del self.belongs[who, company]

    @rule(by=person, who=person, company=firm)
    def hand_over(self, by, who, company):
        membership = self.row(who, company)
        if membership is None:
            return
        may = self.belongs.get((by, company)) == "admin" and by != who
        assert self.attempt(members.hand_over, by=self.people[by], membership=membership) == may
        if may:
            self.belongs[who, company], self.belongs[by, company] = "admin", "member"

    @rule(who=person, company=firm)
    def claim(self, who, company):
        """A claim alone, and one yes, give nothing; two after the week do."""
        if (who, company) in self.belongs or Claim.objects.filter(user=self.people[who]).count() >= claims.A_MONTH - 1:
            return
        said = {"by": self.people[who], "company": self.firms[company], "evidence": "Mine."}
        claims.withdraw_claim(by=self.people[who], claim=claims.claim_company(**said))
        row = claims.claim_company(**said)
        first = {"by": self.team[0], "claim": row, "campaign": self.campaign}
        agree_to_claim(**first)
        assert not self.attempt(agree_to_claim, **first)
        assert not self.attempt(agree_to_claim, **{**first, "by": self.team[1]})  # the week is not over
        Claim.objects.filter(pk=row.pk).update(objection_until=row.created_at - dt.timedelta(days=1))
        assert self.attempt(agree_to_claim, **{**first, "by": self.team[1]})
        self.belongs[who, company] = "admin"

    @rule(who=person)
    def revoke(self, who):
        if who not in self.revoked:
            revoke_token(by=self.people[who], token=self.tokens[who][0])
            self.revoked.add(who)

    @invariant()
    def everybody_sees_exactly_her_companies(self):
        if not hasattr(self, "people"):
            return
        for who in PEOPLE:
            client = Client()
            answer = client.get(reverse("api_my_companies"), headers={"Authorization": f"Bearer {self.tokens[who][1]}"})
            hers = {company for (one, company) in self.belongs if one == who}
            seen = {number for number in COMPANIES if f"mark{number}@x.example" in answer.text}
            assert seen == (set() if who in self.revoked else hers)
            assert answer.status_code == (401 if who in self.revoked else 200)
        assert all(self.admins(company) for company in COMPANIES)

    @invariant()
    def pages_open_for_members_only(self):
        if not hasattr(self, "people"):
            return
        for who in PEOPLE:
            for company in COMPANIES:
                page = self.sessions[who].get(reverse("members", args=[self.firms[company].uid]))
                assert page.status_code == (200 if (who, company) in self.belongs else 404)


@pytest.mark.slow
@pytest.mark.django_db
def test_no_walk_of_joining_and_leaving_shows_a_company_to_whom_it_is_not():
    with_few = settings(
        max_examples=int(os.environ.get("WALKS", "3")), stateful_step_count=10, deadline=None, database=None
    )
    run_state_machine_as_test(Walk, settings=settings(with_few, suppress_health_check=list(HealthCheck)))
