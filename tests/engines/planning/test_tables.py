from matchmaker.engines.planning.tables import assign_tables


def test_suppliers_stay_at_their_table():
    rows = assign_tables([(0, 0, 0), (1, 1, 0), (1, 0, 1), (0, 1, 1)], [2, 2])
    assert {row[0]: row[3] for row in rows if row[2] == 0} == {row[0]: row[3] for row in rows if row[2] == 1}


def test_a_newcomer_leaves_the_table_of_somebody_who_will_be_back():
    rows = assign_tables([(0, 0, 0), (1, 1, 1), (0, 1, 2)], [2, 2, 2])
    assert rows == [(0, 0, 0, 0), (1, 1, 1, 1), (0, 1, 2, 0)]


def test_pinned_meetings_keep_their_table_and_draw_their_supplier_back_to_it():
    rows = assign_tables([(0, 0, 0), (1, 1, 0), (0, 1, 1)], [3, 3], {(0, 0, 0): 2})
    assert rows == [(1, 1, 0, 0), (0, 0, 0, 2), (0, 1, 1, 2)]


def test_no_table_outside_a_smaller_slot():
    rows = assign_tables([(0, 0, 0), (1, 1, 0), (1, 0, 1)], [2, 1])
    assert [row for row in rows if row[2] == 1] == [(1, 0, 1, 0)]


def test_buyers_keep_their_tables_in_a_corridor_and_the_busier_side_where_it_is_mixed():
    # Buyer 0 receives three suppliers; in the mixed event supplier 3 with three buyers is a host, too.
    corridor = [(0, 0, 0), (1, 0, 1), (2, 0, 2), (2, 1, 0), (0, 1, 1)]
    rows = assign_tables(corridor, [2, 2, 2], host="buyer")
    assert len({table for _s, buyer, _t, table in rows if buyer == 0}) == 1
    mixed = [*corridor[:3], (3, 1, 0), (3, 2, 1), (3, 4, 2)]
    rows = assign_tables(mixed, [2, 2, 2], host="mixed")
    assert len({table for s, _b, _t, table in rows if s == 3}) == 1
    assert len({table for _s, buyer, _t, table in rows if buyer == 0}) == 1
