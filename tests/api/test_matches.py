"""What the API says of a match and of the condition that a line's words set."""

import datetime as dt

import pytest
from django.utils import timezone

from matchmaker.matching.models import Match
from tests import factories

API = "/api/v1"
pytestmark = pytest.mark.django_db


def test_a_failed_origin_lowers_the_fit_and_not_the_score(caller):
    failed = [{"code": "origin", "outcome": "fails", "facts": {"origin": "VN", "wanted": ["TH"], "excluded": []}}]
    match = Match.objects.create(
        product=factories.product(), line=factories.line(), score=0.8, probability=0.7, engine="test", conditions=failed
    )
    answer = caller(factories.member_of(match.line.demand.company)).get(f"{API}/matches/{match.uid}/").json()
    assert (answer["score"], answer["fit"]) == (0.8, "possible")


def test_a_country_in_the_text_of_a_line_becomes_its_origin(caller):
    buyer = caller(factories.member_of(factories.buyer()))
    day = (timezone.localdate() + dt.timedelta(days=9)).isoformat()
    given = {"title": "采购", "closing_on": day, "lines": [{"text": "智利红酒 赤霞珠 750ml*6", "language": "zh"}]}
    demand = buyer.post(f"{API}/demands/", given).json()
    (line,) = demand["lines"]
    assert (line["origins_wanted"], line["origins_in_text"]) == (["CL"], ["CL"])
    kept = {"uid": line["uid"], "text": line["text"], "origins_wanted": []}
    (line,) = buyer.patch(f"{API}/demands/{demand['uid']}/", {"lines": [kept]}).json()["lines"]
    assert (line["origins_wanted"], line["origins_in_text"]) == ([], ["CL"])
