"""Rows of a sheet, as they are really pasted."""

import pytest

from matchmaker.web.buyer.demands import read_lines


def test_a_head_in_any_order_names_the_columns():
    rows, left = read_lines("Unit\tProduct\tQty\nt\tRice\t20\n")
    assert (rows, left) == ([{"text": "Rice", "quantity": "20", "unit": "t"}], 0)


def test_without_a_head_the_usual_order_holds():
    assert read_lines("大米\t20\t吨\t6800\t元\t吨\t1006.30\t泰国\tHACCP")[0] == [
        {
            "text": "大米",
            "quantity": "20",
            "unit": "t",
            "target_price": "6800",
            "currency": "CNY",
            "price_unit": "t",
            "hs_code": "1006.30",
            "origins_wanted": "泰国",
            "certificates_required": "HACCP",
        }
    ]


def test_a_single_column_is_a_list_of_goods():
    assert [row["text"] for row in read_lines("Product\nRice\n\nOil\r\nTea")[0]] == ["Rice", "Oil", "Tea"]


@pytest.mark.parametrize("typed", ["1,200,000", "12,500.50", "17,50", "1 234,5", "1.2万", "20 bags"])
def test_a_number_stays_as_it_was_pasted_and_the_form_reads_it(typed):
    assert read_lines(f"Rice\t{typed}\tt")[0][0]["quantity"] == typed


def test_what_is_too_much_is_counted():
    rows, left = read_lines("\n".join(["Rice"] * 120), 100)
    assert (len(rows), left) == (100, 20)


@pytest.mark.parametrize("pasted", ["", "\n\n", "\t\t\t", "   "])
def test_nothing_gives_nothing(pasted):
    assert read_lines(pasted) == ([], 0)


@pytest.mark.parametrize(
    ("typed", "amount", "unit"),
    [
        ("3柜", "3", "container"),
        ("3个40尺高柜", "3", "40hq"),
        ("2×40HQ", "2", "40hq"),
        ("2 x 40 HQ", "2", "40hq"),
        ("40HQ*2", "2", "40hq"),
        ("5 x 20'GP", "5", "20gp"),
        ("500 瓶", "500", "bottle"),
        ("1.2万瓶", "1.2万", "bottle"),
        ("1,200 cartons", "1,200", "carton"),
        ("10 托盘", "10", "pallet"),
        ("2万盒", "2万", "box"),
        ("60台", "60", "unit"),
        ("60套", "60", "set"),
        ("20 bags", "20", "bag"),
        ("20 t", "20", "t"),
        ("12.500", "12.500", ""),
        ("40HQ", "40HQ", ""),
        ("3 boxes of tea", "3 boxes of tea", ""),
    ],
)
def test_an_amount_and_its_unit_are_read_from_one_cell(typed, amount, unit):
    expected = {"text": "Wine", "quantity": amount} | ({"unit": unit} if unit else {})
    assert read_lines(f"Wine\t{typed}")[0] == [expected]
