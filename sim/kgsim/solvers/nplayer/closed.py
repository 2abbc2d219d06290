"""Closed forms for supports where at most three players mix, each over two strategies.

With two players mixing, each mixture is read off the other's two payoff differences. With three, as in
``nplayer_eliminate``, the first player's mixture ``x`` determines ``y`` and ``z``, here by one difference linear in
``x`` each, and the first player's indifference becomes a quadratic form in ``x``, whose roots are taken in
homogeneous coordinates so that none of them loses digits, wherever it lies.

Whatever is near a degenerate case (a discriminant, an end coefficient or a coordinate close to zero) is not
decided here but left to the general elimination and search.

Source: Nau, Gomez Canovas and Hansen, *On the geometry of Nash equilibria and correlated equilibria* (2004).
"""

from __future__ import annotations

from math import sqrt

from kgsim.solvers.nplayer.work import Floats, Ints
from kgsim.tolerances import UNSURE_DISCRIMINANT, UNSURE_SIGN

COUNTERS = ("mixing", "origin")


def closed(payoffs: Floats, shape: Ints, supports: Ints, mixer: Ints, candidate: Floats, sign: Ints) -> int:
    """How many solutions one support profile has, -1 where no closed form applies or its outcome is unsure.

    Parameters
    ----------
    payoffs, shape, supports
        (players, combinations) table, actions and bit sets of supported actions of each player.
    mixer
        (3, 4) scratch.
    candidate, sign
        (2, actions of all players) and (2,), receive the solutions as full profiles and their indices.
    """
    players, length = len(shape), len(candidate[0])
    for c in range(length):
        candidate[0][c] = 0.0
        candidate[1][c] = 0.0
    mixing, origin, stride, column = 0, 0, 1, length
    for i in range(players - 1, -1, -1):
        column -= shape[i]
        a = 0
        while not (supports[i] >> a) & 1:
            a += 1
        b = a + 1
        rest = supports[i] >> b
        origin += a * stride
        candidate[0][column + a] = 1.0
        candidate[1][column + a] = 1.0
        if rest:
            while not rest & 1:
                rest >>= 1
                b += 1
            if mixing == 3 or rest > 1:
                return -1
            mixer[mixing][0] = i
            mixer[mixing][1] = (b - a) * stride
            mixer[mixing][2] = column + a
            mixer[mixing][3] = column + b
            mixing += 1
        stride *= shape[i]
    if mixing == 1:
        return -1
    sign[0] = 1
    if mixing == 0:
        return 1
    if mixing == 2:
        return _pair(payoffs, origin, mixer, candidate, sign)
    return triple(payoffs, origin, mixer, candidate, sign, 0)


def _pair(payoffs: Floats, o: int, mixer: Ints, candidate: Floats, sign: Ints) -> int:
    """Two players mix: each is indifferent against one mixture of the other."""
    i, j, s, t = mixer[0][0], mixer[1][0], mixer[0][1], mixer[1][1]
    u0, u1 = payoffs[i][o] - payoffs[i][o + s], payoffs[i][o + t] - payoffs[i][o + t + s]
    v0, v1 = payoffs[j][o] - payoffs[j][o + t], payoffs[j][o + s] - payoffs[j][o + s + t]
    x, y = _alike(-v1, v0), _alike(-u1, u0)
    if x < 0 or y < 0:
        return 0
    if x == 0 or y == 0:
        return -1
    mix(-v1, v0, candidate[0], mixer[0][2], mixer[0][3])
    mix(-u1, u0, candidate[0], mixer[1][2], mixer[1][3])
    sign[0] = -1 if (u0 > 0.0) == (v0 > 0.0) else 1
    return 1


