"""Maximal Nash subsets of a two-player game: the continua that its extreme equilibria span.

A maximal Nash subset is a product of convex hulls, and it is found as a maximal biclique of the graph whose edges are
the extreme equilibria (Avis, Rosenberg, Savani and von Stengel 2010).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence

#: More maximal Nash subsets than this are not listed.
MOST_COMPONENTS = 10_000


def maximal_nash_subsets(
    pairs: Sequence[tuple[Hashable, Hashable]],
) -> tuple[tuple[tuple[int, ...], ...], bool]:
    """Find the maximal Nash subsets with more than one point.

    Parameters
    ----------
    pairs
        The extreme equilibria, each as what identifies its strategies.

    Returns
    -------
    subsets : tuple of tuple of int
        The numbers of the extreme equilibria of each subset.
    all : bool
        Whether these are all; False beyond `MOST_COMPONENTS`.
    """
    subsets: list[tuple[int, ...]] = []
    whole = True
    for connected in _connected(pairs):
        if len(connected) > 1:
            found, complete = _bicliques([pairs[k] for k in connected], MOST_COMPONENTS - len(subsets))
            subsets += [tuple(sorted(connected[k] for k in subset)) for subset in found]
            whole &= complete
    return tuple(sorted(subsets)), whole


def merged(groups: Iterable[tuple[int, ...]]) -> tuple[tuple[int, ...], ...]:
    """Groups that share no member, each of all that hang together by shared ones."""
    whole: list[set[int]] = []
    for group in groups:
        apart = [each for each in whole if each.isdisjoint(group)]
        whole = [*apart, set(group).union(*(each for each in whole if not each.isdisjoint(group)))]
    return tuple(sorted(tuple(sorted(each)) for each in whole))


def _connected(pairs: Sequence[tuple[Hashable, Hashable]]) -> Iterator[list[int]]:
    """Numbers of the pairs that hang together by common strategies."""
    sharing: dict[tuple[int, Hashable], list[int]] = defaultdict(list)
    for number, pair in enumerate(pairs):
        for player, strategy in enumerate(pair):
            sharing[player, strategy].append(number)
    seen = set()
    for begin in range(len(pairs)):
        if begin in seen:
            continue
        seen.add(begin)
        reached = [begin]
        for number in reached:
            for key in enumerate(pairs[number]):
                fresh = [k for k in sharing.pop(key, ()) if k not in seen]
                seen.update(fresh)
                reached += fresh
        yield reached


def _bicliques(pairs: list[tuple[Hashable, Hashable]], most: int) -> tuple[list[list[int]], bool]:
    """Maximal bicliques of more than one edge, as lists of edges; and whether all."""
    number = {pair: k for k, pair in enumerate(pairs)}
    xs = list(dict.fromkeys(x for x, _ in pairs))
    ys = list(dict.fromkeys(y for _, y in pairs))
    place = {y: j for j, y in enumerate(ys)}
    neighbours = dict.fromkeys(xs, 0)
    for x, y in pairs:
        neighbours[x] |= 1 << place[y]
    # The sets Y of maximal bicliques X x Y are the intersections of neighbourhoods.
    closed: set[int] = set()
    for mask in neighbours.values():
        closed |= {mask & other for other in closed} | {mask}
        if len(closed) > most:
            break
    subsets = []
    for mask in closed - {0}:
        left = [x for x, other in neighbours.items() if mask & other == mask]
        right = [y for y in ys if mask >> place[y] & 1]
        if len(left) * len(right) > 1:
            subsets.append([number[x, y] for x in left for y in right])
    return subsets, len(closed) <= most
