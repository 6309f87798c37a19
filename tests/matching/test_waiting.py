"""What is published is matched, what is taken away goes, what was answered stays."""

from datetime import timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from matchmaker.campaigns import services as campaigns
from matchmaker.catalogue import services as catalogue
from matchmaker.catalogue.models import ProductText
from matchmaker.companies import privacy
from matchmaker.companies.services import change_status, update_company
from matchmaker.matching import tasks
from matchmaker.matching.models import Match, OfferState
from matchmaker.matching.services import answer_match, claims, match_waiting, scorer, waiting
from matchmaker.notifications.models import Notice
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def rice_and_line():
    product = factories.product(name="Thai Hom Mali jasmine rice", category=factories.category("AGRI-06"))
    line = factories.line(text="泰国茉莉香米，长粒，5公斤袋装", category=factories.category("AGRI-06"), hs_code="1006")
    return product, line


def test_published_product_and_demand_line_are_matched_across_languages():
    product, line = rice_and_line()
    other = factories.product(name="Stainless steel ball valve DN50", hs_code="848180", category_id=None)

    assert match_waiting() == 3

    assert list(Match.objects.values_list("product", "line")) == [(product.pk, line.pk)]
    assert not Match.objects.filter(product=other).exists()
    assert waiting() == ([], [])


def test_matching_again_makes_nothing_twice():
    product, _line = rice_and_line()
    match_waiting()
    before = list(Match.objects.values_list("pk", "score"))
    OfferState.objects.filter(product=product).update(revision=0)

    match_waiting()

    assert list(Match.objects.values_list("pk", "score")) == before
    assert Notice.objects.count() == 2  # one person on each side, told once


def test_withdrawn_product_takes_its_unanswered_matches_along():
    product, _line = rice_and_line()
    match_waiting()
    catalogue.withdraw_product(by=factories.member_of(product.company), product=product)

    match_waiting()

    assert Match.objects.count() == 0


def test_withdrawn_product_keeps_an_answered_match_out_of_sight():
    product, line = rice_and_line()
    match_waiting()
    match = Match.objects.get()
    answer_match(by=factories.member_of(line.demand.company), match=match, side="buyer", answer="interested")
    catalogue.withdraw_product(by=factories.member_of(product.company), product=product)

    match_waiting()

    match.refresh_from_db()
    assert match.buyer_answer == "interested"
    assert match.withdrawn_at is not None
    assert Match.objects.active().count() == 0


def test_edited_product_that_no_longer_fits_loses_its_match():
    product, _line = rice_and_line()
    match_waiting()
    catalogue.save_product(
        by=factories.member_of(product.company),
        company=product.company,
        product=product,
        texts=[{"language": "en", "name": "Hydraulic press for steel sheets", "description": "400 t."}],
        category_id=factories.category("TECH-01").code,
        hs_code=factories.hs_code("846291").code,
    )

    match_waiting()

    assert Match.objects.count() == 0


def test_unapproved_company_is_not_matched():
    product, _line = rice_and_line()
    type(product.company).objects.filter(pk=product.company_id).update(status="pending")

    match_waiting()

    assert Match.objects.count() == 0


def test_undone_approval_takes_the_matches_along(campaign, organiser):
    product, line = rice_and_line()
    company = product.company
    factories.take_part(campaign, company)
    change_status(company, "pending", submitted_at=timezone.now())
    later = timezone.now() + timedelta(minutes=10)
    campaigns.approve_company(by=organiser, company=company, campaign=campaign, told_at=later)
    match_waiting()
    assert Match.objects.for_buyer(line.demand.company).count() == 1

    campaigns.undo_approval(by=organiser, company=company, campaign=campaign)
    assert Match.objects.for_buyer(line.demand.company).count() == 0  # at once
    assert Match.objects.visible_to(factories.member_of(line.demand.company)).count() == 0
    match_waiting()

    assert Match.objects.count() == 0


def test_company_that_is_approved_again_is_matched_again(campaign, organiser):
    product, _line = rice_and_line()
    company = product.company
    match_waiting()
    update_company(by=factories.member_of(company), company=company, legal_name="Another Name Ltd.")
    match_waiting()
    assert Match.objects.count() == 0

    campaigns.approve_company(by=organiser, company=company, campaign=campaign)
    match_waiting()

    assert Match.objects.count() == 1


def test_erased_company_takes_its_matches_along():
    product, _line = rice_and_line()
    person = factories.member_of(product.company)
    match_waiting()

    privacy.erase_person(by=person)
    match_waiting()

    assert Match.objects.count() == 0


def test_lines_of_a_buyer_that_is_suspended_and_let_back_are_matched_anew():
    product, line = rice_and_line()
    match_waiting()
    change_status(line.demand.company, "suspended")
    assert Match.objects.for_supplier(product.company).count() == 0
    match_waiting()
    assert Match.objects.count() == 0

    change_status(line.demand.company, "approved")
    match_waiting()

    assert Match.objects.count() == 1


def test_company_is_never_matched_with_itself():
    both = factories.company(is_supplier=True, is_buyer=True)
    factories.product(both, name="Thai Hom Mali jasmine rice", category=factories.category("AGRI-06"))
    factories.line(factories.demand(both), text="泰国茉莉香米", category=factories.category("AGRI-06"), hs_code="1006")

    match_waiting()

    assert Match.objects.count() == 0


