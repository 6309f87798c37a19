"""Every route of the site against everybody, made from the routes themselves: a new one is in it on its first day.

For each route and role two things are asked. *The gate*: what the declared policy says happens, and no answer is a 5xx.
*The wall*: no answer, be it a page, a list, a count, a suggestion, a file or an error, shows a marker of something this
person may not know of; and nobody from outside changes one of its rows, whatever is sent.

    make matrix        every role; a plain test run asks as another supplier
"""

import io
import logging
import os
import sys
import zipfile
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.urls import reverse

from matchmaker.web.access.decorators import BEFORE_THE_SECOND_STEP
from matchmaker.web.access.route_policies import policy_of, routes
from tests.web.access_more import FullWorld
from tests.web.access_rows import WITHOUT_A_ROW, address, named, rows_of
from tests.web.access_world import BUYERS, DECIDE, KEYS, OUTSIDE, PARTNER, ROLES, SELLER_ADMIN, SELLERS, TEAM

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# Which roles ask: "all", or their names with commas between.
CHOSEN = os.environ.get("ACCESS_ROLES", "other supplier")
ASKED = ROLES if CHOSEN == "all" else CHOSEN.split(",")

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
    "member of the desk of the partner named": PARTNER,
    # The team of another campaign opens pages of its own campaign; the markers say that it reads nothing of this one.
    "anyone of the campaign's team": TEAM | {"other campaign"},
    "organiser of the campaign": DECIDE | {"other campaign"},
    "administrator of the campaign": {"campaign admin", "other campaign"},
    "anyone of a team, or staff of the site": TEAM | {"other campaign"},
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
    "Mkey name": SELLER_ADMIN | KEYS,  # keys of hers: they read her notices, and one of those tells of the key
    "Mplan fair": TEAM,
    "Manswer": SELLER_ADMIN | TEAM,
    "Mproof": TEAM,
    "mplace@example.org": {"campaign admin"},
    "Mcolleague Person": TEAM,
    "Mlabel": PARTNER | DECIDE,
    "Mletter text": SELLERS_API | BUYERS,
    "Mquote note": SELLERS_API | BUYERS,
    "Mrequest words": BUYERS,
    "Msample bag": SELLERS_API | BUYERS,
    "Mstep note": SELLERS_API | BUYERS,
    "Mfile.pdf": SELLERS_API | BUYERS,
    "Mpaper": SELLERS_API | BUYERS,
    "Mlot goods": SELLERS_API | BUYERS | TEAM,
    "Minvoice": SELLERS_API | BUYERS | TEAM,
    "MINV66": SELLERS_API | BUYERS | TEAM,
    "Mheld words": BUYERS | TEAM,
    "Mbad words": SELLERS_API | BUYERS | TEAM,
    "Mreport note": SELLERS_API | TEAM,
    "Mblocked Zeta": SELLERS | TEAM,
    "Mpicture alt": SELLERS_API,
    "Mimage": SELLERS_API,
    "Mextract": SELLER_ADMIN | DECIDE | KEYS,
    "Msheet": SELLERS_API,
    "Mvideo": SELLERS_API,
    "Mcaptions": SELLERS,
    "Mcontract": SELLERS_API | BUYERS,
    "Mfeed name": BUYERS,
    "MREF88": BUYERS,
    "Mshort note": BUYERS,
    "Msearch name": {"buyer member"},
    "MREG77": SELLERS | DECIDE,
    "Mcomment text": BUYERS | TEAM,
    "Mwaiting title": BUYERS | TEAM,
    "Mgoods.csv": SELLER_ADMIN,
    "Mlist.csv": DECIDE,
    "Mcell text": SELLER_ADMIN | DECIDE,
    "Mrequest note": SELLERS_API | TEAM,
    "Mnote team": SELLERS_API | TEAM,
    "Mthird Eta": SELLERS_API | TEAM,
    "Minterpreter Li": SELLERS | BUYERS | TEAM,
    "Msold note": SELLERS_API,
    "Mbought note": BUYERS,
    "Mstaff Som": SELLERS_API | TEAM,
    "Mcontact note": BUYERS,
    "Mgate north": TEAM,
    "MSCANNED99": TEAM,
    "Mhook name": SELLER_ADMIN,
    "mhook.example.org": SELLER_ADMIN,
    "Mfirm hook": SELLER_ADMIN,
    "Munsent subject": TEAM,
    "Mcalled body": SELLER_ADMIN | TEAM,
    "mdomain.example.org": SELLERS | TEAM,
    "Mseen paper": TEAM,
    "Msuspended why": TEAM,
    "Mmerge why": TEAM,
    "Mgone Theta": TEAM,
    "Mobstacle": SELLERS_API | DECIDE | PARTNER,
}
# Who holds one of these addresses holds its key: what they show, and that they act, is meant for the holder.
KEY_IN_THE_ADDRESS = {
    "meetings_feed": {"Mbuyer Beta", "Mthird Eta", "Mstaff Som", "Minterpreter Li"},
    "interpreter_feed": set(),
    "interpreter_timetable": {"Minterpreter Li"},
    "invitation": set(),
    "invitation_refuse": {"minvited@example.org"},
    "unsubscribe": set(),
}
# What the teams of all campaigns write: docs/organisers.md, “Common to all campaigns”.
COMMON = {"console_rate_remove"}
# What a page may be sent by somebody who tries: fields that forms of the site have.
BODY = {
    "answer": "yes",
    "reason": "Because",
    "why": "Because",
    "text": "Mposted words",
    "note": "Mposted",
    "yes": "yes",
}
BODY |= {"role": "admin", "email": "mposted@example.org", "name": "Mposted", "stage": "sent", "verdict": "good"}
BODY |= {"decision": "upheld", "outcome": "held", "rung": "order", "happened_on": "2026-01-01", "confirm": "yes"}


