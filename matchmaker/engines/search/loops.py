"""The compiled loop of the search: names near a query, of rows of small whole numbers."""

import numba
import numpy as np


@numba.njit(cache=True, nogil=True)
def near(rows, scales, crowding, query, firsts, lasts, unit, share, least):
    """(rows, values above `least`) of unit × scales[i] × (rows[i] · query) - share × crowding[i], for rows `firsts[c]`
    up to `lasts[c]` of every c; int8 rows, an int16 query. Numpy has no fast product of whole numbers."""
    places = np.empty((lasts - firsts).sum(), np.int64)
    values = np.empty(len(places), np.float32)
    n = 0
    for c in range(len(firsts)):
        for i in range(firsts[c], lasts[c]):
            total = np.int32(0)
            for j in range(query.shape[0]):  # every step cast back: numba would widen to int64, three times slower
                total = np.int32(total + np.int32(np.int32(rows[i, j]) * np.int32(query[j])))
            value = np.float32(total) * unit * scales[i] - share * crowding[i]
            if value > least:
                places[n], values[n] = i, value
                n += 1
    return places[:n], values[:n]
