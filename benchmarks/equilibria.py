"""How fast kgsim finds Nash equilibria, and what it and its peers miss, side by side in one run.

    python benchmarks/equilibria.py                     # everything, about a quarter of an hour
    python benchmarks/equilibria.py --quick             # a minute or two, too few games for the record
    python benchmarks/equilibria.py --write docs/benchmarks.md

Peers that are not installed are left out. Each peer works in a process of its own for a limited time, so
that one that hangs on a game costs no more than that. All use one core. What a peer reports counts if its
regret is at most 1e-6 of the payoff range; a peer misses an equilibrium that someone else found and that
proves to be one. Games in which kgsim finds a continuum are timed but not counted, since no list of points
is the right answer there.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import platform
import resource
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module, metadata
from pathlib import Path

import numpy as np

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

SEED = 20250613
START_UP = 60.0  # seconds that a peer may take to load and compile, beside its time for the games
VERIFIED = 1e-6  # regret, as a share of the range, up to which a peer's profile counts
SAME = 1e-5  # largest difference in a probability between two reports of one equilibrium

Profiles = list[np.ndarray]  # one row of all players' probabilities per equilibrium

KINDS: dict[str, Callable[[np.random.Generator, tuple[int, ...]], np.ndarray]] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "integers ±1000": lambda rng, shape: rng.integers(-1000, 1001, shape).astype(float),
    "one decimal": lambda rng, shape: rng.normal(scale=3.0, size=shape).round(1),
    "integers 0..4": lambda rng, shape: rng.integers(0, 5, shape).astype(float),
}

# Shape of a game, games for kgsim on generic payoffs, games shared with the peers.
SIZES = [
    ((2, 3, 3), 100_000, 50),
    ((2, 5, 5), 20_000, 20),
    ((2, 8, 8), 500, 5),
    ((3, 2, 2, 2), 50_000, 50),
    ((3, 3, 3, 3), 1_000, 20),
    ((4, 2, 2, 2, 2), 1_000, 20),
    ((3, 4, 4, 4), 60, 5),
]


# A peer turns a payoff array into its own kind of game, which is not timed, and gives back how to solve it.
Peer = Callable[[np.ndarray], Callable[[], Profiles]]


def nashpy_peer(method: str) -> Peer:
    import nashpy

    def prepare(game: np.ndarray) -> Callable[[], Profiles]:
        solve = getattr(nashpy.Game(*game), method)
        return lambda: [np.concatenate(pair) for pair in solve()]

    return prepare


def quantecon_peer() -> Peer:
    from quantecon.game_theory import NormalFormGame, Player, support_enumeration

    def prepare(game: np.ndarray) -> Callable[[], Profiles]:
        pair = NormalFormGame((Player(game[0]), Player(game[1].T.copy())))
        return lambda: [np.concatenate(profile) for profile in support_enumeration(pair)]

    return prepare


def gambit_peer(method: str) -> Peer:
    import pygambit

    def prepare(game: np.ndarray) -> Callable[[], Profiles]:
        peer = pygambit.Game.from_arrays(*game)
        strategies = [strategy for player in peer.players for strategy in player.strategies]
        solve = getattr(pygambit.nash, method)
        return lambda: [np.array([float(p[s]) for s in strategies]) for p in solve(peer).equilibria]

    return prepare


# Name: (package, players it can do, how to make it).
PEERS: dict[str, tuple[str, Callable[[int], bool], Callable[[], Peer]]] = {
    "QuantEcon support": ("quantecon", lambda players: players == 2, quantecon_peer),
    "Nashpy vertex": ("nashpy", lambda players: players == 2, lambda: nashpy_peer("vertex_enumeration")),
    "Nashpy support": ("nashpy", lambda players: players == 2, lambda: nashpy_peer("support_enumeration")),
    "Gambit enummixed": ("pygambit", lambda players: players == 2, lambda: gambit_peer("enummixed_solve")),
    "Gambit enumpoly": ("pygambit", lambda players: True, lambda: gambit_peer("enumpoly_solve")),
    "Gambit gnm": ("pygambit", lambda players: True, lambda: gambit_peer("gnm_solve")),
}


@dataclass
class Run:
    """What one solver did with the shared games."""

    seconds: float = 0.0
    solved: int = 0
    found: list[Profiles] = field(default_factory=list)


def work(pipe: object, name: str, games: np.ndarray) -> None:
    """Solve games one at a time and send each answer, with its time, as soon as it is there."""
    warnings.simplefilter("ignore")
    prepare = PEERS[name][2]()
    players = games.shape[1]
    prepare(np.random.default_rng(SEED).normal(size=(players, *[2] * players)))()  # what is compiled or loaded once
    pipe.send(None)  # type: ignore[attr-defined]
    for game in games:
        solve = prepare(game)
        spent = np.inf
        # What takes no time is measured thrice, as kgsim's batch is.
        for _ in range(3):
            start = time.perf_counter()
            found = solve()
            spent = min(spent, time.perf_counter() - start)
            if spent > 0.02:
                break
        pipe.send((spent, found))  # type: ignore[attr-defined]
    pipe.close()  # type: ignore[attr-defined]


def run_peer(name: str, games: np.ndarray, limit: float) -> Run:
    """Let a peer solve as many games as it can within `limit` seconds."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=work, args=(sender, name, games))
    process.start()
    sender.close()
    run = Run()
    deadline = time.monotonic() + START_UP
    try:
        while run.solved < len(games) and receiver.poll(max(0.0, deadline - time.monotonic())):
            answer = receiver.recv()
            if answer is None:
                deadline = time.monotonic() + limit
                continue
            spent, found = answer
            run.seconds += spent
            run.solved += 1
            run.found.append(found)
    except EOFError:
        pass
    process.kill()
    process.join()
    return run


