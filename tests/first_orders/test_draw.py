"""The draw of vouchers: recomputable from the published file, and by the description in docs/first_orders.md."""

import hashlib
import json
from collections import Counter
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command

from matchmaker.first_orders import services
from matchmaker.first_orders.draw import Entry, digest_of_list, draw, drawn_order, problems_of

ENTRIES = [Entry(number, group, Decimal(1000)) for number, group in (("B2", 0), ("A1", 0), ("C3", 1), ("D4", 0))]


def test_the_order_follows_from_seed_list_and_number_alone():
    """Written out as the document describes it, with nothing but SHA-256."""
    lines = "A1 0 1000.00\nB2 0 1000.00\nC3 1 1000.00\nD4 0 1000.00\n"
    digest = hashlib.sha256(lines.encode()).hexdigest()
    tickets = {n: hashlib.sha256(f"3141\n{digest}\n{n}".encode()).hexdigest() for n in ("A1", "B2", "D4")}
    assert digest_of_list(ENTRIES) == digest
    expected = [*sorted(tickets, key=tickets.__getitem__), "C3"]
    assert [entry.number for entry in drawn_order(ENTRIES, "3141")] == expected
    assert [entry.number for entry in drawn_order(ENTRIES[::-1], "3141")] == expected


def test_another_amount_or_entry_changes_every_ticket():
    seeds = [str(number) for number in range(40)]
    before = [[entry.number for entry in drawn_order(ENTRIES[:2], seed)] for seed in seeds]
    more = [*ENTRIES[:2], Entry("E5", 1, Decimal(1))]
    after = [[entry.number for entry in drawn_order(more, seed)][:2] for seed in seeds]
    assert before != after


def test_the_budget_ends_with_the_first_amount_that_it_does_not_pay():
    entries = [Entry("A", 0, Decimal(600)), Entry("B", 1, Decimal(500)), Entry("C", 2, Decimal(100))]
    assert draw(entries, "x", Decimal(1000)).winners == ("A",)
    assert draw(entries, "x", Decimal(1100)).winners == ("A", "B")
    assert draw(entries, "x", Decimal(1000), withdrawn=["A"]).winners == ("B", "C")


def test_every_application_of_a_group_is_as_likely_to_be_first():
    entries = [Entry(letter, 0, Decimal(1)) for letter in "ABCDE"]
    firsts = Counter(drawn_order(entries, str(seed))[0].number for seed in range(5000))
    assert all(850 < firsts[letter] < 1150 for letter in "ABCDE"), firsts


def test_a_published_draw_is_repeated_from_its_file_alone(fair, tmp_path, capsys):
    programme = fair.programme(budget=Decimal(3000))
    fair.applied(programme, 3)
    fair.drawn(programme)
    programme.refresh_from_db()
    published = services.published_draw(programme)
    assert (len(published["order"]), len(published["winners"])) == (3, 1)
    assert problems_of(published) == []
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(published))
    call_command("recompute_draw", str(file))
    assert "holds" in capsys.readouterr().out


@pytest.mark.parametrize("change", ["seed", "amount", "order", "winner", "budget", "left out"])
def test_a_published_draw_that_was_changed_does_not_hold(fair, tmp_path, change):
    programme = fair.programme(budget=Decimal(3000))
    fair.applied(programme, 3)
    fair.drawn(programme)
    programme.refresh_from_db()
    published = services.published_draw(programme)
    if change == "seed":
        published["seed"] += "0"
    elif change == "amount":
        published["applications"][0]["amount"] = "1.00"
    elif change == "order":
        published["order"].reverse()
    elif change == "winner":
        published["winners"] = published["order"][1:2]
    elif change == "budget":
        published["budget"] = "9000.00"
    else:
        published["applications"].pop()
    file = tmp_path / "draw.json"
    file.write_text(json.dumps(published))
    with pytest.raises(CommandError):
        call_command("recompute_draw", str(file))


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"applications": 3}', '{"applications": [{"number": "A"}]}'])
def test_a_file_that_is_no_draw_is_said_to_be_none(tmp_path, content):
    file = tmp_path / "draw.json"
    file.write_text(content)
    with pytest.raises(CommandError, match="not the file of a draw"):
        call_command("recompute_draw", str(file))