def test_private_demand_is_matched_for_its_buyer_and_unseen_by_the_supplier():
    product, line = rice_and_line()
    line.demand.visibility = "private"
    line.demand.save()

    match_waiting()

    seller, buyer = factories.member_of(product.company), factories.member_of(line.demand.company)
    assert Match.objects.for_buyer(line.demand.company).count() == 1
    assert Match.objects.for_supplier(product.company).count() == 0
    assert Match.objects.visible_to(seller).count() == 0
    assert Match.objects.visible_to(buyer).count() == 1
    assert [notice.recipient for notice in Notice.objects.all()] == [buyer]


def test_new_demand_is_news_for_the_supplier_whose_product_did_not_change():
    product = factories.product(name="Thai Hom Mali jasmine rice", category=factories.category("AGRI-06"))
    match_waiting()
    assert Notice.objects.count() == 0

    factories.line(text="泰国茉莉香米，长粒", category=factories.category("AGRI-06"), hs_code="1006")
    match_waiting()

    notice = Notice.objects.get(recipient=factories.member_of(product.company))
    assert (notice.kind, notice.context["mine"], notice.context["count"]) == (
        "match_found",
        {"en": "Thai Hom Mali jasmine rice"},
        1,
    )


def test_second_demand_is_told_by_itself_and_the_first_not_again():
    product, first = rice_and_line()
    match_waiting()
    second = factories.line(text="泰国茉莉香米，1公斤真空装", category=factories.category("AGRI-06"), hs_code="100630")
    match_waiting()

    told = [
        n.context["theirs"]
        for n in Notice.objects.filter(recipient=factories.member_of(product.company)).order_by("pk")
    ]
    assert told == [first.text, second.text]


def test_rows_one_worker_took_are_not_taken_by_another():
    products = [factories.product(factories.company(is_supplier=True)) for _ in range(3)]

    mine, theirs = claims.take(2), claims.take(2)

    assert set(mine.products) | set(theirs.products) == {row.pk for row in products}
    assert set(mine.products) & set(theirs.products) == set()
    assert bool(claims.take(2)) is False


def test_row_that_was_taken_before_the_clock_was_put_back_waits_for_no_lease(time_machine):
    product = factories.product(factories.company(is_supplier=True))
    now = timezone.now()
    time_machine.move_to(now + timedelta(days=1))
    claims.take(1)
    time_machine.move_to(now)
    assert claims.take(1).products == {product.pk: product.revision}


def test_row_of_a_dead_worker_is_taken_alone_when_its_lease_ended():
    rows = [factories.product(factories.company(is_supplier=True)) for _ in range(2)]
    claims.take(2)
    OfferState.objects.update(lease_until=timezone.now() - timedelta(seconds=1))

    again = claims.take(2)

    assert again.products == {rows[0].pk: rows[0].revision}


def test_rows_given_back_after_an_error_wait_for_nobody(monkeypatch):
    row = factories.product(factories.company(is_supplier=True))
    monkeypatch.setattr("matchmaker.matching.services.scorer.current", _fails)
    with pytest.raises(OperationalError):
        match_waiting()
    monkeypatch.undo()

    assert match_waiting() == 1
    assert OfferState.objects.get(product=row).attempts == 0


def _fails(*_args, **_more):
    raise OperationalError("canceling statement due to lock timeout")


def test_import_of_many_products_keeps_no_other_company_waiting():
    many = factories.company(is_supplier=True)
    for _ in range(4):
        factories.product(many)
    late = factories.product(factories.company(is_supplier=True))

    assert late.pk in claims.take(2).products


def test_bell_is_rung_again_when_a_row_was_locked_too_long(monkeypatch):
    factories.product(factories.company(is_supplier=True))
    rung = []
    monkeypatch.setattr("matchmaker.matching.services.scorer.current", _fails)
    monkeypatch.setattr(tasks.match_waiting, "apply_async", lambda **options: rung.append(options["expires"]))

    with pytest.raises(OperationalError):
        tasks.match_waiting()

    assert rung == [60]


def test_only_the_changed_product_is_made_ready_anew(monkeypatch):
    rows = [factories.product(name=name) for name in ("Jasmine rice", "Olive oil", "Green coffee")]
    scored_by = scorer.current()
    scorer.all_offers(scored_by)
    made = []
    offers = scorer.offers
    monkeypatch.setattr(scorer, "offers", lambda found: made.append([row.pk for row in found]) or offers(found))
    ProductText.objects.filter(product=rows[1]).update(name="Ball valve")
    rows[1].revision += 1
    rows[1].save()

    index = scorer.all_offers(scored_by)

    assert made == [[rows[1].pk]]
    assert [item.texts[0][1].split(".")[0] for item in index.items] == ["Jasmine rice", "Ball valve", "Green coffee"]


def test_withdrawn_product_leaves_the_side_kept_ready():
    rows = [factories.product(name=name) for name in ("Jasmine rice", "Olive oil", "Green coffee")]
    scored_by = scorer.current()
    scorer.all_offers(scored_by)
    type(rows[0]).objects.filter(pk=rows[0].pk).update(status="withdrawn")

    assert [item.key for item in scorer.all_offers(scored_by).items] == [rows[1].pk, rows[2].pk]
