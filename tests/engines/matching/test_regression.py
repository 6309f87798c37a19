import numpy as np
import pytest

from matchmaker.engines.matching.byte_rows import STEP, ByteRows, dot_products, matrix
from matchmaker.engines.matching.exemplars import Exemplars
from matchmaker.engines.matching.regression import ClassRegression, fit_choice, log_softmax
from matchmaker.engines.matching.whitening import normalise, whitening_matrix


def test_whitening_makes_the_noise_inside_groups_round():
    random = np.random.default_rng(1)
    centres = np.repeat(random.normal(size=(50, 4)), 20, axis=0)
    noise = random.normal(size=(1000, 4)) * [5, 1, 1, 0.2]
    matrix = whitening_matrix((centres + noise).astype(np.float32), np.repeat(np.arange(50), 20), shrink=0.0)
    spread = (noise @ matrix).std(axis=0)
    assert spread.max() / spread.min() < 1.2


def test_groups_of_one_leave_space_as_it_is():
    rows = np.eye(3, dtype=np.float32)
    matrix = whitening_matrix(rows, [0, 0, 1], shrink=1.0)
    assert np.allclose(matrix / matrix[0, 0], np.eye(3), atol=1e-6)


def test_regression_learns_what_can_be_parted():
    random = np.random.default_rng(2)
    classes = np.repeat(np.arange(3), 30)
    rows = normalise(np.eye(3)[classes] + 0.1 * random.normal(size=(90, 3)))
    fitted = ClassRegression.fit(rows, classes, count=4, sample_weights=np.ones(90, np.float32))
    found = fitted.log_odds(rows)
    assert (found.argmax(axis=1) == classes).all()
    assert np.allclose(np.exp(found).sum(axis=1), 1, atol=1e-4)


def test_choice_finds_the_signal_that_counts():
    random = np.random.default_rng(3)
    parts = random.normal(size=(2, 400, 6)).astype(np.float32)
    noisy = 3 * parts[0] + random.gumbel(size=(400, 6))
    weights = fit_choice(parts, noisy.argmax(axis=1), sample_weights=np.ones(400, np.float32))
    assert weights[0] == pytest.approx(3, abs=0.7)
    assert abs(weights[1]) < 0.3


def test_log_softmax_of_huge_scores_is_finite():
    assert np.isfinite(log_softmax(np.array([[1e4, -1e4, 0]], np.float32))).all()


def test_nearest_example_of_each_code_and_nought_without_one():
    memory = Exemplars.of(np.eye(3, dtype=np.float32), np.array([4, 1, 4]))
    assert memory.nearest(np.array([[0.6, 0, 0.8]], np.float32), 6).tolist() == [pytest.approx([0, 0, 0, 0, 0.8, 0])]


def test_memory_grows_without_changing_the_old_one():
    empty = Exemplars.of(np.zeros((0, 2), np.float32), np.zeros(0, np.int32))
    grown = empty.plus(np.array([[1, 0]], np.float32), np.array([2]))
    assert (len(empty.codes), grown.codes.tolist()) == (0, [2])
    assert empty.nearest(np.ones((1, 2), np.float32), 3).tolist() == [[0, 0, 0]]


@pytest.mark.parametrize("count", [0, 3, STEP, 2 * STEP + 1])
def test_rows_as_bytes_have_the_dot_products_of_their_numbers(count):
    random = np.random.default_rng(4)
    exact = normalise(random.normal(size=(count, 32)).astype(np.float32))
    vectors = normalise(random.normal(size=(5, 32)).astype(np.float32))
    rows = ByteRows.of(exact)
    np.testing.assert_allclose(dot_products(vectors, rows), vectors @ matrix(rows).T, atol=1e-6)
    np.testing.assert_allclose(dot_products(vectors, rows), vectors @ exact.T, atol=0.01)


def test_a_memory_of_bytes_takes_new_examples():
    before = Exemplars(ByteRows.of(np.eye(3, dtype=np.float32)[:2]), np.array([1, 4], np.int32))
    after = before.plus(np.eye(3, dtype=np.float32)[2:], np.array([2]))
    assert after.codes.tolist() == [1, 2, 4]
    np.testing.assert_allclose(after.nearest(np.eye(3, dtype=np.float32), 5)[:, [1, 4, 2]], np.eye(3), atol=1e-6)
