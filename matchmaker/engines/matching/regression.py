"""Two small regressions: classes from a vector, and one choice among many alternatives from a few signals."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]
# A unit vector of five hundred numbers has entries of about .04: scaled up, one penalty suits weights and bias.
VECTOR_SCALE = 10.0


def log_softmax(scores: NDArray[np.floating[Any]]) -> Matrix:
    """Logarithm of the softmax along the last axis, without overflow."""
    shifted = scores - scores.max(axis=-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float32)


@dataclass(frozen=True)
class ClassRegression:
    """Multinomial logistic regression: `weights` (d × classes) and `bias` (classes)."""

    weights: Matrix
    bias: Matrix

    def log_odds(self, vectors: Matrix) -> Matrix:
        """Log-probabilities, (n × classes)."""
        return log_softmax(VECTOR_SCALE * vectors @ self.weights + self.bias)

    @classmethod
    def fit(
        cls,
        vectors: Matrix,
        classes: NDArray[np.integer],
        *,
        count: int,
        sample_weights: Matrix,
        l2: float = 1e-3,
        rounds: int = 40,
        balance: float = 0.5,
    ) -> "ClassRegression":
        """Maximum likelihood with a ridge, by L-BFGS.

        `vectors` is n × d of unit rows. Classes with much total weight are scaled down by
        (mean weight / class weight)^`balance`, and all weights are scaled to sum to one before `l2` applies.
        """
        from scipy.optimize import minimize  # 30 MB: only a process that learns pays for it

        x = np.asarray(VECTOR_SCALE * vectors, np.float32)
        totals = np.bincount(classes, sample_weights, minlength=count)
        factor = (totals[totals > 0].mean() / np.maximum(totals, 1e-9)) ** balance
        weight = (sample_weights * factor[classes]).astype(np.float32)
        weight /= weight.sum()
        rows = np.arange(len(x))
        shape = (x.shape[1] + 1, count)

        def loss(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
            parameters = flat.reshape(shape).astype(np.float32)
            logp = log_softmax(x @ parameters[:-1] + parameters[-1])
            gradient = np.exp(logp) * weight[:, None]
            gradient[rows, classes] -= weight
            value = -float(weight @ logp[rows, classes]) + 0.5 * l2 * float((parameters[:-1] ** 2).sum())
            slopes = np.vstack([x.T @ gradient + l2 * parameters[:-1], gradient.sum(axis=0)])
            return value, slopes.ravel().astype(np.float64)

        result = minimize(loss, np.zeros(shape).ravel(), jac=True, method="L-BFGS-B", options={"maxiter": rounds})
        parameters = result.x.reshape(shape).astype(np.float32)
        return cls(parameters[:-1], parameters[-1])


def fit_choice(
    parts: NDArray[np.floating],
    chosen: NDArray[np.integer],
    *,
    sample_weights: Matrix,
    l2: float | Sequence[float] = 1e-3,
    start: Sequence[float] | None = None,
    bounds: Sequence[tuple[float | None, float | None]] | None = None,
) -> NDArray[np.float32]:
    """Weights of a conditional logit (McFadden 1974): P(k | text) ∝ exp(Σ_p weights[p] · parts[p, text, k]).

    `parts` is p × n × k, `chosen` the right alternative of each of the n texts. The ridge draws towards `start`.
    """
    from scipy.optimize import minimize  # 30 MB: only a process that learns pays for it

    p = len(parts)
    origin = np.zeros(p) if start is None else np.asarray(start, float)
    weight = sample_weights / sample_weights.sum()
    rows = np.arange(parts.shape[1])
    picked = parts[:, rows, chosen].astype(np.float64)  # p × n
    ridge = np.broadcast_to(np.asarray(l2, float), (p,))

    def loss(w: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        scores = np.tensordot(w.astype(np.float32), parts, 1)
        logp = log_softmax(scores)
        probability = np.exp(logp) * weight[:, None]
        expected = parts.reshape(p, -1) @ probability.ravel()
        value = -float(weight @ logp[rows, chosen]) + 0.5 * float(ridge @ (w - origin) ** 2)
        return value, expected.astype(np.float64) - picked @ weight + ridge * (w - origin)

    solution = minimize(loss, origin, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200})
    return np.asarray(solution.x, np.float32)
