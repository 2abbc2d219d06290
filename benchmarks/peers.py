"""Nash solvers side by side: each works in a process of its own, for a limited time, and reports after every game.

So one that hangs on a game costs no more than its time, and each has a peak memory of its own. They take turns, in
several rounds, so that a machine that slows down for a while slows none of them alone. What a solver reports counts if
its regret is at most 1e-6 of the payoff range.
"""

from __future__ import annotations

import multiprocessing
import resource
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

ROUNDS = 4
START_UP = 60.0  # seconds that a peer may take to load and compile, beside its time for the games
VERIFIED = 1e-6  # regret, as a share of the range, up to which a peer's profile counts
SAME = 1e-5  # largest difference in a probability between two reports of one equilibrium

Profiles = list[np.ndarray]  # one row of all players' probabilities per equilibrium

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


def lrsnash_peer() -> Peer:
    folder = Path(tempfile.mkdtemp())

    def prepare(game: np.ndarray) -> Callable[[], Profiles]:
        file = folder / str(len(list(folder.iterdir())))
        blocks = ["\n".join(" ".join(str(Fraction(entry)) for entry in row) for row in own) for own in game.tolist()]
        file.write_text(f"{game.shape[1]} {game.shape[2]}\n\n" + "\n\n".join(blocks) + "\n")
        return lambda: lrsnash_profiles(file)

    return prepare


def lrsnash_profiles(file: Path) -> Profiles:
    """What the program lists: some strategies of player 2, each in a line, and one of player 1 that goes with them."""
    text = subprocess.run(["lrsnash", file], capture_output=True, text=True, check=True).stdout
    profiles: Profiles = []
    others: list[list[float]] = []
    for line in text.splitlines():
        player, *numbers = line.split() or [""]
        strategy = [float(Fraction(number)) for number in numbers[:-1]] if player in ("1", "2") else []
        if player == "2":
            others.append(strategy)
        elif player == "1":
            profiles += [np.array(strategy + other) for other in others]
            others = []
    return profiles


def kgsim_peer() -> Peer:
    from kgsim import nash

    def prepare(game: np.ndarray) -> Callable[[], Profiles]:
        return lambda: [np.concatenate(profile) for profile in nash(game, method="engine").equilibria]

    return prepare


# Name: (package or program, players it can do, how to make it).
PEERS: dict[str, tuple[str, Callable[[int], bool], Callable[[], Peer]]] = {
    "QuantEcon support": ("quantecon", lambda players: players == 2, quantecon_peer),
    "lrsnash": ("lrsnash", lambda players: players == 2, lrsnash_peer),
    "Nashpy vertex": ("nashpy", lambda players: players == 2, lambda: nashpy_peer("vertex_enumeration")),
    "Nashpy support": ("nashpy", lambda players: players == 2, lambda: nashpy_peer("support_enumeration")),
    "Gambit enummixed": ("pygambit", lambda players: players == 2, lambda: gambit_peer("enummixed_solve")),
    "Gambit enumpoly": ("pygambit", lambda players: True, lambda: gambit_peer("enumpoly_solve")),
    "Gambit gnm": ("pygambit", lambda players: True, lambda: gambit_peer("gnm_solve")),
}


def installed(package: str) -> bool:
    if shutil.which(package):
        return True
    try:
        import_module(package)
    except ImportError:
        return False
    return True


def able(players: int) -> list[str]:
    """The peers that are installed and solve games of so many players."""
    return [name for name, (package, can, _) in PEERS.items() if can(players) and installed(package)]


@dataclass
class Run:
    """What one solver did: least seconds of processor time per game, answers, and peak memory in MiB."""

    times: list[float] = field(default_factory=list)
    found: list[Profiles] = field(default_factory=list)
    memory: float = float("nan")

    def take(self, number: int, spent: float, found: Profiles, memory: float) -> None:
        """Note the answer to a game, which comes once a round."""
        if number == len(self.times):
            self.times.append(spent)
            self.found.append(found)
        self.times[number] = min(self.times[number], spent)
        self.memory = memory


class Contestant:
    """A solver in a process of its own, which works when it is its turn."""

    def __init__(self, target: Callable[..., None], *arguments: object) -> None:
        self.pipe, inner = multiprocessing.Pipe()
        self.process = multiprocessing.get_context("spawn").Process(target=target, args=(inner, *arguments))
        self.process.start()
        inner.close()
        self.run = Run()
        self.alive = self.pipe.poll(START_UP) and self._heard()

    def turn(self, limit: float) -> None:
        """Let it work for a while; one that does not end in time takes no further part."""
        if not self.alive:
            return
        self.pipe.send(True)
        deadline = time.monotonic() + 1.5 * limit + 1.0
        while self.pipe.poll(max(0.0, deadline - time.monotonic())):
            if not self._heard():
                return
        self.stop()

    def _heard(self) -> bool:
        """Take one message; False where the turn is over."""
        try:
            answer = self.pipe.recv()
        except EOFError:
            self.stop()
            return False
        if isinstance(answer, tuple):
            self.run.take(*answer)
        return answer is not None

    def stop(self) -> None:
        """End its process."""
        self.alive = False
        self.process.kill()
        self.process.join()


def peak() -> float:
    """Peak memory of this process so far, in MiB; a program that it runs is not counted."""
    status = Path("/proc/self/status")
    if status.exists():
        # Linux counts in getrusage what the process was before it became this program.
        return int(status.read_text().partition("VmHWM:")[2].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def processor_time() -> float:
    """Seconds that this process and the programs it ran have used."""
    programs = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + programs.ru_utime + programs.ru_stime


def least(solve: Callable[[], Any], short: float) -> tuple[float, Any]:
    """Processor time and answer of a call; of three calls the least if it takes less than `short` seconds."""
    spent, found = np.inf, None
    for _ in range(3):
        start = processor_time()
        found = solve()
        spent = min(spent, processor_time() - start)
        if spent > short:
            break
    return spent, found


def work(pipe: Connection, name: str, games: Sequence[np.ndarray], limit: float) -> None:
    """Solve games one at a time and send each answer, with its time, as soon as it is there."""
    warnings.simplefilter("ignore")
    prepare = kgsim_peer() if name == "kgsim" else PEERS[name][2]()
    players = len(games[0])
    prepare(np.random.default_rng(0).normal(size=(players, *[2] * players)))()  # what is compiled or loaded once
    pipe.send(True)
    for _ in range(ROUNDS):
        pipe.recv()
        begin = time.monotonic()
        for number, game in enumerate(games):
            spent, found = least(prepare(game), 0.002)
            pipe.send((number, spent, found, peak()))
            if time.monotonic() - begin > limit:
                break
        pipe.send(None)
    pipe.recv()


def contest(contestants: dict[str, Contestant], limit: float) -> dict[str, Run]:
    """Let all take turns, each for `limit` seconds in all."""
    for _ in range(ROUNDS):
        for contestant in contestants.values():
            contestant.turn(limit / ROUNDS)
    return {name: contestant.run for name, contestant in contestants.items()}


def apart(target: Callable[..., None], *arguments: object) -> object:
    """What `target` sends down the pipe that is its first argument, from a process of its own."""
    receiver, sender = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=target, args=(sender, *arguments))
    process.start()
    sender.close()
    answer = receiver.recv()
    process.join()
    return answer


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
