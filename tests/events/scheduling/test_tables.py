from matchmaker.events.scheduling.tables import assign_tables


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
