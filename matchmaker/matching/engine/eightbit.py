"""Products of rows in eight bits: two to four times the speed of float32, with an error known before it is used.

A row x is kept as whole numbers a (-127 … 127) and a scale s, x = s·a + e. For two rows

    x·y = s·t·(a·b) + e·(t·b) + x·f,    so    |x·y - s·t·(a·b)| ≤ |e| · |t·b| + |x| · |f|

by Cauchy and Schwarz: whoever filters with that margin loses nothing, whatever the rows are. The products are made by
`vpdpbusd`, which multiplies and adds 64 pairs of bytes at once (AVX-512 VNNI: Intel since 2019, AMD since 2022), else
by `vpmaddubsw` and `vpmaddwd` with 32 pairs (AVX2: since about 2015). Where the processor has neither, `AVAILABLE` is
false and float32 does the work.
"""

import os
from collections.abc import Callable
from typing import Any, NamedTuple

import numba
import numpy as np
from llvmlite import binding, ir
from numba import types
from numba.extending import intrinsic
from numpy.typing import NDArray

from matchmaker.core.compiled import compiled

_ROWS = 4  # rows of the other side that share what was read of a panel


class Way(NamedTuple):
    """How a processor multiplies bytes: sums in a register, registers of a panel, and the greatest number of a row."""

    sums: int
    registers: int
    most: int


VNNI = Way(sums=16, registers=4, most=127)
# Two products are added in sixteen bits: 2 · (63 + 64) · 127 just fits, so rows have a bit less.
AVX2 = Way(sums=8, registers=2, most=63)


def _way() -> Way | None:
    # Only code for the very processor we run on may use its instructions.
    if numba.config.CPU_NAME or numba.config.CPU_FEATURES or not numba.config.ENABLE_AVX:
        return None
    features = binding.get_host_cpu_features()
    if features.get("avx512f") and features.get("avx512vnni"):
        return VNNI
    return AVX2 if features.get("avx2") else None


def second_cache() -> int:
    """Bytes of a core's second cache; 0 where the system does not say."""
    try:
        return max(0, os.sysconf("SC_LEVEL2_CACHE_SIZE"))
    except (ValueError, OSError):
        return 0


WAY = _way()
AVAILABLE = WAY is not None
_SUMS, _REGISTERS, _MOST = WAY or AVX2
LANES = _SUMS * _REGISTERS  # columns side by side in a packed panel
_ZERO = _MOST + 1  # the instructions take one factor without a sign: rows are stored with this added


class Rows(NamedTuple):
    """n rows. cells: n × d bytes (d a multiple of 4), `_ZERO` added. scale: n. error: n, |e|. length: greatest |x|."""

    cells: NDArray[np.uint8]
    scale: NDArray[np.float32]
    error: NDArray[np.float32]
    length: float


class Columns(NamedTuple):
    """n columns in panels of `LANES`, four bytes of each side by side: panels × d/4 × LANES × 4.

    zero: -_ZERO · sum of a column, what undoes the `_ZERO` of the rows. scale: one a column, padded like `cells` with
    nought. error: n, |f|. length: the greatest |t·b|.
    """

    cells: NDArray[np.int8]
    zero: NDArray[np.int32]
    scale: NDArray[np.float32]
    error: NDArray[np.float32]
    length: float


