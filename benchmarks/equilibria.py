"""How fast kgsim finds Nash equilibria, and what it and its peers miss, side by side in one run.

    python benchmarks/equilibria.py                     # everything, about twenty minutes
    python benchmarks/equilibria.py --quick             # a minute or two, too few games for the record
    python benchmarks/equilibria.py --write docs/benchmarks.md

Peers that are not installed are left out. Each solver works in a process of its own, on one core, for a limited time;
times are processor time, so that other work on the machine matters little, and memory is the peak of that process,
with Python and all it has loaded. They take turns in four rounds, and a time is the least of these, and of three
repeats in each if it is short: of kgsim's batch, and of a peer's call for each game. What a peer reports counts if its
regret is at most 1e-6 of the payoff range; a peer misses an equilibrium that someone else found and that proves to be
one. Games in which kgsim finds a continuum are timed but not counted, since no list of points is the right answer
there.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
from collections.abc import Callable, Iterator, Sequence
from importlib import metadata
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from peers import ROUNDS, Contestant, Profiles, Run, able, apart, contest, installed, least, near, peak, unique, work

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

SEED = 20250613
DRAWS = 10  # of all parameters of each scenario
SCENARIOS = Path(__file__).parent.parent / "scenarios"
OWN_PART = "\n## Rounds\n"  # what follows in the page is written by hand and stays

KINDS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "integers ±1000": lambda rng, shape: rng.integers(-1000, 1001, shape).astype(float),
    "one decimal": lambda rng, shape: rng.normal(scale=3.0, size=shape).round(1),
    "integers 0..4": lambda rng, shape: rng.integers(0, 5, shape).astype(float),
}
TIED = ("one decimal", "integers 0..4")

# Shape of a game, games for kgsim on generic payoffs, games shared with the peers, share of their time for one row.
SIZES = [
    ((2, 3, 3), 100_000, 400, 1.0),
    ((2, 5, 5), 20_000, 100, 1.0),
    ((2, 8, 8), 500, 10, 1.0),
    ((3, 2, 2, 2), 50_000, 400, 1.0),
    ((3, 3, 3, 3), 1_000, 100, 3.0),
    ((4, 2, 2, 2, 2), 2_000, 200, 1.0),
    ((3, 4, 4, 4), 100, 10, 15.0),
]

HEADER = ["size", "payoffs", "solver", "ms a game", "games/s", "times kgsim's", "memory, MiB", "solved in time"]
HEADER += ["equilibria found", "games with one missed"]
SELF_HEADER = ["size", "payoffs", "games", "complete", "index sum +1", "odd count", "largest relative regret"]


def ours(pipe: Connection, batch: np.ndarray, few: int) -> None:
    """Time kgsim on a batch, once a round, and send the first equilibria; which games have isolated ones; a summary."""
    from kgsim import nash_batch

    nash_batch(batch[: min(len(batch), 60)])  # what is compiled or loaded once
    pipe.send(True)
    for _ in range(ROUNDS):
        pipe.recv()
        spent, found = least(lambda: nash_batch(batch), 0.5)
        rows = [slice(found.offsets[g], found.offsets[g + 1]) for g in range(few)]
        for number, own in enumerate(rows):
            pipe.send((number, spent / len(batch), list(found.profiles[own]), peak()))
        pipe.send(None)
    pipe.recv()
    summary = [
        f"{len(batch):,}",
        f"{found.complete.mean():.2%}",
        f"{np.mean(found.index_sums == 1):.2%}",
        f"{np.mean(found.counts % 2):.2%}",
        f"{found.relative_regrets.max():.1e}",
    ]
    pipe.send([[bool(found.isolated[own].all()) for own in rows], summary])


def table(label: str, kind: str, games: Sequence[np.ndarray], runs: dict[str, Run], isolated: list[bool]) -> Iterator:
    """One row per solver; the first one is kgsim."""
    answers = {name: [unique(games[g], rows) for g, rows in enumerate(run.found)] for name, run in runs.items()}
    union: list[Profiles] = []
    for game in range(len(games)):
        rows: Profiles = []
        for found in answers.values():
            rows += [row for row in (found[game] if game < len(found) else []) if not near(row, rows)]
        union.append(rows)
    own_cost = float(np.mean(runs["kgsim"].times))
    for name, run in runs.items():
        solved = len(run.found)
        if not solved:
            yield [label, kind, name, "", "", "", "", f"0 of {len(games)}", "", ""]
            continue
        cost = float(np.mean(run.times))
        counted = [game for game in range(solved) if isolated[game]]
        held = sum(sum(near(one, answers[name][game]) for one in union[game]) for game in counted)
        short = sum(not all(near(one, answers[name][game]) for one in union[game]) for game in counted)
        yield [
            label,
            kind,
            name,
            f"{cost * 1e3:.4g}",
            f"{1 / cost:,.0f}",
            "1" if name == "kgsim" else f"{cost / own_cost:,.0f}" if cost > own_cost else f"{cost / own_cost:.2g}",
            f"{run.memory:,.0f}",
            f"{solved} of {len(games)}",
            f"{held} of {sum(len(union[game]) for game in counted)}",
            f"{short} of {len(counted)}",
        ]


def peers(games: list[np.ndarray], limit: float) -> dict[str, Contestant]:
    """The peers that can, ready to solve these games."""
    return {name: Contestant(work, name, games, limit / ROUNDS) for name in able(len(games[0]))}


def compare(shape: tuple[int, ...], kind: str, many: int, few: int, limit: float) -> tuple[list[list[str]], list[str]]:
    """Rows of the table for random games, and what kgsim says of its own answers."""
    rng = np.random.default_rng(SEED)
    shared = KINDS[kind](rng, (few, *shape))
    if kind in TIED:
        many = max(min(many // 50, 500), few, 60)  # enough for the compiled batch
    batch = np.concatenate([shared, KINDS[kind](rng, (max(many - few, 0), *shape))])
    own = Contestant(ours, batch, few)
    contestants = {"kgsim": own} | peers(list(shared), limit)
    runs = contest(contestants, limit)
    own.pipe.send(True)
    isolated, summary = own.pipe.recv()
    for contestant in contestants.values():
        contestant.stop()
    label = "×".join(map(str, shape[1:]))
    return list(table(label, kind, list(shared), runs, isolated)), [label, kind, *summary]


def stage_games(pipe: Connection, draws: int) -> None:
    """The distinct games that are solved at stages of several movers in the shipped scenarios, by players."""
    import kgsim
    from kgsim.structures import solution

    games: dict[bytes, np.ndarray] = {}
    solve = solution.nash

    def recorded(payoffs: np.ndarray) -> object:
        game = np.array(payoffs, dtype=float)
        if max(game.shape[1:]) > 1:
            games[repr(game.shape).encode() + game.tobytes()] = game
        return solve(payoffs)

    solution.nash = recorded  # type: ignore[assignment]
    rng = np.random.default_rng(SEED)
    for file in sorted(SCENARIOS.glob("*.yaml")):
        scenario = kgsim.load(file)
        ranges = {name: parameter.range for name, parameter in scenario.parameters.items()}
        kgsim.solve(scenario)
        for _ in range(draws):
            kgsim.solve(scenario, **{name: float(rng.uniform(*limits)) for name, limits in ranges.items()})
    pipe.send(list(games.values()))


def compare_stages(games: list[np.ndarray], limit: float) -> Iterator[list[str]]:
    """Rows of the table for the scenarios' own games, one call each."""
    from kgsim import nash

    for players in sorted({len(game) for game in games}):
        chosen = [game for game in games if len(game) == players]
        contestants = {"kgsim": Contestant(work, "kgsim", chosen, limit / ROUNDS)} | peers(chosen, limit)
        runs = contest(contestants, limit)
        for contestant in contestants.values():
            contestant.stop()
        isolated = [not nash(game, method="engine").components for game in chosen]
        sizes = sorted({game.shape[1:] for game in chosen}, key=np.prod)
        label = " to ".join("×".join(map(str, size)) for size in dict.fromkeys((sizes[0], sizes[-1])))
        yield from table(label, "scenarios", chosen, runs, isolated)