def regret(game: np.ndarray, row: np.ndarray) -> float:
    """Largest relative regret of a row of probabilities that has been cleaned."""
    from kgsim.games.strategic import regrets

    profile = np.split(row, np.cumsum(game.shape[1:])[:-1])
    spans = np.maximum(np.ptp(game.reshape(len(game), -1), axis=1), 1e-300)
    return float((regrets(game, profile) / spans).max())


def cleaned(game: np.ndarray, row: np.ndarray) -> np.ndarray | None:
    """A peer's profile with negative rounding clipped; None if it is no equilibrium."""
    strategies = np.split(np.clip(row, 0.0, None), np.cumsum(game.shape[1:])[:-1])
    if not np.isfinite(row).all() or any(strategy.sum() == 0 for strategy in strategies):
        return None
    clean = np.concatenate([strategy / strategy.sum() for strategy in strategies])
    return clean if regret(game, clean) <= VERIFIED else None


def near(row: np.ndarray, rows: Profiles) -> bool:
    return any(np.abs(row - other).max() <= SAME for other in rows)


def unique(game: np.ndarray, rows: Profiles) -> Profiles:
    kept: Profiles = []
    for row in rows:
        clean = cleaned(game, np.asarray(row, dtype=float))
        if clean is not None and not near(clean, kept):
            kept.append(clean)
    return kept


def installed(package: str) -> bool:
    try:
        import_module(package)
    except ImportError:
        return False
    return True


