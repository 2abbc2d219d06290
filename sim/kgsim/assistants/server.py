"""A server of the Model Context Protocol: typed tools on scenario files of one folder, over standard input and output.

Answers are those of the other faces, from the same functions. No file outside the folder and the shipped ones is read,
and none is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from kgsim.errors import GameError, KgsimError
from kgsim.report.document import Json
from kgsim.scenario.load import load
from kgsim.scenario.model import Scenario
from kgsim.scenario.shipped import located, shipped_folder, shipped_names
from kgsim.scenario.source import confined
from kgsim.versions import kgsim_version

P = ParamSpec("P")
R = TypeVar("R")

INSTRUCTIONS = """\
kgsim solves negotiations written as scenario files: all equilibria under each structure of play, and what follows
for the file's claims. Names without a suffix, such as bypass, are shipped scenarios. Payoffs are one player's own
points and are never compared between players; no answer is a probability of anything in the world; where a set of
equilibria may be incomplete, the answer says so, and it should be passed on."""


def server(folder: Path) -> MCPServer[Any]:
    """Lay out the server.

    Parameters
    ----------
    folder
        The only folder whose files are read, the shipped ones aside.
    """
    desk = _Desk(folder.resolve())
    made: MCPServer[Any] = MCPServer("kgsim", version=kgsim_version(), instructions=INSTRUCTIONS, log_level="ERROR")
    for tool in (desk.check, desk.run, desk.explain, desk.threshold, desk.lenses, desk.stability, desk.update):
        made.tool()(_told(tool))
    made.resource("kgsim://scenarios", mime_type="text/plain")(desk.scenarios)
    made.resource("kgsim://scenario/{name}", mime_type="application/yaml")(desk.scenario)
    return made


def _told(tool: Callable[P, R]) -> Callable[P, R]:
    """A tool whose errors are messages for whoever asked."""

    @wraps(tool)
    def asked(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return tool(*args, **kwargs)
        except KgsimError as error:
            raise ToolError(str(error)) from None

    return asked


class _Desk:
    """The tools, on the files of a folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def scenarios(self) -> str:
        """The scenarios that can be asked about: those of the folder, and the shipped ones."""
        own = sorted(path.name for path in self._folder.glob("*.yaml"))
        return "\n".join([*own, *shipped_names()])

    def scenario(self, name: str) -> str:
        """The text of a scenario."""
        with self._confined():
            return self._read(name).text[0]

    def check(self, file: str) -> Json:
        """Say everything that is wrong or doubtful in a scenario file, with line, key and remedy."""
        from kgsim.errors import ScenarioError
        from kgsim.scenario.lint import lint

        with self._confined():
            try:
                scenario = self._read(file)
            except ScenarioError as error:
                return {"sound": False, "errors": list(map(str, error.problems)), "warnings": []}
            return {"sound": True, "errors": [], "warnings": list(map(str, lint(scenario)))}

    def run(self, file: str, values: dict[str, float] | None = None, structures: list[str] | None = None) -> Json:
        """Solve a scenario: every structure's equilibria and values, whether sets are complete, and claims' verdicts.

        `values` changes parameters; `structures` names those to solve, all if left out.
        """
        from kgsim.evaluate import solve
        from kgsim.report.document import of_result

        with self._confined():
            return of_result(solve(self._read(file), values, structures=structures or None))

    def explain(self, file: str, player: str, outcome: str, values: dict[str, float] | None = None) -> Json:
        """Take one payoff apart: what an outcome is worth to a player, term by term, with reasons."""
        from kgsim.report import plain
        from kgsim.report.explain import explain_payoff, of_payoff

        with self._confined():
            scenario = self._read(file)
            told = of_payoff(scenario, explain_payoff(scenario, player, outcome, values or {}), values or {})
            return {"text": plain.render(told)}

    def threshold(
        self,
        file: str,
        param: str,
        structure: str | None = None,
        outcome: str | None = None,
        claim: str | None = None,
        values: dict[str, float] | None = None,
    ) -> Json:
        """Find every value of a parameter at which an answer changes: an outcome of a structure, or a claim."""
        from kgsim.analysis.thresholds import threshold

        with self._confined():
            found = threshold(
                self._read(file), param, values, structure=structure, outcome=outcome, claim=claim, inverse=False
            )
            return {"sentences": list(found.sentences)}

    def lenses(self, file: str, structure: str | None = None, values: dict[str, float] | None = None) -> Json:
        """Say which outcomes each of several solution concepts admits."""
        from kgsim.analysis.lenses import lenses
        from kgsim.report.lenses import document

        with self._confined():
            scenario = self._read(file)
            return document(lenses(scenario, values, structure=structure), scenario)

    def stability(self, file: str, structure: str | None = None, values: dict[str, float] | None = None) -> Json:
        """Say which outcomes hold by rankings alone, and for whom."""
        from kgsim.analysis.stability import stability
        from kgsim.report import plain
        from kgsim.report.stability import of_stability

        with self._confined():
            return {"text": plain.render(of_stability(stability(self._read(file), values, structure=structure)))}

    def update(self, file: str, events: str, draws: int = 1000) -> Json:
        """Hold readings of the situation against dated events: which survive, and what they have in common."""
        from kgsim.worlds.events import load_events
        from kgsim.worlds.update import update

        with self._confined():
            place = self._inside(events, "events")
            return update(self._read(file), load_events(place), draws=draws).to_dict()

    @contextmanager
    def _confined(self) -> Iterator[None]:
        with confined(self._folder, shipped_folder("scenarios").parent):
            yield

    def _read(self, file: str) -> Scenario:
        return load(self._inside(file, "scenarios"))

    def _inside(self, file: str, kind: str) -> Path:
        """A file of the folder, or a shipped one."""
        if file in shipped_names(kind) and not (self._folder / file).exists():
            return located(file, kind)
        place = (self._folder / file).resolve()
        if not place.is_relative_to(self._folder):
            raise GameError(f"{file} lies outside the folder that may be read")
        return place