def memory_of_a_million(pipe: Connection) -> None:
    """Peak memory of a million 3×3 games, payoffs included, in MiB."""
    from kgsim import nash_batch

    games = np.random.default_rng(SEED).normal(size=(1_000_000, 2, 3, 3))
    start = time.process_time()
    found = nash_batch(games)
    spent = time.process_time() - start
    pipe.send(
        f"One batch of 1,000,000 games of 3×3: {spent:.1f} s, {len(found.profiles):,} equilibria, peak memory "
        f"{peak():,.0f} MiB with payoffs and results."
    )


def tied_games(count: int) -> np.ndarray:
    return KINDS["integers 0..4"](np.random.default_rng(SEED), (count, 3, 3, 3, 3))


def first_tied_game(pipe: Connection, number: int) -> None:
    """Milliseconds of the first game that a process solves."""
    from kgsim import nash

    start = time.process_time()
    nash(tied_games(number + 1)[number], method="engine")
    pipe.send((time.process_time() - start) * 1e3)


def many_tied_games(pipe: Connection, count: int) -> None:
    """Milliseconds of each of many single games in one process."""
    from kgsim import nash

    spent = []
    for game in tied_games(count):
        start = time.process_time()
        nash(game, method="engine")
        spent.append((time.process_time() - start) * 1e3)
    pipe.send(spent)