def compare(shape: tuple[int, ...], kind: str, many: int, few: int, limit: float) -> Iterator[list[str]]:
    """One row of the table per solver."""
    from kgsim import nash_batch

    players = shape[0]
    rng = np.random.default_rng(SEED)
    shared = KINDS[kind](rng, (few, *shape))
    if kind in ("integers 0..4", "one decimal"):
        many = max(min(many // 50, 500), few, 60)  # enough for the compiled batch
    batch = np.concatenate([shared, KINDS[kind](rng, (max(many - few, 0), *shape))])
    nash_batch(batch[: min(len(batch), 60)])
    seconds = np.inf
    for _ in range(3 if many > few else 1):
        start = time.perf_counter()
        ours = nash_batch(batch)
        seconds = min(seconds, time.perf_counter() - start)
    per_game = seconds / len(batch)

    runs = {
        name: run_peer(name, shared, limit)
        for name, (package, able, _) in PEERS.items()
        if able(players) and installed(package)
    }
    mine = [list(ours.profiles[ours.offsets[g] : ours.offsets[g + 1]]) for g in range(few)]
    isolated = [bool(ours.isolated[ours.offsets[g] : ours.offsets[g + 1]].all()) for g in range(few)]
    answers = {"kgsim": mine}
    answers |= {name: [unique(shared[g], rows) for g, rows in enumerate(run.found)] for name, run in runs.items()}
    union: list[Profiles] = []
    for game in range(few):
        rows: Profiles = []
        for found in answers.values():
            rows += [row for row in (found[game] if game < len(found) else []) if not near(row, rows)]
        union.append(rows)

    def row(name: str, solved: int, cost: float) -> list[str]:
        counted = [game for game in range(solved) if isolated[game]]
        held = sum(sum(near(one, answers[name][game]) for one in union[game]) for game in counted)
        every = sum(len(union[game]) for game in counted)
        short = sum(not all(near(one, answers[name][game]) for one in union[game]) for game in counted)
        return [
            "×".join(map(str, shape[1:])),
            kind,
            name,
            f"{cost * 1e3:.4g}",
            f"{1 / cost:,.0f}",
            "1" if name == "kgsim" else f"{cost / per_game:,.0f}",
            f"{solved} of {few}",
            f"{held} of {every}",
            f"{short} of {len(counted)}",
        ]

    print(
        f"{'×'.join(map(str, shape[1:]))} {kind}: kgsim solved {len(batch)} games, {ours.complete.mean():.2%} "
        f"complete, index sum +1 in {np.mean(ours.index_sums == 1):.2%}, odd counts in "
        f"{np.mean(ours.counts % 2):.2%}, largest relative regret {ours.relative_regrets.max():.1e}",
        file=sys.stderr,
    )
    yield row("kgsim", few, per_game)
    for name, run in runs.items():
        if run.solved:
            yield row(name, run.solved, run.seconds / run.solved)
        else:
            blank = ["", "", "", f"0 of {few}", "", ""]
            yield ["×".join(map(str, shape[1:])), kind, name, *blank]


def memory_of_a_million(pipe: object) -> None:
    """Peak memory of a million 3×3 games, payoffs included, in MiB."""
    from kgsim import nash_batch

    games = np.random.default_rng(SEED).normal(size=(1_000_000, 2, 3, 3))
    start = time.perf_counter()
    found = nash_batch(games)
    spent = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    pipe.send((len(found.profiles), spent, peak))  # type: ignore[attr-defined]


def pure_only() -> str:
    """Pure equilibria of a batch against the cheapest thing that must look at every payoff."""
    from kgsim.games.strategic import pure_equilibrium_mask

    games = np.random.default_rng(SEED).normal(size=(20_000, 3, 3, 3, 3))

    def least(run: Callable[[], object]) -> float:
        times = []
        for _ in range(5):
            start = time.perf_counter()
            run()
            times.append(time.perf_counter() - start)
        return min(times) / len(games)

    floor = least(lambda: [games[:, player].max(axis=player + 1) for player in range(3)])
    ours = least(lambda: pure_equilibrium_mask(games, players=3))
    return (
        f"Pure equilibria only, 3×3×3: {ours * 1e6:.2f} µs a game, {ours / floor:.2f} times one numpy maximum over "
        "each player's axis."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer games, sizes and seconds")
    parser.add_argument("--seconds", type=float, default=30.0, help="limit per peer, size and kind of payoffs")
    parser.add_argument("--write", type=Path, help="write the tables to this file as well")
    arguments = parser.parse_args()
    limit = 3.0 if arguments.quick else arguments.seconds

    header = ["size", "payoffs", "solver", "ms a game", "games/s", "times kgsim's", "solved in time"]
    header += ["equilibria found", "games with one missed"]
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    print("\n".join(lines))
    for shape, many, few in SIZES[:5:2] if arguments.quick else SIZES:
        for kind in KINDS:
            if arguments.quick:
                many, few = max(many // 50, 60), min(few, 10)
            for row in compare(shape, kind, many, few, limit):
                lines.append("| " + " | ".join(row) + " |")
                print(lines[-1], flush=True)

    notes = [pure_only()]
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=memory_of_a_million, args=(sender,))
    process.start()
    count, spent, peak = receiver.recv()
    process.join()
    notes.append(
        f"One batch of 1,000,000 games of 3×3: {spent:.1f} s, {count:,} equilibria, peak memory {peak:,.0f} MiB with "
        "payoffs and results."
    )
    print("\n" + "\n".join(notes))
    if arguments.write:
        arguments.write.write_text(report(lines, notes, limit), encoding="utf-8")


def report(table: list[str], notes: list[str], limit: float) -> str:
    """The page of the documentation that holds these figures."""
    versions = ", ".join(
        f"{package} {metadata.version(package)}"
        for package in ("numpy", "numba", "quantecon", "nashpy", "pygambit")
        if installed(package)
    )
    reading = (__doc__ or "").strip().split("\n\n")[-1].replace("\n", " ")
    return (
        "\n\n".join(
            [
                "# Benchmarks",
                "Written by `benchmarks/equilibria.py --write docs/benchmarks.md`; run it to get the figures of your "
                "own machine. Only ratios within one run mean much.",
                f"Python {platform.python_version()}, {versions}; {platform.machine()}, one core; seed {SEED}.",
                reading
                + f" Each peer had {limit:g} s per row. kgsim's time is per game in a batch, the others' per call.",
                "## Nash equilibria of random games",
                "\n".join(table),
                "## Batches",
                "\n".join(f"- {note}" for note in notes),
            ]
        )
        + "\n"
    )


if __name__ == "__main__":
    main()
