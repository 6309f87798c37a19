"""A notice says what it is about in letters that its reader knows: as a line of the list and as a subject."""

import datetime as dt
import re

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override

from matchmaker.catalogue.models import Demand
from matchmaker.matching.models import Match
from matchmaker.matching.services import answer_match, remind_owing
from matchmaker.matching.services.notices import tell
from matchmaker.messaging.services import ask
from matchmaker.notifications import mail
from matchmaker.notifications.models import Notice
from matchmaker.notifications.templatetags.notices import notice_line
from tests import factories
from tests.readers import is_foreign

pytestmark = pytest.mark.django_db
OWN = {"fr": "Comté affiné", "ar": "زيت زيتون", "th": "ข้าวหอมมะลิ"}
KNOWN, UNKNOWN = "泰国茉莉香米，5公斤装", "某某牌专用件之一"  # goods of the vocabulary, and none of it


@pytest.fixture(params=[KNOWN, UNKNOWN])
def wanted(request):
    """A line without category and code: facts say nothing about it."""
    demand = factories.demand(title=request.param, company=factories.buyer(factories.user(language="zh-hans")))
    return factories.line(demand, text=request.param, category=None)


def pair_of(language, line):
    """A match of this line with goods whose name stands in the language of their supplier alone."""
    seller = factories.supplier(factories.user(language=language))
    product = factories.product(seller, OWN[language], "", language=language, category=None, hs_code="")
    return factories.match(product, line)


def shown_to(person):
    """Lines and subjects of all notices of a person in her language, without names of companies."""
    with override(person.language):
        for notice in Notice.objects.filter(recipient=person):
            for text in (notice_line(notice), mail.subject(notice)):
                name = re.compile("武汉采购集团有限公司\\d+")
                yield notice.kind, name.sub("", str(text))


def unread(person):
    return [(kind, text) for kind, text in shown_to(person) if is_foreign(text, person.language)]


def tell_all(match: Match, side: str):
    """What this side of a match is told: found, the other side's yes, a reminder, a letter, the contact."""
    seller, wanter = (factories.member_of(row) for row in (match.product.company, match.line.demand.company))
    me, other, her_side = (seller, wanter, "buyer") if side == "supplier" else (wanter, seller, "supplier")
    with override(other.language):  # whose page it is that writes the notice
        tell(products=[match.product_id], lines=[match.line_id])
        answer_match(by=other, match=match, side=her_side, answer="interested")
        with time_machine.travel(timezone.now() + dt.timedelta(days=3, hours=1)):
            remind_owing()
        about = {"product": match.product} if side == "supplier" else {"demand": match.line.demand}
        ask(by=other, company=other.companies.get(), text="？", **about)
        answer_match(by=me, match=match, side=side, answer="interested")
    return me


@pytest.mark.parametrize("language", OWN)
def test_a_supplier_reads_every_notice_about_a_chinese_demand(wanted, language):
    me = tell_all(pair_of(language, wanted), "supplier")
    kinds = {kind for kind, _text in shown_to(me)}
    assert kinds == {"match_found", "match_interest", "match_reminder", "match_mutual", "enquiry_message"}
    assert unread(me) == []


@pytest.mark.parametrize("language", OWN)
def test_a_chinese_buyer_reads_every_notice_about_goods_of_another_language(wanted, language):
    me = tell_all(pair_of(language, wanted), "buyer")
    assert {"match_found", "match_interest", "match_reminder", "match_mutual"} <= {kind for kind, _ in shown_to(me)}
    assert unread(me) == []


def test_goods_that_the_vocabulary_knows_are_named_in_the_readers_language():
    line = factories.line(text=KNOWN, category=None)
    me = tell_all(pair_of("fr", line), "supplier")
    assert any(kind == "match_mutual" and "riz" in text.lower() for kind, text in shown_to(me))
    with override("fr"):
        assert "riz" in line.text_for_reader.text
        assert line.text_for_reader.origin == "gloss"


def test_a_demand_that_nothing_translates_is_called_by_the_category_of_its_first_line():
    line = factories.line(factories.demand(title=UNKNOWN), text=UNKNOWN, category=factories.category("AGRI-03"))
    row = Demand.objects.get(pk=line.demand_id)
    with override("en"):
        assert (row.title_for_reader.text, row.title_for_reader.origin) == ("Category AGRI-03", "category")
    with override("zh-hans"):
        assert (row.title_for_reader.text, row.title_for_reader.origin) == (UNKNOWN, "owner")


def test_news_about_many_products_and_lines_cost_as_many_queries_as_about_one():
    first, *others = matches = [factories.match() for _ in range(9)]

    def queries_for(some):
        with CaptureQueriesContext(connection) as queries:
            count = tell(products=[one.product_id for one in some], lines=[one.line_id for one in some])
        return count, len(queries)

    assert queries_for([first])[0] == 2  # a process reads some things once
    assert queries_for(others[:1])[0] == 2
    assert queries_for(matches)[0] == 14  # those who know already get no second notice
    more = [factories.match() for _ in range(9)]
    one, many = queries_for(more[:1]), queries_for(more[1:])

    assert (one[0], many[0]) == (2, 16)
    assert many[1] == one[1]
    assert set(Notice.objects.values_list("context__side", "path")) == {
        *(("supplier", f"/supplier/matches/?product={one.product.uid}") for one in matches + more),
        *(("buyer", f"/buyer/matches/?line={one.line.uid}") for one in matches + more),
    }
    assert Notice.objects.count() == 36