def single_tied(first: int, many: int) -> str:
    """How long a single game with ties takes, for which no batch pays the loading of the kernels."""
    alone = np.array([apart(first_tied_game, number) for number in range(first)])
    row = np.array(apart(many_tied_games, many))
    loading = int(row.argmax())
    rest = row[loading + 1 :]
    return (
        f"Single 3×3×3 games of integers 0..4, one call each. As the first that a process solves: "
        f"{np.median(alone):.0f} ms in the median, {alone.max():.0f} ms at most, {np.mean(alone > 50):.0%} of {first} "
        f"over 50 ms. Of {many} in a row, number {loading + 1} loads the compiled kernels, which takes "
        f"{row.max():.0f} ms; those before take {np.median(row[1:loading]):.0f} ms in the median, those after "
        f"{np.median(rest):.1f} ms, and {rest.max():.1f} ms at most."
    )


def pure_only() -> str:
    """Pure equilibria of a batch against the cheapest thing that must look at every payoff."""
    from kgsim.games.strategic import pure_equilibrium_mask

    games = np.random.default_rng(SEED).normal(size=(20_000, 3, 3, 3, 3))

    floor, _ = least(lambda: [games[:, player].max(axis=player + 1) for player in range(3)], 0.5)
    own, _ = least(lambda: pure_equilibrium_mask(games, players=3), 0.5)
    return (
        f"Pure equilibria only, 3×3×3: {own / len(games) * 1e6:.2f} µs a game, {own / floor:.2f} times one numpy "
        "maximum over each player's axis."
    )


class Markdown:
    """A table that is printed as it grows."""

    def __init__(self, header: list[str]) -> None:
        self.lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
        print("\n".join(self.lines))

    def add(self, row: list[str]) -> None:
        """Print one row more."""
        self.lines.append("| " + " | ".join(row) + " |")
        print(self.lines[-1], flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer games, sizes and seconds")
    parser.add_argument("--seconds", type=float, default=4.0, help="limit per peer, size and kind of payoffs")
    parser.add_argument("--write", type=Path, help="write the tables to this file as well")
    arguments = parser.parse_args()
    quick = arguments.quick
    limit = min(3.0, arguments.seconds) if quick else arguments.seconds

    random, said = Markdown(HEADER), []
    for shape, many, few, share in SIZES[:5:2] if quick else SIZES:
        for kind in KINDS:
            if quick:
                many, few = max(many // 50, 60), min(few, 10)
            rows, summary = compare(shape, kind, many, few, share * limit)
            said.append(summary)
            for row in rows:
                random.add(row)
    stages = Markdown(HEADER)
    games = apart(stage_games, 0 if quick else DRAWS)
    for row in compare_stages(games, 4 * limit):  # type: ignore[arg-type]
        stages.add(row)
    own = Markdown(SELF_HEADER)
    for summary in said:
        own.add(summary)
    notes = [pure_only(), str(apart(memory_of_a_million)), single_tied(5 if quick else 30, 60 if quick else 150)]
    print("\n" + "\n".join(notes))
    if arguments.write:
        kept = (
            arguments.write.read_text(encoding="utf-8").partition(OWN_PART) if arguments.write.exists() else ("",) * 3
        )
        page = report(random, stages, own, notes, limit) + kept[1] + kept[2]
        arguments.write.write_text(page, encoding="utf-8")


def report(random: Markdown, stages: Markdown, own: Markdown, notes: list[str], limit: float) -> str:
    """The page of the documentation that holds these figures."""
    versions = ", ".join(
        f"{package} {metadata.version(package)}"
        for package in ("numpy", "numba", "quantecon", "nashpy", "pygambit")
        if installed(package)
    )
    reading = (__doc__ or "").strip().split("\n\n")[-1].replace("\n", " ")
    more = ", ".join(
        f"{share:g} times as long at {'×'.join(map(str, shape[1:]))}" for shape, _, _, share in SIZES if share > 1
    )
    return (
        "\n\n".join(
            [
                "# Benchmarks",
                "Written by `benchmarks/equilibria.py --write docs/benchmarks.md`; run it to get the figures of your "
                "own machine. Only ratios within one run mean much.",
                f"Python {platform.python_version()}, {versions}; {platform.machine()}, one core; seed {SEED}.",
                f"{reading} Each peer had {limit:g} s per row, {more}. Ratios move by a tenth or two from run to run. "
                "kgsim's time is per game in a batch, the others' per call.",
                "## Nash equilibria of random games",
                "\n".join(random.lines),
                "## Stage games of the scenarios",
                "The distinct games that the shipped scenarios come down to where several players move at once, with "
                f"parameters as stated and at {DRAWS} random points of their ranges; one call per game, kgsim's too, "
                f"and {4 * limit:g} s per peer.",
                "\n".join(stages.lines),
                "## What kgsim says of its own answers",
                "Over all games of a row's kind, also those that no peer saw. In a game without ties the number of "
                "equilibria is odd and their indices sum to +1; with ties neither need be so.",
                "\n".join(own.lines),
                "## Batches and single games",
                "\n".join(f"- {note}" for note in notes),
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
