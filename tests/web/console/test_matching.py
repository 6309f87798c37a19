"""The organiser's page of matching: what was given up is named and can be tried again."""

import re

import pytest
from django.urls import reverse
from django.utils import timezone

from matchmaker.accounts.models import AuditEntry
from matchmaker.matching.models import MatchRun, OfferState, WantState
from matchmaker.matching.services import match_waiting
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def aside():
    product, line = factories.product(name="Jasmine rice"), factories.line(text="茉莉香米")
    factories.take_part(factories.campaign(), product.company, line.demand.company)
    OfferState.objects.create(product=product, attempts=5, tried_revision=product.revision)
    WantState.objects.create(line=line, attempts=5, tried_revision=line.revision)
    return product, line


def test_page_names_what_was_put_aside(client, aside):
    client.force_login(factories.organiser())
    page = client.get(reverse("console_matching")).content.decode()

    assert reverse("product", args=[aside[0].uid]) in page
    assert reverse("console_demand", args=[aside[1].demand.uid]) in page
    assert page.count(reverse("console_matching_again")) == 1


def test_page_says_nothing_of_it_when_nothing_was_put_aside(client):
    factories.product()
    client.force_login(factories.organiser())

    assert client.get(reverse("console_matching")).content.decode().count(reverse("console_matching_again")) == 0


def test_organiser_lets_it_be_tried_again(client, aside):
    client.force_login(factories.organiser())
    client.post(reverse("console_matching_again"))

    assert [OfferState.objects.get().attempts, WantState.objects.get().attempts] == [0, 0]
    assert AuditEntry.objects.filter(verb="try_matching_again").count() == 1


@pytest.mark.slow
def test_what_is_tried_again_is_matched(client, aside):
    client.force_login(factories.organiser())
    client.post(reverse("console_matching_again"))

    assert match_waiting() == 2


def test_supplier_may_not_let_it_be_tried_again(client, aside):
    client.force_login(aside[0].company.members.first() or factories.member_of(aside[0].company))

    assert client.post(reverse("console_matching_again")).status_code == 404
    assert OfferState.objects.get().attempts == 5


def test_open_demands_stand_with_their_lines_matches_and_opened_contacts(client):
    campaign = factories.campaign()
    buyer = factories.buyer()
    factories.take_part(campaign, buyer)
    wine, rice = (factories.demand(buyer, title=title) for title in ("Wine", "Rice"))
    red, white = factories.line(wine, text="red wine"), factories.line(wine, text="white wine")
    factories.line(rice, text="jasmine rice")
    now = timezone.now()
    factories.match(line_row=red, mutual_at=now, supplier_answer="interested", buyer_answer="interested")
    factories.match(line_row=red)
    factories.match(line_row=white)
    factories.match(line_row=white, withdrawn_at=now)
    client.force_login(factories.organiser(campaign))

    page = client.get(reverse("console_demands")).content.decode()
    cells = re.findall(r'<td class="num" data-label="[^"]+">(\d+)</td>', page)
    assert page.index("Wine") < page.index("Rice")
    assert cells == ["2", "3", "1", "1", "0", "0"]


@pytest.fixture
def incomplete(organiser, campaign):
    row = factories.product(name="Jasmine rice")
    run = MatchRun.objects.create(campaign=campaign, state="incomplete", finished_at=timezone.now(), products=1)
    run.blocks.create(number=0, first=row.pk, last=row.pk, attempts=5, last_error="Its worker died five times.")
    return run, row


def test_page_names_what_an_incomplete_run_misses_and_lets_it_go_on(client, incomplete, organiser):
    run, row = incomplete
    client.force_login(organiser)
    page = client.get(reverse("console_matching")).content.decode()
    assert "The last run is incomplete" in page
    assert reverse("product", args=[row.uid]) in page

    client.post(reverse("console_matching_retry", args=[run.uid]))

    run.refresh_from_db()
    assert (run.state, run.blocks.get().attempts) == ("running", 0)
    assert AuditEntry.objects.get(verb="retry_match_run").facts == {"blocks": 1}
    assert "The last run is incomplete" not in client.get(reverse("console_matching")).content.decode()


def test_supplier_may_not_let_a_run_go_on(client, incomplete):
    run, row = incomplete
    client.force_login(factories.member_of(row.company))
    assert client.post(reverse("console_matching_retry", args=[run.uid])).status_code == 404
    run.refresh_from_db()
    assert run.state == "incomplete"