def state(rows: list) -> list:
    """What nobody from outside may change."""
    return [type(row)._base_manager.filter(pk=row.pk).values_list().first() for row in rows]


def readable(page) -> str:
    """What is in an answer, also in a file of files (a workbook, the venue's pack)."""
    content = b"".join(page.streaming_content) if page.streaming else page.content
    for closes in page._resource_closers:  # not `close()`: that would end the connection of the test
        closes()
    if content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as pack:
            content = b"\n".join(pack.read(name) for name in pack.namelist())
    return content.decode(errors="replace")


def request_rolled_back(send) -> Iterator[tuple]:
    """The answer to a request that is taken back at once, its text, and whether anything was written meanwhile."""
    written = []

    def watch(execute, sql, params, many, context):
        if not sql.startswith(("SELECT", "SAVEPOINT", "RELEASE", "ROLLBACK")):
            written.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(watch):
            answer = send()
            text = readable(answer)
        yield answer, text, bool(written)
        transaction.set_rollback(True)


def wrong_with(w: FullWorld, before, client, headers, role: str, name: str, route: tuple, counted) -> list[str]:
    policy, url, is_api = route
    errors = []
    for page, seen, _wrote in request_rolled_back(lambda: client.get(url, headers=headers)):
        counted["gate"] += 1
        counted["wall"] += len(MARKERS)
        errors += wrong_status(page.status_code, policy, is_api, role)
        shown = [marker for marker, viewers in MARKERS.items() if role not in viewers and marker in seen]
        errors += [f"GET shows {marker!r}" for marker in shown if marker not in KEY_IN_THE_ADDRESS.get(name, ())]
    kind = {"content_type": "application/json"} if is_api else {}
    for answer, _seen, wrote in request_rolled_back(
        lambda: client.post(url, {} if is_api else BODY, headers=headers, **kind)
    ):
        counted["gate"] += 1
        if answer.status_code >= 500:
            errors.append(f"POST answers {answer.status_code}")
        if before is not None:
            counted["change"] += 1
            allowed = name in KEY_IN_THE_ADDRESS or (role == "other campaign" and name in COMMON)
            if wrote and state(rows_of(w)) != before and not allowed:
                errors.append("POST changes what is not hers")
    return errors


def wrong_status(status: int, policy: str, is_api: bool, role: str) -> list[str]:
    """What is wrong with the status of a GET."""
    errors = [f"GET answers {status}"] if status >= 500 else []
    unsigned = role == "anonymous" or (role in KEYS and not is_api)
    if unsigned and policy != "everyone" and status not in (302, 401, 403, 404, 405):
        errors.append(f"GET answers {status} to who is not signed in")
    if not is_api and status == 200 and role not in PAST[policy]:
        errors.append("GET opens")
    return errors