def triple(payoffs: Floats, o: int, mixer: Ints, candidate: Floats, sign: Ints, at: int) -> int:
    """Three players mix: a quadratic in the first one's mixture. Solutions go to ``candidate`` from ``at`` on."""
    i, j, l = mixer[0][0], mixer[1][0], mixer[2][0]  # noqa: E741
    r, s, t = mixer[0][1], mixer[1][1], mixer[2][1]
    m00, m01 = payoffs[i][o] - payoffs[i][o + r], payoffs[i][o + t] - payoffs[i][o + r + t]
    m10, m11 = payoffs[i][o + s] - payoffs[i][o + r + s], payoffs[i][o + s + t] - payoffs[i][o + r + s + t]
    # at the two ends of x, y is (a, b) and (c, d) up to scale and z is (e, f) and (g, h)
    b, a = payoffs[l][o] - payoffs[l][o + t], payoffs[l][o + s + t] - payoffs[l][o + s]
    d, c = payoffs[l][o + r] - payoffs[l][o + r + t], payoffs[l][o + r + s + t] - payoffs[l][o + r + s]
    f, e = payoffs[j][o] - payoffs[j][o + s], payoffs[j][o + s + t] - payoffs[j][o + t]
    h, g = payoffs[j][o + r] - payoffs[j][o + r + s], payoffs[j][o + r + s + t] - payoffs[j][o + r + t]
    from_0, from_1 = m00 * a + m10 * b, m01 * a + m11 * b
    to_0, to_1 = m00 * c + m10 * d, m01 * c + m11 * d
    first, last = from_0 * e + from_1 * f, to_0 * g + to_1 * h
    middle = from_0 * g + from_1 * h + to_0 * e + to_1 * f
    size = max(abs(first), abs(middle), abs(last))
    square = middle * middle - 4.0 * first * last
    if abs(first) < UNSURE_SIGN or abs(last) < UNSURE_SIGN or abs(square) < UNSURE_DISCRIMINANT * size * size:
        return -1
    if square < 0.0:
        return 0
    root = sqrt(square)
    half = -0.5 * (middle + root) if middle > 0.0 else 0.5 * (root - middle)
    count = 0
    for which in range(2):
        p, q = last, half
        if which == 1:
            p, q = half, first
        if (p > 0.0) != (q > 0.0):
            continue
        p, q = p / (p + q), q / (p + q)
        y0, y1, z0, z1 = p * a + q * c, p * b + q * d, p * e + q * g, p * f + q * h
        y, z = _alike(y0, y1), _alike(z0, z1)
        if y < 0 or z < 0:
            continue
        if y == 0 or z == 0:
            return -1
        mix(p, q, candidate[at + count], mixer[0][2], mixer[0][3])
        mix(y0, y1, candidate[at + count], mixer[1][2], mixer[1][3])
        mix(z0, z1, candidate[at + count], mixer[2][2], mixer[2][3])
        y0, y1, z0, z1 = y0 / (y0 + y1), y1 / (y0 + y1), z0 / (z0 + z1), z1 / (z0 + z1)
        # the Jacobian has zeros on the diagonal; player i's difference moves with y and z by iy, iz, and so on
        iy, iz = z0 * (m00 - m10) + z1 * (m01 - m11), y0 * (m00 - m01) + y1 * (m10 - m11)
        jx, jz = z0 * (f - h) - z1 * (e - g), p * (f + e) + q * (h + g)
        lx, ly = y0 * (b - d) - y1 * (a - c), p * (b + a) + q * (d + c)
        sign[at + count] = -1 if iy * jz * lx + iz * jx * ly > 0.0 else 1
        count += 1
    return count


def _alike(left: float, right: float) -> int:
    """1 where two numbers have the same sign, -1 where opposite ones, 0 where one of them is too close to zero."""
    if abs(left) < UNSURE_SIGN or abs(right) < UNSURE_SIGN:
        return 0
    return 1 if (left > 0.0) == (right > 0.0) else -1


def mix(left: float, right: float, profile: Floats, first: int, second: int) -> None:
    """Write a player's probabilities, in the proportion of two numbers of one sign."""
    profile[first] = left / (left + right)
    profile[second] = right / (left + right)
