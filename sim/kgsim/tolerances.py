"""What counts as equal, and how exact what is computed must be: every tolerance, with its unit and its reason.

Two payoffs are one if they differ by no more than the rounding of the numbers they were computed from (`merged`), and
never by their share of a player's whole range: a payoff of -1e9 that stands for "impossible" makes no ties elsewhere.
Once ties are exact, comparisons are exact too, and most of what follows bounds the errors of numerical methods.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kgsim.arrays import Bools, Floats

#: Share of the numbers that a payoff was computed from by which it may be off: sixteen units in the last place, for
#: formulas of some thirty operations.
ROUNDING = 16 * 2.0**-52

#: Integers of at most this size are floats without rounding.
EXACT_INTEGERS = 2.0**53

#: Share of a menu's step. Steps that differ by less are written to some digits only, and meant to be even.
EVEN_STEPS = 1e-9

#: Share of a player's range of payoffs. Where two of them differ by less without being equal, floats on 0..1 are too
#: coarse for the difference: two players' games are then solved from the payoffs as they stand, in fractions, and sets
#: of more players' equilibria are not called complete.
CLOSE_PAYOFFS = 1e-9

#: Share of a player's range of payoffs, or probability. A mixture that misses a tie, or a zero, by less, in payoffs
#: that stand for no simple fractions, may have been meant to be there: completeness is not claimed.
NEAR_TIE = 1e-11

#: Payoffs on 0..1 closer than this are tied where ties are told by tolerance: some fifty units in the last place. Those
#: between this and `NEAR_TIE` are left to exact arithmetic.
CERTAIN_TIE = 1e-14

#: Share of a mover's range of payoffs. With rounding above this, ties cannot be told from near ones.
COARSE_TIES = 1e-5

#: Payoffs on 0..1 that sum to a constant but for this, the rounding of one sum, are those of a zero-sum game.
ZERO_SUM = 5e-16

#: A number of a dictionary of linear programming, with entries of the size of one, may be a rounded zero up to this.
ROUNDED_ZERO = 1e-9

#: Payoffs on 0..1 this close to a fraction of a small denominator are read as that fraction; such fractions lie at
#: least 1e-10 apart, so there is never a choice.
READ_AS_FRACTION = 1e-13

#: Largest regret, as a share of the player's payoff range, of an equilibrium whose payoffs are well apart.
REGRET = 1e-9

#: The same as a share of the payoffs compared, and all there is where some differ by less than `CLOSE_PAYOFFS`.
REGRET_OF_SIZE = 1e-13

#: Share of the smallest difference between payoffs up to which a gain is rounding.
RESIDUAL_OF_GAP = 1e-3

#: Largest regret, payoffs being on 0..1, of a profile that is taken from Nashpy: less than `CLOSE_PAYOFFS`, so that no
#: difference between two payoffs passes for rounding.
NASHPY_REGRET = 1e-11

#: Largest difference of probabilities between two findings of one equilibrium.
SAME_PROFILE = 1e-6

#: Share of the range of payoffs up to which a plan found by linear programming is optimal.
REGRET_OF_PROGRAMMES = 1e-9

#: Smaller probabilities, found by a method without exact arithmetic, are 0.
NO_PROBABILITY = 1e-12

#: How much more mixtures are rounded than the payoffs that they are mixed from.
MIXTURES = 2.0**10

#: Share of expected payoffs up to which nothing but the rounding of mixtures is left of them.
BELIEVED = MIXTURES * ROUNDING

#: A probability counts as positive, in beliefs, from here on.
POSITIVE = 1e-9

#: The same where every support of messages, answers and beliefs is tried. It is below the ties there, so that where a
#: mixture is too slight to count the equilibrium without it is one already, and none is lost next to a border.
PRESENT = 1e-13

#: The same of what actions are worth in Nash equilibria found by any method.
NASH_WORTH = 1e-10

#: Share of what actions are worth, or of payoffs' range, up to which they are best under beliefs computed as limits.
REGRET_OF_BELIEFS = 1e-7

#: Exponents of errors that differ by less are the same.
SAME_EXPONENT = 1e-6

#: Ends of an interval of probabilities that cross by so little are one; roots this close to the real line are real.
EQUAL_ENDS = 1e-12

#: Share of a player's range of payoffs up to which gains in Bayesian games, expected under beliefs, are ties.
BAYESIAN_TIES = 1e-10

#: Share of what actions are worth on average against others' play up to which two of them are as good.
AVERAGED = 1e-12

#: Probabilities up to this, of what a linear programme finds likeliest, are its own inexactness.
MEDIATED = 1e-6

#: Newton's last move, as a share of 1 and the point's size, up to which a point lies on a path.
ON_THE_PATH = 1e-10

#: Steps along a path shorter than this lead nowhere.
SHORTEST_STEP = 1e-9

#: Probabilities below this are on their way to 0 where a path of quantal responses ends.
VANISHING = 1e-4

#: Impossible moves of chance have this probability in logarithms: they still order the beliefs behind them.
LEAST_CHANCE = 1e-300

#: Payoff differences, on payoffs scaled to 0..1, up to which actions in signalling games are tied.
SIGNALLING_TIES = 1e-11

#: Probabilities by which equilibria of signalling games differ at most that are found as one.
SAME_STRATEGY = 1e-8

#: Share of the payoffs compared by which an action is strictly worse than another at least.
STRICTLY = 1e-9

#: What the product of gains could still rise by, as a share of it, when its largest mixture counts as found.
DUAL_GAP = 1e-14

#: Share of a fallback, itself perhaps the payoff of a mixture, up to which another payoff is the same.
SAME_GAIN = 1e-12

#: Share of 1 and the payoff by which a fallback differs at most from what all have in an equilibrium that takes it.
SAME_FALLBACK = 1e-11

#: Probabilities by which two lotteries differ at most that many points share.
SAME_LOTTERY = 1e-11

#: Digits of probabilities in which lotteries agree that are found as one.
LOTTERY_DIGITS = 12

#: Probabilities up to this are the rounding of others that sum to 1.
NO_SHARE = 1e-15

#: Below this pivot, payoffs being on 0..1, a system of indifferences is too ill posed for floats.
LEAST_PIVOT = 1e-9

#: Error of a solved system of indifferences, times its smallest pivot.
SOLVING_ERROR = 1e-14

#: Numbers computed from payoffs on 0..1 that are closer to 0 have no certain sign; exact or general methods decide.
UNSURE_SIGN = 1e-9

#: The same of a discriminant, relative to the coefficients, since its square root enters.
UNSURE_DISCRIMINANT = 1e-6

#: Margin of every sign test of polynomials, payoffs being on 0..1.
SIGN_MARGIN = 1e-13

#: Gains of more than two players up to this, payoffs being on 0..1, are ties.
TIED_GAINS = 1e-10

#: A probability up to this is zero: a root belongs to a smaller support.
BOUNDARY = 1e-11

#: A pivot this small relative to the largest counts as zero.
SINGULAR_PIVOT = 1e-9

#: Simplices are not bisected below this edge.
SMALLEST_EDGE = 1e-7

#: Probabilities that are given sum to 1 but for so much.
SUM_TO_ONE = 1e-9

#: Share of the values that a claim compares up to which they are equal: below it differences are rounding.
EQUAL = 1e-10

#: A part of a continuum whose longest edge is shorter, in shares of the whole's, than this share of the tolerance up to
#: which a claim's numbers are equal, is no more than its middle.
SHORTEST_EDGE = 0.1

#: Claims compare so tightly where a boundary is sought, since the width of a tie is the boundary's error.
TIGHT_COMPARISON = 1e-12

#: Boundaries are bisected to this share of the range.
BOUNDARY_WIDTH = 1e-10

#: Payoffs that differ by no more than this share of the player's range rank outcomes alike.
RANKED_ALIKE = 1e-9

#: Gains of automata up to this share of the range of stage payoffs are rounding.
REPEATED_GAINS = 1e-11

#: Discount factors closer than this are one root.
SAME_ROOT = 1e-10

#: Distance from the interval within which a computed root may be one.
NEAR_ROOT = 1e-6

#: Distances in the unit cube of offers, and sizes of determinants there, up to which there is none.
ON_A_PLANE = 1e-11

#: Distances in the unit cube of offers up to which two places, or two sides of a polytope, are one.
SAME_PLACE = 1e-9

#: Share of the payoffs compared up to which a later mover's gain, anywhere in a box of offers, is rounding.
ROUNDED_WORTH = 1e-13

#: Chances change by less than this at a fixed point of quantal responses.
FIXED_POINT = 1e-9

#: Share of a player's range by which two actions may differ in worth and be told as tied, where refinements ask which.
TIED_WORTH = 1e-9

#: Share of a player's range. Where payoffs differ by less without being equal, refinements are not decided: linear
#: programmes keep their constraints to 1e-7.
DISTINCT_WORTH = 1e-6

#: Noisy responses to each other that are off by more than this in some chance have not settled, and decide no claim.
SETTLED_CHANCE = 1e-6

#: Share of the largest of some payoffs. Where none are closer, the rounding of their formulas need not be looked at: it
#: would have to be that of numbers 1e5 times larger.
CROWDED = 1e-9


#: Share of the largest payoff and score within which of the best one another score may be the same but for rounding, in
#: however many steps: hundreds of `CROWDED`.
NEAR_THE_BEST = 1e-6


#: Columns whose numbers are sorted together, few enough for the processor's cache.
_COLUMNS = 128


def crowded(values: Floats) -> Bools:
    """Where some distinct numbers along the first axis, 0 among them, are so close that rounding may be why.

    Shape (values, ...) to (...). -inf stands for no number; what is nan may be crowded.
    """
    if values.ndim != 2:
        return np.array([crowded(part) for part in values.swapaxes(0, 1)]).reshape(values.shape[1:])
    numbers = np.concatenate([values, np.zeros_like(values[:1])])
    numbers[numbers == -np.inf] = 0.0
    gap, low, high = least_gaps(numbers)
    return np.asarray(~(gap > CROWDED * np.maximum(high, -low)))


def least_gaps(values: Floats) -> tuple[Floats, Floats, Floats]:
    """The least difference of distinct numbers of each column, the least and the largest number; shape (columns,)."""
    rows, found = _distinct(values), np.empty((3, values.shape[1]))
    with np.errstate(invalid="ignore"):
        for first in range(0, values.shape[1], _COLUMNS):
            # Sorting numbers that lie side by side takes half the time.
            ranked = rows[:, first : first + _COLUMNS].T.copy()
            ranked.sort(axis=-1)
            gaps = ranked[:, 1:] - ranked[:, :-1]
            gaps[gaps == 0.0] = np.inf
            found[:, first : first + _COLUMNS] = gaps.min(axis=-1, initial=np.inf), ranked[:, 0], ranked[:, -1]
    return found[0], found[1], found[2]


def _distinct(rows: Floats) -> Floats:
    """Rows without those that repeat another one, which saves most of the work of sorting columns."""
    heads: dict[bytes, int] = {}
    same = np.array([heads.setdefault(row.tobytes(), number) for number, row in enumerate(rows[:, :8])], dtype=np.intp)
    repeats = (same != np.arange(len(rows))) & (rows == rows[same]).all(axis=1)
    return np.asarray(rows[~repeats])


def merged_if_crowded(values: Floats, sizes: Callable[[Bools], Floats]) -> Floats:
    """The same as `merged`, `sizes` being asked for only where numbers are `crowded`; shapes (values, ...).

    The sizes are those of `values[:, where]` for the mask `where` that `sizes` is called with, of shape (...).
    """
    where = crowded(values)
    if not where.any():
        return values
    found = values.copy()
    found[:, where] = merged(values[:, where], sizes(where))
    return found


def tied(first: Floats, second: Floats, size: Floats) -> Bools:
    """Whether numbers computed from some of this size differ by rounding alone; integers never do."""
    exact = (first == np.rint(first)) & (second == np.rint(second)) & (size <= EXACT_INTEGERS)
    gap = np.abs(first - second)
    return np.asarray((first == second) | ((gap <= ROUNDING * size) & (gap < np.inf) & ~exact))


def merged(values: Floats, sizes: Floats | None = None) -> Floats:
    """Values along the first axis, those that differ from the next larger by rounding alone made one number.

    Parameters
    ----------
    values
        Shape (values, ...).
    sizes
        The size of the numbers that each was computed from, of the same shape; its own at least.

    Returns
    -------
    ndarray
        The values themselves if there is nothing to merge. Of each group the least is taken; with `sizes`, what is
        rounded from 0 is 0.
    """
    # A copy in any case: it is written to.
    columns = np.array(values.reshape(len(values), -1).T, order="C")
    own = np.abs(columns) if sizes is None else np.maximum(np.abs(columns), sizes.reshape(len(values), -1).T)
    with np.errstate(invalid="ignore"):
        ranked = np.sort(columns, axis=-1)
        slack = ROUNDING * own.max(axis=-1, keepdims=True)
        small = (np.abs(ranked) <= slack) & (ranked != 0.0) if sizes is not None else np.zeros(ranked.shape, dtype=bool)
        some = np.flatnonzero((_close(ranked, slack) | small[:, 1:]).any(axis=-1) | small[:, 0])
        if not len(some):
            return values
        order = np.argsort(columns[some], axis=-1, kind="stable")
        ranked, size = ranked[some], np.take_along_axis(own[some], order, axis=-1)
        zero = np.nonzero(small[some])
        ranked[zero] = np.where(tied(ranked[zero], np.zeros(len(zero[0])), size[zero]), 0.0, ranked[zero])
        same = np.zeros(ranked.shape, dtype=bool)
        same[:, 1:] = ranked[:, 1:] == ranked[:, :-1]
        column, low = np.nonzero(_close(ranked, slack[some]))
        largest = np.maximum(size[column, low], size[column, low + 1])
        same[column, low + 1] = tied(ranked[column, low], ranked[column, low + 1], largest)
    first = np.maximum.accumulate(np.where(same, 0, np.arange(len(values))), axis=-1)
    found = np.empty_like(ranked)
    np.put_along_axis(found, order, np.take_along_axis(ranked, first, axis=-1), axis=-1)
    columns[some] = found
    return np.ascontiguousarray(columns.T.reshape(values.shape))


def _close(ranked: Floats, slack: Floats) -> Bools:
    """Where numbers that ascend along the last axis are followed by one that is larger by so little."""
    gaps = ranked[:, 1:] - ranked[:, :-1]
    return np.asarray((gaps > 0.0) & (gaps <= slack))


def cancelled(values: Floats, sizes: Floats) -> Floats:
    """Expectations of which nothing but the rounding of numbers of some size is left, as 0."""
    return np.where(np.abs(values) <= BELIEVED * sizes, 0.0, values)