def gate(policy: str | dict[str, str], pattern) -> str:
    """What a GET of the route asks for; an API resource says it by action; most that take no GET are signed in."""
    if isinstance(policy, str):
        return policy
    action = (getattr(pattern.callback, "actions", None) or {"get": "get"}).get("get", "")
    return policy.get(action, "signed in")


def every_route(w: FullWorld) -> tuple[list[tuple], list[str]]:
    rows, found, without = named(w), [], []
    for path, pattern in routes():
        policy = policy_of(pattern)
        if policy is None or (isinstance(policy, str) and policy.startswith("library:")):
            continue  # the first stops the start; the second are accounts and files, tested by name
        url, has_row = address(pattern, path, rows)
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


@pytest.fixture(scope="module")
def counted():
    """The cells of all roles of this run; their number is printed at its end."""
    found = Counter()
    yield found
    kinds = f"{found['gate']} gates, {found['wall']} looks for a marker, {found['change']} tries to change"
    sys.__stdout__.write(f"\ngenerated access matrix: {kinds} = {found.total()} cells\n")


@pytest.mark.parametrize("role", ASKED)
def test_every_route_keeps_its_gate_and_its_wall(role, counted, quiet):
    w = FullWorld()
    found, without = every_route(w)
    assert sorted(without) == sorted(WITHOUT_A_ROW)
    unknown = sorted({policy for _name, (policy, _url, is_api) in found if not is_api} - set(PAST))
    assert unknown == []  # a new kind of policy needs a line in PAST
    client, headers = w.caller(role)
    before, wrong = state(rows_of(w)) if role in OUTSIDE else None, {}
    for name, route in found:
        if said := wrong_with(w, before, client, headers, role, name, route, counted):
            wrong[name] = said
    assert wrong == {}


# Resources whose POST is for everyone while their GET is not offered.
POST_FOR_EVERYONE = {"api_narrow_hs_code", "api_suggestions", "api_tokens"}
DOCUMENTS_OF_THE_API = {"api_docs", "api_schema"}  # for everyone, and made by a library


def wrong_without_second_step(answer, name: str, policy: str, is_api: bool) -> str:
    """What an answer to a session without the second step gives away; '' where it is refused or led to the set-up."""
    is_free = policy == "everyone" or name in POST_FOR_EVERYONE | BEFORE_THE_SECOND_STEP
    if is_free or answer.status_code in (403, 404, 405):
        return ""
    # A desk of the other side leads whoever has no company there to the form for one.
    leads_to = {reverse("mfa_index"), reverse("join")} if policy != "signed in" else {reverse("mfa_index")}
    if answer.status_code == 302 and answer.headers["Location"] in leads_to and not is_api:
        return ""
    return f"answers {answer.status_code} {answer.headers.get('Location', '')}"


@pytest.mark.parametrize("role", ["organiser", "supplier admin"])
def test_without_a_second_step_no_route_opens_but_the_listed_ones(role, quiet, settings):
    w = FullWorld()
    settings.MFA_REQUIRED = True
    wrong = {}
    client, headers = w.caller(role)
    for name, (policy, url, is_api) in every_route(w)[0]:
        kind = {"content_type": "application/json"} if is_api else {}
        sends = {
            "GET": lambda url=url: client.get(url, headers=headers),
            "POST": lambda url=url, kind=kind: client.post(url, {} if kind else BODY, headers=headers, **kind),
        }
        for method, send in sends.items():
            for answer, _text, _wrote in request_rolled_back(send):
                if said := wrong_without_second_step(answer, name, policy, is_api):
                    wrong[method, name] = said
    assert wrong == {}


def test_a_key_opens_nothing_while_its_person_owes_a_second_step(quiet, settings):
    w = FullWorld()
    client, headers = w.caller("writing key")
    settings.MFA_REQUIRED = True
    answered = {}
    for name, (_policy, url, is_api) in every_route(w)[0]:
        if is_api and name not in DOCUMENTS_OF_THE_API:
            for answer, _text, _wrote in request_rolled_back(lambda url=url: client.get(url, headers=headers)):
                if answer.status_code not in (403, 405):
                    answered[name] = answer.status_code
    assert answered == {}
    assert client.get("/api/v1/products/mine/", headers=headers).json()["code"] == "key_owner_mfa_missing"
