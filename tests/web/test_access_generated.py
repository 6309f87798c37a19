"""Every route of the site against everybody, made from the routes themselves: a new one is in it on its first day.

For each route and role two things are asked. *The gate*: what the declared policy says happens, and no answer is a 5xx.
*The wall*: no answer, be it a page, a list, a count, a suggestion, a file or an error, shows a marker of something this
person may not know of; and nobody from outside changes one of its rows, whatever is sent.

    make matrix        every role; a plain test run asks as another supplier
"""

import logging
import os
import re
from collections import Counter

import pytest
from django.db import transaction
from django.urls import reverse

from matchmaker.web.policies import policy_of, routes
from tests.web.access_world import BUYERS, DECIDE, KEYS, OUTSIDE, PARTNER, ROLES, SELLER_ADMIN, SELLERS, TEAM, World

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

NEVER = "01a20f56-0000-7000-8000-000000000000"
SELLING = SELLERS | {"other supplier"}
BUYING = BUYERS | {"other buyer"}
SIGNED_IN = set(ROLES) - {"anonymous"} - KEYS  # a key opens no page

# Who gets past the gate of a policy, for a page whose address names a row of the supplier, the partner or the campaign.
PAST = {
    "everyone": set(ROLES),
    "signed in": SIGNED_IN,
    "member of a supplier": SELLING,
    "member of a buyer": BUYING,
    "member of the company named": SELLERS,
    "administrator of the company named": SELLER_ADMIN,
    "somebody at the desk of the partner named": PARTNER,
    "anyone of the campaign's team": TEAM,
    "organiser of the campaign": DECIDE,
    "administrator of the campaign": {"campaign admin"},
    "staff of the site": set(),
}

# What nobody else may know of: each marker with everybody who may see it somewhere.
SELLERS_API = SELLERS | KEYS
MARKERS = {
    "Mdraft rice": SELLERS_API,
    "Mdemandprivate": BUYERS,
    "Mdemandinvited": SELLERS_API | BUYERS | TEAM,
    "Mdemanddraft": BUYERS,
    "MPAPER77": SELLERS_API | TEAM,
    "mpaper@example.org": SELLERS_API | BUYERS | TEAM,  # buyers: both said yes
    "mcontact@example.org": SELLERS_API | BUYERS | TEAM,
    "Mbuyer Beta": SELLERS_API | BUYERS | TEAM,
    "Mpending Gamma": TEAM,
    "minvited@example.org": SELLER_ADMIN,
    "Masking Person": SELLER_ADMIN | KEYS,
    "Mextra Person": SELLERS_API,
    "Mnotice Delta": SELLER_ADMIN | KEYS,
    "Mkey": SELLER_ADMIN,
    "Mplan fair": TEAM,
    "Manswer": SELLER_ADMIN | TEAM,
    "Mproof": TEAM,
    "Mlabel": PARTNER | DECIDE,
    "Mletter text": SELLERS_API | BUYERS,
}


def named(w: World) -> list[tuple[str, dict]]:
    """Which rows stand in the addresses: the first pattern that fits a route's name gives its arguments."""
    seller, company = {"uid": w.seller.uid}, {"uid": w.seller.uid, "key": NEVER}
    desk = {"uid": w.partner.uid}
    return [
        (r"member_(role|remove|hand_over)", {**seller, "person": w.extra.user.uid}),
        (r"invitation_withdraw", {**seller, "key": w.invitation.pk}),
        (r"join_request_answer", {**seller, "key": w.asked.uid}),
        (r"claim_object", {**seller, "key": w.claim.uid}),
        (r"claim_withdraw|join_request_withdraw", {"key": w.claim.uid}),
        (r"invitation_accept", {"key": w.invitation.pk}),
        (r"partner_leave", {**seller, "key": w.enrolment.uid}),
        (r"partner_(company|vouch|take_back)", {**desk, "key": w.enrolment.uid}),
        (r"partner_code_withdraw", {**desk, "code": w.code.uid}),
        (r"(console_)?partner_(home|codes|enrol|seat|close)|console_partner", desk),
        (r"console_partner_unseat", {**desk, "key": w.partner.seats.get().pk}),
        (r"console_claim", {**seller, "claim": w.claim.uid}),
        (r"console_company_(approve|return)", {"uid": w.pending.uid}),
        (r"console_(company|act|merge).*|console_check.*|console_suspension.*", {**company, "check": NEVER}),
        (r"console_question.*", {"uid": w.question.uid}),
        (r"invited", {"code": w.code.code}),
        (r"(api_)?supplier_product.*|api_product_(publish|pause|withdraw)|api_product", {"uid": w.draft.uid}),
        (r"product|ask_product|buyer_not_for_us_product|buyer_shortlist_(toggle|note)", {"uid": w.offer.uid}),
        (r"(buyer|api)_demand.*|demand|ask_demand|demand_quotes", {"uid": w.wanted["private"].uid}),
        (r"(api_)?(supplier_|buyer_)?match.*|api_match.*", {"uid": w.match.uid}),
        (r"api_notice.*|notice_read", {"uid": w.notice.uid}),
        (r"account_token_revoke", {"uid": w.token.uid}),
        (r"(api_)?enquiry_message.*", {"uid": w.message.uid}),
        (r"enquiry_unblock", seller),
        (r"(api_)?enquiry.*|quote_new|sample_ask|deal_step", {"uid": w.enquiry.uid}),
        (r"api_event|event.*|meetings_.*", {"slug": "mfair"}),
        (r"console_event.*", {"slug": "mplan"}),
        (r"company_webhook(_act|_replay)?", {**company, "event": NEVER}),
        (r"company_.*|members|leave_company|knock|claim|domain_proof.*|supplier|ask_supplier|api_company", seller),
        (r"partner_code_use|buyer_not_for_us_supplier|meetings_(wish|ask)", seller),
    ]


