"""Who may see and do what, cell by cell: every role on every probe, over pages and API.

A probe is one request with the roles for which it must succeed; for everybody else it must change nothing, and the
marker of its object must not be in the answer, be it a page, a list, a count or an error. The table is the policy.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests.markup import flat
from tests.web.access_world import (
    BUYER_ADMIN,
    BUYERS,
    DECIDE,
    EVERYBODY,
    KEYS,
    NOBODY,
    PARTNER,
    ROLES,
    SELLER_ADMIN,
    SELLERS,
    SELLERS_API,
    TEAM,
    WRITING_ADMIN,
    World,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


@dataclass
class Probe:
    name: str
    roles: set[str]
    url: str
    marker: str = ""  # what the answer shows to those who may see
    send: dict | None = None  # a POST or PATCH with these values
    method: str = "get"
    effect: Callable | None = None  # what has changed when the act succeeded
    query: dict = field(default_factory=dict)


def probes(w: World) -> list[Probe]:
    """The policy: what there is, and who may."""
    api = lambda name, *args: reverse(f"api_{name}", args=args)  # noqa: E731

    def state(row, *names):
        def read():
            row.refresh_from_db()
            return [str(getattr(row, name)) for name in names]

        return read

    def exists(queryset):
        return lambda: queryset.all().count()

    seller, buyer, pending = w.seller, w.buyer, w.pending
    public, invited, private = w.wanted["public"], w.wanted["invited"], w.wanted["private"]
    see = lambda name, roles, url, marker, **query: Probe(name, roles, url, marker, query=query)  # noqa: E731
    do = lambda name, roles, url, effect, method="post", **send: Probe(  # noqa: E731
        name, roles, url, send=send, method=method, effect=effect
    )
    members_of = seller.memberships
    return [
        # companies
        see("approved supplier, API", EVERYBODY, api("company", seller.uid), "Mseller"),
        see("approved supplier, page", EVERYBODY, reverse("supplier", args=[seller.uid]), "Mseller"),
        see("approved supplier, API list", EVERYBODY, api("companies"), "Mseller", q="mseller"),
        see("pending supplier, API", NOBODY, api("company", pending.uid), "Mpending"),
        see("pending supplier, page", NOBODY, reverse("supplier", args=[pending.uid]), "Mpending"),
        see("pending supplier, API list", NOBODY, api("companies"), "Mpending", q="mpending"),
        see("pending supplier, page list", NOBODY, reverse("suppliers"), "Mpending Gamma", q="gamma"),
        see("pending supplier, console", TEAM, reverse("console_company", args=[pending.uid]), "Mpending"),
        see("buyer, API", NOBODY, api("company", buyer.uid), "Mbuyer"),
        see("buyer, page", NOBODY, reverse("supplier", args=[buyer.uid]), "Mbuyer"),
        see("buyer, API list", NOBODY, api("companies"), "Mbuyer Beta", q="beta"),
        see("buyer, own desk", BUYERS, reverse("buyer_company"), "Mbuyer"),
        see("buyer, API mine", BUYERS, api("my_companies"), "Mbuyer"),
        see("companies, console", TEAM, reverse("console_companies"), "Mseller", status="approved"),
        see("papers, public API", NOBODY, api("company", seller.uid), "MPAPER77"),
        see("papers, public page", NOBODY, reverse("supplier", args=[seller.uid]), "MPAPER77"),
        see("papers, API mine", SELLERS_API, api("my_companies"), "MPAPER77"),
        see("papers, own desk", SELLERS, reverse("supplier_company"), "MPAPER77"),
        see("papers, console", TEAM, reverse("console_company", args=[seller.uid]), "MPAPER77"),
        see("contact e-mail, public API", NOBODY, api("company", seller.uid), "mpaper@"),
        see("contact e-mail, public page", NOBODY, reverse("supplier", args=[seller.uid]), "mpaper@"),
        do("change company", WRITING_ADMIN, api("company", seller.uid), state(seller, "about"), "patch",
           about_texts={"en": "New."}),
        do("approve", DECIDE, reverse("console_company_approve", args=[pending.uid]), state(pending, "status")),
        do("return", DECIDE, reverse("console_company_return", args=[pending.uid]), state(pending, "status"),
           reason="x"),
        # tags, actions on many, invitations to events
        see("tag, console", TEAM, reverse("console_company", args=[seller.uid]), "Mtag"),
        see("tag, API list", TEAM, api("tags"), "Mtag"),
        do("tag a company, API", DECIDE, api("tag_put_on", w.tag.uid), exists(w.tag.companies),
           companies=[str(pending.uid)]),
        do("prepare an action on many", DECIDE, reverse("console_bulk_new"), exists(w.campaign.bulk_actions),
           verb="approve", company=str(pending.uid)),
        see("campaign, API list", TEAM, api("campaigns"), w.campaign.slug),
        see("invitation to an event, API list", SELLERS_API | TEAM, api("event_invitations"), str(w.invited.uid)),
        see("invitation to an event, console", TEAM, reverse("console_event_invitations", args=["mfair"]), "Mseller"),
        do("answer an invitation", SELLERS | {"writing key"}, api("event_invitation_answer", w.invited.uid),
           state(w.invited, "answer"), answer="no"),
        # companies from a list
        see("invitations to companies, console", DECIDE, reverse("console_invitations"), "Mlisted"),
        see("invitations to companies, API", DECIDE, api("company_invitations"), "mlisted@"),
        see("preview of an invitation", DECIDE, reverse("console_company_invite", args=[w.listed.uid]), "Mlisted"),
        see("claims, console", DECIDE, reverse("console_claims"), "Mclaims"),
        do("withdraw an invitation to a company", DECIDE,
           reverse("console_invitation_withdraw", args=[w.listed_invitation.uid]),
           state(w.listed_invitation.invitation, "withdrawn_at")),
        # members
        see("members", SELLERS, reverse("members", args=[seller.uid]), "Mextra"),
        see("invited", SELLER_ADMIN, reverse("members", args=[seller.uid]), "minvited@"),
        see("asking", SELLER_ADMIN, reverse("members", args=[seller.uid]), "Masking"),
        see("record", SELLER_ADMIN, reverse("company_record", args=[seller.uid]), "Request to join"),
        do("invite", SELLER_ADMIN, reverse("members", args=[seller.uid]), exists(seller.invitations),
           email="n@example.org", role="admin"),
        do("withdraw invitation", SELLER_ADMIN, reverse("invitation_withdraw", args=[seller.uid, w.invitation.pk]),
           state(w.invitation, "withdrawn_at")),
        do("let in", SELLER_ADMIN, reverse("join_request_answer", args=[seller.uid, w.asked.uid]), exists(members_of),
           answer="yes"),
        do("change role", SELLER_ADMIN, reverse("member_role", args=[seller.uid, w.extra.user.uid]),
           state(w.extra, "role"), role="admin"),
        do("remove member", SELLER_ADMIN, reverse("member_remove", args=[seller.uid, w.extra.user.uid]),
           exists(members_of)),
        # products
        see("published product, API", EVERYBODY, api("product", w.offer.uid), "Moffer"),
        see("published product, page", EVERYBODY, reverse("product", args=[w.offer.uid]), "Moffer"),
        see("published product, duty, API", EVERYBODY, api("product_duty", w.offer.uid), '"regimes"'),
        see("landed cost, page", EVERYBODY, reverse("landed_cost"), "Landed cost"),
        see("draft product, duty, API", SELLERS_API, api("product_duty", w.draft.uid), '"regimes"'),
        see("draft product, API", SELLERS_API, api("product", w.draft.uid), "Mdraft"),
        see("draft product, page", SELLERS, reverse("product", args=[w.draft.uid]), "Mdraft"),
        see("draft product, API list", NOBODY, api("products"), "Mdraft"),
        see("draft product, API count", NOBODY, api("products"), '"count":1', q="Mdraft"),
        see("draft product, search", NOBODY, reverse("products"), "Mdraft rice", q="rice"),
        see("draft product, API mine", SELLERS_API, api("my_products"), "Mdraft"),
        see("draft product, own desk", SELLERS, reverse("supplier_products"), "Mdraft"),
        see("draft product, editor", SELLERS, reverse("supplier_product_edit", args=[w.draft.uid]), "Mdraft"),
        see("draft product, China page", SELLERS, reverse("supplier_product_market", args=[w.draft.uid]), "Mdraft"),
        do("change product", SELLERS | {"writing key"}, api("product", w.draft.uid), state(w.draft, "origin"), "patch",
           origin="VN"),
        do("publish, API", WRITING_ADMIN, api("product_publish", w.draft.uid), state(w.draft, "status")),
        do("publish, page", SELLER_ADMIN, reverse("supplier_product_publish", args=[w.draft.uid]),
           state(w.draft, "status")),
        do("pause, API", WRITING_ADMIN, api("product_pause", w.offer.uid), state(w.offer, "status")),
        do("withdraw, API", WRITING_ADMIN, api("product_withdraw", w.offer.uid), state(w.offer, "status")),
        do("withdraw, page", SELLER_ADMIN, reverse("supplier_product_withdraw", args=[w.offer.uid]),
           state(w.offer, "status")),
        # demands
        see("public demand, API", EVERYBODY, api("demand", public.uid), "Mdemandpublic"),
        see("public demand, page", EVERYBODY, reverse("demand", args=[public.uid]), "Mdemandpublic"),
        see("public demand names no buyer, API", NOBODY, api("demand", public.uid), "Mbuyer"),
        see("public demand names no buyer, page", NOBODY, reverse("demand", args=[public.uid]), "Mbuyer"),
        see("invited demand, API", SELLERS_API | BUYERS, api("demand", invited.uid), "Mdemandinvited"),
        see("invited demand, page", SELLERS | BUYERS, reverse("demand", args=[invited.uid]), "Mdemandinvited"),
        see("invited demand, API list", NOBODY, api("demands"), "Mdemandinvited"),
        see("private demand, API", BUYERS, api("demand", private.uid), "Mdemandprivate"),
        see("private demand, page", BUYERS, reverse("demand", args=[private.uid]), "Mdemandprivate"),
        see("private demand, API list", NOBODY, api("demands"), "Mdemandprivate"),
        see("private demand, API search", NOBODY, api("demands"), "Mdemandprivate", q="Mdemandprivate"),
        see("private demand, search", NOBODY, reverse("demands"), "<h3>Mdemandprivate", q="Mdemandprivate"),
        see("private demand, console", NOBODY, reverse("console_demands"), "Mdemandprivate"),
        see("draft demand, API", BUYERS, api("demand", w.unsaid.uid), "Mdemanddraft"),
        see("draft demand, console", NOBODY, reverse("console_demands"), "Mdemanddraft"),
        see("own demands, API", BUYERS, api("my_demands"), "Mdemandprivate"),
        see("own demands, desk", BUYERS, reverse("buyer_demands"), "Mdemandprivate"),
        see("own demand, desk", BUYERS, reverse("buyer_demand", args=[private.uid]), "Mdemandprivate"),
        do("change demand", BUYERS, api("demand", private.uid), state(private, "title"), "patch", title="新的采购"),
        do("publish demand", BUYER_ADMIN, api("demand_publish", w.unsaid.uid), state(w.unsaid, "status")),
        do("publish demand, page", BUYER_ADMIN, reverse("buyer_demand_publish", args=[w.unsaid.uid]),
           state(w.unsaid, "status")),
        do("close demand", BUYER_ADMIN, api("demand_close", public.uid), state(public, "status")),
        do("withdraw demand", BUYER_ADMIN, api("demand_withdraw", public.uid), state(public, "status")),
        # matches
        see("match, API", SELLERS_API | BUYERS, api("match", w.match.uid), str(w.match.uid)),
        see("match, API list", SELLERS_API | BUYERS, api("matches"), str(w.match.uid)),
        see("match, supplier's page", SELLERS, reverse("supplier_match", args=[w.match.uid]), "Moffer"),
        see("match, buyer's page", BUYERS, reverse("buyer_match", args=[w.match.uid]), "Moffer"),
        see("match of a private demand, API", BUYERS, api("match", w.hidden_match.uid), str(w.hidden_match.uid)),
        see("match of a private demand, API list", BUYERS, api("matches"), str(w.hidden_match.uid)),
        see("match of a private demand, page", NOBODY, reverse("supplier_match", args=[w.hidden_match.uid]), "Moffer"),
        see("buyer's contact before both said yes", NOBODY, api("match", w.match.uid), "mcontact@"),
        see("supplier's contact before both said yes", NOBODY, api("match", w.match.uid), "mpaper@"),
        see("buyer's contact after", SELLERS_API, api("match", w.mutual.uid), "mcontact@"),
        see("supplier's contact after", BUYERS, api("match", w.mutual.uid), "mpaper@"),
        see("match, console", NOBODY, reverse("console_matching"), "Moffer"),
        do("answer as supplier", SELLERS | {"writing key"}, api("match_answer", w.match.uid),
           state(w.match, "supplier_answer"), side="supplier", answer="interested"),
        do("answer as buyer", BUYERS, api("match_answer", w.match.uid), state(w.match, "buyer_answer"), side="buyer",
           answer="interested"),
        # the team's lists as files
        see("published product, team's file", DECIDE, reverse("console_export", args=["products", "csv"]), "Moffer"),
        see("draft product, team's file", NOBODY, reverse("console_export", args=["products", "csv"]), "Mdraft"),
        see("public demand, team's file", DECIDE, reverse("console_export", args=["demands", "csv"]), "Mdemandpublic"),
        see("private demand, team's file", NOBODY, reverse("console_export", args=["demands", "csv"]), "Mdemandpriv"),
        see("draft demand, team's file", NOBODY, reverse("console_export", args=["demands", "csv"]), "Mdemanddraft"),
        see("papers, team's file", DECIDE, reverse("console_export", args=["suppliers", "csv"]), "MPAPER77"),
        # notices
        see("notice, API", SELLER_ADMIN | KEYS, api("notice", w.notice.uid), "Mnotice"),
        see("notice, API list", SELLER_ADMIN | KEYS, api("notices"), "Mnotice"),
        see("notice, page", SELLER_ADMIN, reverse("notices"), "Mnotice"),
        do("mark as read", WRITING_ADMIN, api("notice_read", w.notice.uid), state(w.notice, "read_at")),
        # events
        see("published event, API", EVERYBODY, api("event", "mfair"), "Mfair"),
        see("published event, page", EVERYBODY, reverse("event", args=["mfair"]), "Mfair"),
        see("event in preparation, API", TEAM, api("event", "mplan"), "Mplan"),
        see("event in preparation, page", TEAM, reverse("event", args=["mplan"]), "Mplan"),
        see("event in preparation, API list", TEAM, api("events"), "Mplan"),
        see("event in preparation, calendar", TEAM, reverse("events"), "Mplan"),
        see("event in preparation, console list", TEAM, reverse("console_events"), "Mplan"),
        see("event in preparation, overview", TEAM, reverse("console_event", args=["mplan"]), "Mplan"),
        see("event in preparation, editor", DECIDE, reverse("console_event_settings", args=["mplan"]), "Mplan"),
        do("publish event", DECIDE, reverse("console_event_publish", args=["mplan"]), state(w.plan, "status")),
        do("cancel event", DECIDE, reverse("console_event_cancel", args=["mfair"]), state(w.event, "status")),
        # partners, questions, and what two people decide
        see("partner's desk", PARTNER, reverse("partner_home", args=[w.partner.uid]), "Mseller"),
        see("partner's company", PARTNER, reverse("partner_company", args=[w.partner.uid, w.enrolment.uid]), "Mseller"),
        see("papers, partner's desk", NOBODY, reverse("partner_company", args=[w.partner.uid, w.enrolment.uid]),
            "MPAPER77"),
        see("partner's codes", PARTNER, reverse("partner_codes", args=[w.partner.uid]), "Mlabel"),
        see("partner's events", PARTNER, reverse("partner_events", args=[w.partner.uid]), "Mpartner Chamber"),
        see("partners, console", TEAM, reverse("console_partners"), "Mguild"),
        see("trading groups, console", TEAM, reverse("console_groups"), "Mdelegation"),
        see("trading group, console", DECIDE, reverse("console_partner", args=[w.delegation.uid]), "Mdelegation"),
        see("partner, console", DECIDE, reverse("console_partner", args=[w.guild.uid]), "Mguild"),
        see("obstacle", SELLERS | PARTNER, reverse("obstacle", args=[w.obstacle.uid]), "Mobstacle text"),
        see("partner's obstacles", PARTNER, reverse("partner_obstacles", args=[w.partner.uid]), "Mobstacle title"),
        see("obstacle, console", DECIDE, reverse("console_obstacle", args=[w.obstacle.uid]), "Mobstacle text"),
        see("obstacles, console list", DECIDE, reverse("console_obstacles"), "Mobstacle title"),
        do("answer an obstacle", SELLERS | PARTNER, reverse("obstacle", args=[w.obstacle.uid]),
           exists(w.obstacle.answers), text="x"),
        do("close an obstacle", DECIDE, reverse("console_obstacle_close", args=[w.obstacle.uid]),
           state(w.obstacle, "state"), **{"close-outcome": "solved", "close-text": "x"}),
        see("answers, console", TEAM, reverse("console_answers"), "Manswer"),
        see("answers, own page", SELLER_ADMIN, reverse("company_answers", args=[seller.uid]), "Manswer"),
        do("vouch", PARTNER, reverse("partner_vouch", args=[w.partner.uid, w.enrolment.uid]),
           state(w.enrolment, "vouch"), vouch="We know it."),
        do("make a code", PARTNER, reverse("partner_codes", args=[w.partner.uid]), exists(w.partner.codes),
           label="x", quota="1", days="30"),
        do("end a partner", SELLER_ADMIN, reverse("partner_leave", args=[seller.uid, w.enrolment.uid]),
           exists(seller.enrolments)),
        do("retire a question", DECIDE, reverse("console_question_retire", args=[w.question.uid]),
           state(w.question, "retired_at")),
        do("suspend", DECIDE, reverse("console_company_suspend", args=[seller.uid]), state(seller, "status"),
           reason="x"),
        do("propose a merge", DECIDE, reverse("console_merge", args=[seller.uid]), exists(seller.merges_as_survivor),
           gone=str(pending.uid), reason="x"),
        do("agree to a claim", DECIDE, reverse("console_claim", args=[seller.uid, w.claim.uid]),
           state(w.claim, "first_yes_by"), answer="yes"),
        see("claim, console", TEAM, reverse("console_company", args=[seller.uid]), "Mproof"),
        # the team
        see("team", TEAM, reverse("console_team"), "Mcolleague"),
        see("place kept in the team", {"campaign admin"}, reverse("console_team"), "mplace@"),
        see("record of the campaign", DECIDE, reverse("console_record"), "Place in the team given"),
        do("give a place", {"campaign admin"}, reverse("console_team_invite"), exists(w.campaign.seats),
           email="n@example.org", role="admin"),
        do("withdraw a place", {"campaign admin"}, reverse("console_team_withdraw", args=[w.place.pk]),
           state(w.place, "withdrawn_at")),
        do("change a role in the team", {"campaign admin"},
           reverse("console_team_role", args=[w.colleague.user.uid]), state(w.colleague, "role"), role="admin"),
        do("remove from the team", {"campaign admin"}, reverse("console_team_remove", args=[w.colleague.user.uid]),
           exists(w.campaign.organisers)),
        # letters
        see("letter", SELLERS | BUYERS, reverse("enquiry", args=[w.enquiry.uid]), "Mletter"),
        # one's own account
        see("key", SELLER_ADMIN, reverse("account_tokens"), "Mkey name"),
        do("revoke key", SELLER_ADMIN, reverse("account_token_revoke", args=[w.token.uid]),
           state(w.token, "revoked_at")),
        see("offer of a copy of one's data", EVERYBODY - {"anonymous"} - KEYS, reverse("account_copy"),
            reverse("account_download")),
        see("copy of one's data", SELLER_ADMIN, reverse("account_download"), "Mkey name"),
    ]  # fmt: skip


@pytest.fixture
def world():
    return World()


def cell(client: Client, headers: dict, role: str, probe: Probe) -> str:
    """What is wrong with this cell; '' when it is right."""
    may = role in probe.roles
    if probe.effect is None:
        answer = client.get(probe.url, probe.query, headers=headers)
        if answer.status_code == 302 and answer.headers["Location"].startswith("/c/"):  # at the address of her campaign
            answer = client.get(answer.headers["Location"], headers=headers)
        text = answer.text if "json" in answer.headers.get("Content-Type", "") else flat(answer.text)
        seen = answer.status_code == 200 and probe.marker in text
        leaked = probe.marker in text and not may
        return "" if seen == may and not leaked and answer.status_code < 500 else _verdict(answer, may)
    before = probe.effect()
    is_api = probe.url.startswith("/api/")
    with transaction.atomic():
        send = getattr(client, probe.method)
        answer = (
            send(probe.url, probe.send, content_type="application/json", headers=headers)
            if is_api
            else send(probe.url, probe.send, headers=headers)
        )
        changed = probe.effect() != before
        transaction.set_rollback(True)
    probe.effect()
    return "" if changed == may and answer.status_code < 500 else _verdict(answer, may)


def _verdict(answer, may: bool) -> str:
    return f"{answer.status_code}, {'must' if may else 'must not'} succeed"


def test_every_role_sees_and_does_exactly_what_the_table_says(world, capsys):
    table, wrong = probes(world), {}
    for role in ROLES:
        client, headers = world.caller(role)
        for probe in table:
            said = cell(client, headers, role, probe)
            if said:
                wrong[role, probe.name] = said
    with capsys.disabled():
        cells = len(ROLES) * len(table)
        print(f"\naccess matrix: {len(ROLES)} roles × {len(table)} probes = {cells} cells")  # noqa: T201
    assert wrong == {}


def test_what_is_not_for_a_caller_answers_like_what_never_was(world):
    """The body of a refusal tells nothing: API answers for a foreign row and for a random name are the same (B11)."""
    client, _headers = world.caller("stranger")
    foreign = [("product", world.draft), ("demand", world.wanted["private"]), ("company", world.pending)]
    foreign += [("match", world.match), ("notice", world.notice)]
    differ = []
    for name, row in foreign:
        never = "01a20f56-0000-7000-8000-000000000000"
        answers = [client.get(reverse(f"api_{name}", args=[uid])) for uid in (row.uid, never)]
        bodies = [{**answer.json(), "request_id": ""} for answer in answers]  # each request has an id of its own
        if bodies[0] != bodies[1] or {answer.status_code for answer in answers} != {404}:
            differ.append(name)
    assert differ == []
