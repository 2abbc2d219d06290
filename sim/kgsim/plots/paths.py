"""Which courses of play a diagram shows, and through which moves each one goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kgsim.plots.style import PlayerMark, player_marks
from kgsim.plots.text import drawable
from kgsim.results import Course, Equilibrium, StructureSolution
from kgsim.scenario.labels import Labels, move_and_menu
from kgsim.scenario.model import Scenario
from kgsim.wording import percent

MOST_EQUILIBRIA = 8
MOST_COURSES = 4


@dataclass(frozen=True)
class Step:
    """One decision on a path: the move, and the terms chosen from its menu as text (empty if it has none)."""

    decision: str
    move: str
    menu: str


@dataclass(frozen=True)
class Path:
    """A course of play of an equilibrium; the step of a decision that is not made names no move.

    Attributes
    ----------
    equilibrium
        Its place in the solution, from 0.
    share
        The course's probability as text; empty if it is certain.
    """

    equilibrium: int
    share: str
    outcome: str
    steps: Mapping[str, Step]

    @property
    def number(self) -> str:
        """The equilibrium's number as readers count."""
        return str(self.equilibrium + 1)


@dataclass(frozen=True)
class Lane:
    """One decision of a structure: its moves, in the file's order, and where it stands in the order of play."""

    decision: str
    player: str
    stage: int
    mover: str
    moves: Mapping[str, str]


def shown(solution: StructureSolution) -> tuple[Equilibrium, ...]:
    """Return the equilibria that a diagram has room for."""
    return solution.equilibria[:MOST_EQUILIBRIA]


def paths_of(scenario: Scenario, solution: StructureSolution) -> tuple[Path, ...]:
    """Return the likeliest courses of the equilibria that a diagram has room for."""
    return tuple(
        Path(
            index,
            "" if equilibrium.pure else percent(course.probability),
            course.outcome,
            {
                decision: _step(scenario.labels, decision, course.moves.get(decision, ""))
                for decision in scenario.decisions
            },
        )
        for index, equilibrium in enumerate(shown(solution))
        for course in likeliest(equilibrium.courses)
    )


def likeliest(courses: Sequence[Course]) -> list[Course]:
    """Return the likeliest courses, likeliest first."""
    return sorted(courses, key=lambda course: -course.probability)[:MOST_COURSES]


def lanes_of(scenario: Scenario, structure: str) -> tuple[Lane, ...]:
    """Return a structure's decisions in order of play; those it fixes are left out."""
    play = scenario.structures[structure]
    return tuple(
        Lane(
            decision=name,
            player=scenario.decisions[name].player,
            stage=stage,
            mover="+".join(mover),
            moves={
                move: scenario.labels.of("moves", f"{name}.{move}")
                for move in scenario.decisions[name].moves
                if name not in play.only or move in play.only[name]
            },
        )
        for stage, movers in enumerate(play.play)
        for mover in movers
        for name in mover
    )


def head_of(scenario: Scenario, lane: Lane) -> tuple[str, PlayerMark]:
    """Return who makes a decision, and which where the player makes several; and how the player looks."""
    if not lane.player:
        return f"Chance: {drawable(lane.decision)}", PlayerMark("white", "")
    label = drawable(scenario.players[lane.player], lane.player)
    if lane.decision != lane.player:
        label = f"{label}: {drawable(lane.decision)}"
    return label, player_marks(scenario)[lane.player]


def _step(labels: Labels, decision: str, name: str) -> Step:
    return Step(decision, move_and_menu(name)[0], ", ".join(labels.menu(name)))
