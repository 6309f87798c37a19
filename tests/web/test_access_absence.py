"""What is hidden is as if it were not: every list, count, suggestion, file and map answers the same without it.

Each page that names no row is asked twice by somebody from outside: once with everything hidden there, once after it
was taken away. The answers have to be equal to the letter, so a count, a facet, a suggestion or an order that hangs
on what one may not know of shows itself, whoever wrote the page. Searches ask for the hidden words themselves.
"""

import re

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from matchmaker.campaigns.models import Answer
from matchmaker.directory import array_backend, index_service
from matchmaker.directory.search_backend import search_backend
from matchmaker.events.models import Event
from matchmaker.web.access.route_policies import policy_of, routes
from tests.web.access_more import FullWorld
from tests.web.test_access_generated import readable

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

# What differs from one answer to the next whatever there is: tokens of forms and scripts, the time of a copy or count.
OF_THE_MOMENT = re.compile(
    r'name="csrfmiddlewaretoken" value="[\w-]+"|nonce="[\w-]+"|"made_at": "[^"]+"|"request_id":"\w+"|Expires: [\w:+-]+'
    r"|/CreationDate \(D:\w+\)|/ID \[[<>\w]+\]|Counted at [^.]+?[AP]M[^.]*\."
)

# Pages that take words: asked for each of these.
SEARCHES = ("products", "suppliers", "demands", "api_products", "api_companies", "api_demands", "sitemap")
WORDS = ("Mdraft", "rice", "Mdemandprivate", "Mpending", "Mgone", "Mwaiting")
# Addresses whose one part is a word, not a row.
FILES = [
    ("sitemap_file", {"language": "en", "section": section, "number": 1})
    for section in ("products", "suppliers", "demands")
]


def addresses() -> list[str]:
    """Every page of ours without a row in its address, every list as a file, and every search."""
    found = [
        reverse(pattern.name)
        for path, pattern in routes()
        if "<" not in path and not str(policy_of(pattern)).startswith("library:")
    ]
    found += [reverse(name, kwargs=words) for name, words in FILES]
    found += [f"{reverse(name)}?q={word}" for name in SEARCHES for word in WORDS]
    return found


def take_away(w: FullWorld) -> None:
    """Delete everything nobody from outside may know of."""
    hidden = [w.draft, w.pending, w.suspension.company, w.unsaid, w.waiting, w.wanted["private"], w.wanted["invited"]]
    hidden += [w.voucher_document, w.voucher, w.trial_lot]  # before the enquiry that they protect
    hidden += [w.hidden_match, w.enquiry, w.batch, w.team_batch, w.run, w.hook, w.search, w.short]
    hidden += [w.code, w.enrolment, w.token, w.claim, w.asked, w.invitation, w.extra, w.unsent, w.called, w.check]
    hidden += [
        w.comment,
        w.registration,
        w.letter,
        w.block,
        w.other_part,
        w.third,
        w.notice,
        w.document,
        w.place,
    ]
    for row in hidden:
        type(row)._base_manager.filter(pk=row.pk).delete()
    Answer.objects.filter(question=w.question).delete()  # the question is asked of every company, the answer is hidden
    Event.objects.filter(pk=w.plan.pk).delete()


# Figures of the whole site on pages of a team, without names: docs/organisers.md, “Common to all campaigns”.
OF_THE_SITE = {"/console/", "/console/matching/", "/console/delivery/", "/console/delivery/counts/"}


def answers(client) -> dict[str, str]:
    cache.clear()
    index_service._service.cache_clear()
    search_backend.cache_clear()
    said = {}
    for url in addresses():
        with transaction.atomic():
            page = client.get(url)
            text = readable(page)
            transaction.set_rollback(True)
        text = OF_THE_MOMENT.sub("", text)
        said[url] = f"{page.status_code}\n{text}"
    return said


@pytest.mark.parametrize("role", ["anonymous", "stranger", "other supplier", "other buyer", "other campaign"])
def test_every_list_and_count_is_the_same_without_what_is_hidden(role, monkeypatch):
    monkeypatch.setattr(array_backend, "LOOK_AGAIN", 0)
    w = FullWorld()
    client, _headers = w.caller(role)
    with_all = answers(client)
    with transaction.atomic():
        take_away(w)
        without = answers(client)
        transaction.set_rollback(True)
    differ = {
        url: next(
            (pair for pair in zip(said.splitlines(), without[url].splitlines(), strict=False) if pair[0] != pair[1]),
            ("shorter", "or longer"),
        )
        for url, said in with_all.items()
        if said != without[url] and not (role == "other campaign" and url in OF_THE_SITE)
    }
    said = "\n".join(f"{url}: {a}  →  {b}" for url, (a, b) in differ.items())
    assert said == ""