PLAIN = {"step": 1, "side": "supplier", "code": "none", "slug": "mfair", "section": "suppliers", "number": 1, "pk": 1}
PLAIN |= {"kind": "welcome", "language": "en", "variant": 0, "token": "none", "verb": "none", "supplier": 1, "buyer": 2}


def arguments(pattern, path: str, rows: list[tuple[str, dict]]) -> tuple[dict, bool]:
    """The arguments of a route, and whether a row of the world is among them; unknown rows are ones that never were."""
    wanted = re.findall(r"<(?:\w+:)?(\w+)>", path)
    known = next((args for fits, args in rows if re.fullmatch(fits, pattern.name or "")), {})
    found = {name: known.get(name, PLAIN.get(name, NEVER if "uuid:" + name in path else 1)) for name in wanted}
    return found, not wanted or any(known.get(name, NEVER) != NEVER for name in wanted)


def state(w: World) -> list:
    """What nobody from outside may change."""
    rows = [w.seller, w.buyer, w.pending, w.offer, w.draft, w.unsaid, *w.wanted.values(), w.match, w.hidden_match]
    rows += [w.mutual, w.notice, w.plan, w.event, w.partner, w.code, w.enrolment, w.question, w.token, w.claim, w.asked]
    rows += [w.invitation, w.extra, w.enquiry, w.message, w.campaign]
    return [type(row)._base_manager.filter(pk=row.pk).values_list().first() for row in rows]


def wrong_with(w: World, client, headers, role: str, route: tuple, counted: Counter) -> list[str]:
    policy, url, is_api = route
    said = []
    page = client.get(url, headers=headers)
    counted["gate"] += 1
    seen = "" if page.streaming else page.content.decode(errors="replace")
    if page.status_code >= 500:
        said.append(f"GET answers {page.status_code}")
    unsigned = role == "anonymous" or (role in KEYS and not is_api)
    if unsigned and policy != "everyone" and page.status_code not in (302, 401, 403, 404, 405):
        said.append(f"GET answers {page.status_code} to who is not signed in")
    if not is_api and page.status_code == 200 and role not in PAST[policy]:
        said.append("GET opens")
    for marker, viewers in MARKERS.items():
        counted["wall"] += 1
        if role not in viewers and marker in seen:
            said.append(f"GET shows {marker!r}")
    before = state(w) if role in OUTSIDE else None
    with transaction.atomic():
        kind = {"content_type": "application/json"} if is_api else {}
        answer = client.post(url, {}, headers=headers, **kind)
        counted["gate"] += 1
        if answer.status_code >= 500:
            said.append(f"POST answers {answer.status_code}")
        if before is not None:
            counted["change"] += 1
            if state(w) != before:
                said.append("POST changes what is not hers")
        transaction.set_rollback(True)
    return said


def gate(policy: str | dict[str, str], pattern) -> str:
    """What a GET of the route asks for; an API resource says it by action; most that take no GET are signed in."""
    if isinstance(policy, str):
        return policy
    action = (getattr(pattern.callback, "actions", None) or {"get": "get"}).get("get", "")
    return policy.get(action, "signed in")


def every_route(w: World) -> tuple[list[tuple], list[str]]:
    rows, found, without = named(w), [], []
    for path, pattern in routes():
        policy = policy_of(pattern)
        if policy is None or (isinstance(policy, str) and policy.startswith("library:")):
            continue  # the first stops the start; the second are accounts and files, tested by name
        args, has_row = arguments(pattern, path, rows)
        url = reverse(pattern.name, kwargs=args)
        found.append((pattern.name, (gate(policy, pattern), url, path.startswith("api/"))))
        if not has_row:
            without.append(pattern.name)
    return found, without


@pytest.fixture
def quiet():
    """Thousands of refusals are the point here; nobody needs a line for each."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


def test_g13_every_route_keeps_its_gate_and_its_wall_for_everybody(capsys, quiet):
    w = World()
    found, without = every_route(w)
    unknown = sorted({policy for _name, (policy, _url, is_api) in found if not is_api} - set(PAST))
    assert unknown == []  # a new kind of policy needs a line in PAST
    roles = ROLES if os.environ.get("ACCESS_ROLES") == "all" else ["other supplier"]
    counted, wrong = Counter(), {}
    for role in roles:
        client, headers = w.caller(role)
        for name, route in found:
            said = wrong_with(w, client, headers, role, route, counted)
            if said:
                wrong[role, name] = said
    with capsys.disabled():
        print(  # noqa: T201
            f"\ngenerated access matrix: {len(found)} routes × {len(roles)} roles: {counted['gate']} gates, "
            f"{counted['wall']} looks for a marker, {counted['change']} tries to change = {counted.total()} cells; "
            f"{len(without)} routes with rows that never were: {', '.join(without)}"
        )
        for (role, name), said in wrong.items():
            print(f"  {role}, {name}: {'; '.join(said)}")  # noqa: T201
    assert wrong == {}