def rows_of(vectors: NDArray[np.float32]) -> Rows:
    n, d = vectors.shape
    cells = np.full((n, -(-d // 4) * 4), _ZERO, np.uint8)
    scale, error = np.empty(n, np.float32), np.empty(n, np.float32)
    length = _fill_rows(vectors, cells, scale, error)
    return Rows(cells, scale, error, length)


def columns_of(vectors: NDArray[np.float32]) -> Columns:
    n, d = vectors.shape
    panels = -(-n // LANES)
    cells = np.zeros((panels, -(-d // 4), LANES, 4), np.int8)
    zero, scale = np.zeros(panels * LANES, np.int32), np.zeros(panels * LANES, np.float32)
    error = np.empty(n, np.float32)
    length = _fill_columns(vectors, cells, zero, scale, error)
    return Columns(cells, zero, scale, error, length)


@compiled
def _scale(row, steps):  # type: ignore[no-untyped-def]
    most = np.float32(0)
    for k in range(len(row)):
        most = max(most, abs(row[k]))
    return most / np.float32(steps) if most > 0 else np.float32(1)


@compiled
def _fill_rows(vectors, cells, scale, error):  # type: ignore[no-untyped-def]
    length = 0.0
    for i in range(len(vectors)):
        row, step = vectors[i], _scale(vectors[i], _MOST)
        scale[i] = step
        left = size = 0.0
        for k in range(len(row)):
            value = np.rint(row[k] / step)
            cells[i, k] = np.uint8(np.int32(value) + _ZERO)
            left += (row[k] - np.float64(step) * value) ** 2
            size += np.float64(row[k]) ** 2
        error[i], length = np.sqrt(left), max(length, size)
    return np.sqrt(length)


@compiled
def _fill_columns(vectors, cells, zero, scale, error):  # type: ignore[no-untyped-def]
    length = 0.0
    for i in range(len(vectors)):
        row, step = vectors[i], _scale(vectors[i], 127)
        scale[i] = step
        panel = cells[i // LANES]
        left = size = 0.0
        total = 0
        for k in range(len(row)):
            value = np.rint(row[k] / step)
            panel[k // 4, i % LANES, k % 4] = np.int8(value)
            total += np.int32(value)
            left += (row[k] - np.float64(step) * value) ** 2
            size += (np.float64(step) * value) ** 2
        zero[i] = -_ZERO * total
        error[i], length = np.sqrt(left), max(length, size)
    return np.sqrt(length)


def _vnni(builder: Any, sums: ir.VectorType) -> Callable[..., Any]:
    """(sums so far, four bytes of a row spread out, columns) → sums: one instruction."""
    dot = builder.module.declare_intrinsic(
        "llvm.x86.avx512.vpdpbusd.512", (), ir.FunctionType(sums, [sums, sums, sums])
    )
    return lambda held, row, columns: builder.call(dot, [held, row, columns])


def _avx2(builder: Any, sums: ir.VectorType) -> Callable[..., Any]:
    """The same in three: pairs of bytes to sixteen bits, pairs of those to thirty-two, and added."""
    bytes_, halves = ir.VectorType(ir.IntType(8), 4 * _SUMS), ir.VectorType(ir.IntType(16), 2 * _SUMS)
    declare = builder.module.declare_intrinsic
    pairs = declare("llvm.x86.avx2.pmadd.ub.sw", (), ir.FunctionType(halves, [bytes_, bytes_]))
    fours = declare("llvm.x86.avx2.pmadd.wd", (), ir.FunctionType(sums, [halves, halves]))
    ones = ir.Constant(halves, [1] * (2 * _SUMS))

    def multiply(held, row, columns):  # type: ignore[no-untyped-def]
        found = builder.call(pairs, [builder.bitcast(row, bytes_), builder.bitcast(columns, bytes_)])
        return builder.add(held, builder.call(fours, [found, ones]))

    return multiply


def _kernel(height: int) -> Any:
    """A function for `height` rows and one panel: all their sums stay in registers until they are whole.

    Arguments are addresses and sizes in bytes: rows, bytes of a row, panel, steps of four bytes, zero, scale of the
    rows, scale of the columns, target, bytes of a row of the target.
    """
    word, long, real = ir.IntType(32), ir.IntType(64), ir.FloatType()
    sums, reals = ir.VectorType(word, _SUMS), ir.VectorType(real, _SUMS)
    size = 4 * _SUMS

    def number(n: int) -> ir.Constant:
        return ir.Constant(long, n)

    def generate(context, builder, _signature, arguments):  # type: ignore[no-untyped-def]
        rows, row_bytes, panel, steps, zero, row_scale, column_scale, target, target_bytes = arguments
        multiply = _vnni(builder, sums) if WAY == VNNI else _avx2(builder, sums)

        def read(address, offset, kind, align):  # type: ignore[no-untyped-def]
            value = builder.load(builder.inttoptr(builder.add(address, offset), kind.as_pointer()))
            value.align = align
            return value

        def spread(value, kind):  # type: ignore[no-untyped-def]
            one = builder.insert_element(ir.Constant(kind, ir.Undefined), value, ir.Constant(word, 0))
            return builder.shuffle_vector(one, ir.Constant(kind, ir.Undefined), ir.Constant(sums, [0] * _SUMS))

        before = builder.block
        first = [read(zero, number(size * q), sums, 4) for q in range(_REGISTERS)]
        loop, done = builder.append_basic_block("step"), builder.append_basic_block("done")
        builder.branch(loop)

        builder.position_at_end(loop)
        step = builder.phi(long)
        step.add_incoming(number(0), before)
        held = [[builder.phi(sums) for _q in range(_REGISTERS)] for _r in range(height)]
        here = builder.add(panel, builder.mul(step, number(LANES * 4)))
        columns = [read(here, number(size * q), sums, 4) for q in range(_REGISTERS)]
        for r in range(height):
            place = builder.add(builder.mul(row_bytes, number(r)), builder.shl(step, number(2)))
            four = spread(read(rows, place, word, 1), sums)
            for q in range(_REGISTERS):
                more = multiply(held[r][q], four, columns[q])
                held[r][q].add_incoming(first[q], before)
                held[r][q].add_incoming(more, loop)
        following = builder.add(step, number(1))
        step.add_incoming(following, loop)
        whole = [[phi.incomings[1][0] for phi in line] for line in held]
        builder.cbranch(builder.icmp_signed("<", following, steps), loop, done)

        builder.position_at_end(done)
        scales = [read(column_scale, number(size * q), reals, 4) for q in range(_REGISTERS)]
        for r in range(height):
            own = spread(read(row_scale, number(4 * r), real, 4), reals)
            line = builder.add(target, builder.mul(target_bytes, number(r)))
            for q in range(_REGISTERS):
                value = builder.fmul(builder.fmul(builder.sitofp(whole[r][q], reals), scales[q]), own)
                address = builder.inttoptr(builder.add(line, number(size * q)), reals.as_pointer())
                builder.store(value, address).align = 4
        return context.get_dummy_value()

    @intrinsic  # type: ignore[untyped-decorator]  # numba has no types
    def kernel(_typing, a, b, c, d, e, f, g, h, i):  # type: ignore[no-untyped-def]
        return types.void(*[types.intp] * 9), generate

    return kernel


_several, _single = _kernel(_ROWS), _kernel(1)


@compiled
def products(cells, scale, columns, target):  # type: ignore[no-untyped-def]
    """Write all products of rows (cells, scale) and columns into target: rows × (LANES · panels), in C order."""
    rows, width = cells.shape
    steps, target_bytes = width // 4, target.shape[1] * 4
    for p in range(len(columns.cells)):
        panel = columns.cells.ctypes.data + p * steps * LANES * 4
        zero, column_scale = columns.zero.ctypes.data + p * LANES * 4, columns.scale.ctypes.data + p * LANES * 4
        r = 0
        while r < rows:
            row, row_scale = cells.ctypes.data + r * width, scale.ctypes.data + r * 4
            place = target.ctypes.data + r * target_bytes + p * LANES * 4
            if r + _ROWS <= rows:
                _several(row, width, panel, steps, zero, row_scale, column_scale, place, target_bytes)
                r += _ROWS
            else:
                _single(row, width, panel, steps, zero, row_scale, column_scale, place, target_bytes)
                r += 1
