"""Broken scenario files, one fault each: the error names the place, the key and the remedy."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from kgsim.errors import ScenarioError
from kgsim.scenario.load import load, loads

DATA = Path(__file__).parents[1] / "data"
VALID = (DATA / "border.yaml").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Fault:
    """An edit of the valid scenario, and what the error must say.

    `line` is a piece of the edited text that stands on the line the error must name.
    """

    name: str
    old: str
    new: str
    line: str
    key: str
    says: str
    remedy: str


FAULTS = [
    # The file's shape
    Fault("unknown key", "title: Two", "titel: x\ntitle: Two", "titel", "titel", "no key 'titel'", "'title'"),
    Fault("unknown nested key", "label: gain from a deal,", "lable: gain, label: gain from a deal,", "lable",
          "parameters.gain.lable", "no key 'lable'", "'label'"),
    Fault("duplicate key", "  cost: {label: cost", "  gain: {label: cost", "gain: {label: cost", "parameters.gain",
          "given twice", "Rename or delete"),
    Fault("missing key", "question: When does the patron's offer reach the neighbour?\n", "", "kgsim: 1", "question",
          "lacks the key 'question'", "question that the scenario"),
    Fault("missing nested key", ', because: "two reports agree"', "", "  gain:", "parameters.gain.because",
          "'gain' lacks the key 'because'", "Why this value"),
    Fault("wrong version", "kgsim: 1", "kgsim: 2", "kgsim: 2", "kgsim",
          "expected the number 1, found the number 2", "reads format 1"),
    Fault("version as a truth", "kgsim: 1", "kgsim: true", "kgsim:", "kgsim", "found true", "format 1"),
    Fault("version as a text", "kgsim: 1", 'kgsim: "1"', "kgsim:", "kgsim", "found the text '1'", "format 1"),
    Fault("empty title", "title: Two neighbours and a patron", 'title: ""', "title:", "title", "empty", "Fill"),
    Fault("title left out", "title: Two neighbours and a patron", "title:", "title:", "title", "found nothing",
          "Title"),
    Fault("number for a text", "title: Two neighbours and a patron", "title: 5", "title: 5", "title",
          "expected a text, found the number 5", "quotes"),
    Fault("text for a number", "value: 10,", "value: ten,", "value: ten", "parameters.gain.value",
          "expected a number, found the text 'ten'", "Base value"),
    Fault("percent", "value: 0.5,", "value: 50%,", "value: 50%", "parameters.weight.value",
          "expected a number, found the text '50%'", "0.25 for 25%"),
    Fault("YAML 1.1 boolean", "value: 10,", "value: no,", "value: no,", "parameters.gain.value",
          "found the text 'no'", "Base value"),
    Fault("boolean for a number", "value: 10,", "value: true,", "value: true", "parameters.gain.value",
          "expected a number, found true", "Base value"),
    Fault("not a number", "value: 10,", "value: .nan,", "value: .nan", "parameters.gain.value",
          "expected a finite number", "Base value"),
    Fault("infinite bound", "range: [5, 20]", "range: [5, .inf]", "range: [5, .inf]", "parameters.gain.range[1]",
          "expected a finite number", ""),
    Fault("huge number", "value: 10,", "value: 1e999,", "value: 1e999", "parameters.gain.value",
          "expected a finite number", "Base value"),
    Fault("range of three", "range: [5, 20]", "range: [5, 10, 20]", "range: [5, 10", "parameters.gain.range",
          "at most 2 entries", "Plausible range"),
    Fault("unknown certainty", "certainty: low,", "certainty: lowish,", "lowish", "parameters.shame.certainty",
          "expected high, medium, low or judgement", "'low'"),
    Fault("list for a mapping", "players:\n  P: Patron\n  A: Ally\n  N: Neighbour\n", "players: [P, A, N]\n",
          "players: [", "players", "expected a mapping", "Player id"),
    Fault("bad date", "date: 2025-06-13", "date: 13 June 2025", "date: 13", "date", "is not a date", "YYYY-MM-DD"),
    Fault("impossible date", "date: 2025-06-13", "date: 2025-02-30", "date: 2025", "date", "is not a date",
          "YYYY-MM-DD"),
    # YAML
    Fault("tab", "  P: Patron", "\tP: Patron", "\tP:", "", "not valid YAML", "tabs"),
    Fault("colon in a text", "title: Two neighbours", "title: Two: neighbours", "title:", "", "not valid YAML",
          "quotes"),
    Fault("comma in a text", 'because: "assumed", certainty: judgement}\n  shame',
          "because: assumed, and told us, certainty: judgement}\n  shame", "because: assumed",
          "parameters.cost.and told us", "no key 'and told us'", "in quotes"),
    Fault("unclosed bracket", "range: [5, 20]", "range: [5, 20", "gain:", "", "not valid YAML", "bracket"),
    Fault("unclosed quote", 'because: "assumed", certainty: judgement}\n  shame',
          'because: "assumed, certainty: judgement}\n  shame', "shame:", "", "not valid YAML", "bracket"),
    Fault("anchor", "  P: Patron", "  P: &patron Patron", "&patron", "players.P", "anchor &patron", "Delete"),
    Fault("anchor on a key", "  P: Patron", "  &patron P: Patron", "&patron", "players.P", "anchor &patron", "Delete"),
    Fault("tag on a key", "  P: Patron", "  !!str P: Patron", "!!str", "players.P", "tag", "Delete"),
    Fault("tag", "  P: Patron", "  P: !!python/name:os.system Patron", "!!python", "players.P", "tag", "Delete"),
    Fault("merge key", "  P: Patron", "  <<: {P: Patron}", "<<", "players.<<", "merge keys", "extends"),
    Fault("second document", "utilities:\n", "---\nutilities:\n", "---", "", "second document", "delete"),
    Fault("directive", "# A small", "%YAML 1.1\n---\n# A small", "---", "", "directives", "%"),
    Fault("complex key", "  P: Patron", "  ? [P]\n  : Patron", "? [P]", "players", "plain word", "word: value"),
    # Names
    Fault("name clash", "  alone: whether", "  cost: what is paid\n  alone: whether", "cost: what", "terms.cost",
          "'cost' is already a parameter", "Rename"),
    Fault("clash with a player", "  alone: whether", "  N: a number\n  alone: whether", "N: a number", "terms.N",
          "'N' is already a player", "Rename"),
    Fault("decision named like a player", "decisions:\n", "decisions:\n  N: A\n", "N: A", "decisions.N",
          "'N' is already a player", "Rename"),
    Fault("reserved name", "  alone: whether", "  max: the most\n  alone: whether", "max:", "terms.max", "reserved",
          "Rename"),
    Fault("name with a space", "  alone: whether", "  left out: x\n  alone: whether", "left out: x", "terms.left out",
          "cannot be a name", "Rename"),
    Fault("dunder name", "  alone: whether", "  __class__: x\n  alone: whether", "__class__", "terms.__class__",
          "cannot be a name", "Rename"),
    Fault("look-alike letter", "  alone: whether", "  ｃost: x\n  alone: whether", "ｃost", "terms.ｃost", "looks like",
          "Rename"),
    Fault("outcome name", "  status quo:", "  status quo!:", "quo!", "outcomes.status quo!",
          "cannot name an outcome", "Rename"),
    # Parameters
    Fault("value outside range", "value: 10, range: [5, 20]", "value: 30, range: [5, 20]", "value: 30",
          "parameters.gain.value", "30 lies outside the range [5, 20]", "widen"),
    Fault("range reversed", "range: [5, 20]", "range: [20, 5]", "range: [20, 5]", "parameters.gain.range",
          "from 20 down to 5", "[5, 20]"),
    Fault("no evidence", "evidence: [E1], certainty: high", "certainty: high", "gain:", "parameters.gain.evidence",
          "no evidence is cited", "judgement"),
    Fault("unknown evidence", "evidence: [E1], certainty: high", "evidence: [E1, E9], certainty: high", "gain:",
          "parameters.gain.evidence[1]", "no ledger holds evidence 'E9'", "Known: E1, E2"),
    Fault("empty reason", 'because: "two reports agree"', 'because: " "', "gain:", "parameters.gain.because", "empty",
          "Say"),
    Fault("mode left out", "{shape: triangular, mode: 3}", "{shape: triangular}", "shame:",
          "parameters.shame.distribution.mode", "needs 'mode'", "mode"),
    Fault("mode outside", "{shape: triangular, mode: 3}", "{shape: triangular, mode: 9}", "shame:",
          "parameters.shame.distribution.mode", "outside the range", "Move"),
    Fault("mode of a normal", "{shape: normal, mean: 0.5, sd: 0.2}", "{shape: normal, mean: 0.5, sd: 0.2, mode: 0.5}",
          "weight:", "parameters.weight.distribution.mode", "has no 'mode'", "Delete"),
    Fault("negative deviation", "sd: 0.2", "sd: -0.2", "weight:", "parameters.weight.distribution.sd", "-0.2",
          "above 0"),
    # Expressions
    Fault("unknown name", "gain*deal - cost", "gian*deal - cost", "gian", "utilities.P", "named 'gian'", "'gain'"),
    Fault("syntax", "gain*deal - cost", "gain*deal - - * cost", "gain*deal - - *", "utilities.P", "found '*'",
          "Mend"),
    Fault("missing operator", "gain*deal - cost", "2 gain*deal - cost", "2 gain", "utilities.P", "found 'gain'", ""),
    Fault("code", "gain*deal - cost", "__import__('os') + cost", "__import__", "utilities.P", "'_'", ""),
    Fault("attribute", "gain*deal - cost", "gain.real*deal - cost", "gain.real", "utilities.P", "a name with a dot",
          ""),
    Fault("curve of one point", "gain*deal - cost", "curve(deal, 1 -> 3) - cost", "curve(deal", "utilities.P",
          "needs two at least, such as `curve(x, 0 -> 0", "Mend"),
    Fault("curve that is no function", "gain*deal - cost", "curve(deal, 0 -> 0, 1 -> 3, 1 -> 4) - cost", "curve(deal",
          "utilities.P", "two points at 1, so it is not a function; delete one", "Mend"),
    Fault("curve from right to left", "gain*deal - cost", "curve(deal, 1 -> 0, 0 -> 4) - cost", "curve(deal",
          "utilities.P", "0 comes after 1; sort them", "Mend"),
    Fault("curve that bends at a parameter", "gain*deal - cost", "curve(deal, 0 -> 0, weight -> 4) - cost",
          "curve(deal", "utilities.P", "a plain number, such as 0.5; only its heights may vary", "Mend"),
    Fault("curve with colons and no quotation marks", "N: 12*relief", "N: curve(relief, 0: 0, 1: 12)", "N: curve",
          "", "mapping values", "in quotes"),
    Fault("unknown function", "gain*deal - cost", "sin(gain)*deal - cost", "sin", "utilities.P", "no function 'sin'",
          ""),
    Fault("claim function in a payoff", "gain*deal - cost", "value(P, front)*deal - cost", "value(P, front)*",
          "utilities.P", "belongs to claims", ""),
    Fault("payoff is a truth", "P: gain*deal - cost*relief - 2*alone", "P: gain*deal > cost*relief", "gain*deal >",
          "utilities.P", "must be a number", "1 if"),
    Fault("term in a quantity", "margin: gain - cost", "margin: gain - cost*relief", "cost*relief\n",
          "quantities.margin", "'relief' is a term", "parameters"),
    Fault("later quantity", "margin: gain - cost", "margin: gain - ratio", "gain - ratio", "quantities.margin",
          "defined further down", "earlier"),
    Fault("quantity of itself", "margin: gain - cost", "margin: gain - margin", "gain - margin", "quantities.margin",
          "the quantity itself", ""),
    Fault("division by zero", "margin: gain - cost", "margin: gain/(cost - 4)", "gain/(", "quantities.margin",
          "`gain/(cost - 4)` divides by zero", "guard"),
    Fault("division by zero in a payoff", "N: 12*relief", "N: 12/relief", "12/relief", "utilities.N",
          "`12/relief` divides by zero at the base values, in outcome 'separate deal' with the profile "
          "(P: offer(relief=0)", "guard"),
    Fault("overflow in a payoff", "N: 12*relief", "N: exp(9999*deal)*relief", "exp(9999", "utilities.N",
          "`exp(9999*deal)` is too large", "guard"),
    Fault("not real", "N: 12*relief", "N: sqrt(relief - 2)", "sqrt(", "utilities.N", "square root of a negative",
          "guard"),
    Fault("division by zero in a term", '"P.relief * 1"', '"1 / P.relief"', '"1 / P',
          "outcomes.joint deal.terms.relief",
          "divides by zero", "guard"),
    # Players, decisions, moves
    Fault("no utility", "  N: 12*relief - 5*deal + 0.1*ratio*deal\n", "", "utilities:", "utilities.N",
          "'N' has no utility", "Add"),
    Fault("utility of nobody", "  N: 12*relief", "  M: 0\n  N: 12*relief", "M: 0", "utilities.M",
          "no player named 'M'",
          ""),
    Fault("moves of nobody", "  reply:\n    calm", "  replay:\n    calm", "replay:", "moves.replay",
          "neither a player",
          "'reply'"),
    Fault("decision of nobody", "reply: A", "reply: B", "reply: B", "decisions.reply", "no player named 'B'",
          "Known"),
    Fault("no moves of its own", "  A:\n    back: support the offer\n    stand: stand aside\n", "",
          "  A: Ally", "players.A", "'A' has no moves of its own", "Add `A:`"),
    Fault("decision without moves", "reply: A", "reply: A\n  later: N", "later: N", "decisions.later",
          "'later' has no moves", "Add `later:`"),
    Fault("step beyond the end", "step: 0.5", "step: 1e308", "joint:", "moves.P.joint.menu.relief.step",
          "do not meet 1", "divides"),
    Fault("empty menu", "relief: [0, 0.5, 1]", "relief: []", "offer:", "moves.P.offer.menu.relief", "is empty",
          "List"),
    Fault("menu of no term", "menu: {relief: [0, 0.5, 1]}", "menu: {}", "offer:", "moves.P.offer.menu",
          "menu is empty",
          "label alone"),
    Fault("unknown menu term", "menu: {relief: [0, 0.5, 1]}", "menu: {relief: [0, 0.5, 1], reliefs: [1]}", "offer:",
          "moves.P.offer.menu.reliefs", "no term named 'reliefs'", "'relief'"),
    Fault("repeated menu value", "[0, 0.5, 1]", "[0, 0.5, 0.5]", "offer:", "moves.P.offer.menu.relief",
          "0.5 more than",
          "Delete"),
    Fault("step of zero", "step: 0.5", "step: 0", "joint:", "moves.P.joint.menu.relief.step", "the step is 0",
          "above 0"),
    Fault("step that misses", "step: 0.5", "step: 0.3", "joint:", "moves.P.joint.menu.relief.step", "do not meet 1",
          "divides"),
    Fault("huge menu", "step: 0.5", "step: 1e-7", "joint:", "moves.P.joint.menu", "actions; at most 100,000",
          "fewer"),
    Fault("endless menu", "step: 0.5", "step: 1e-300", "joint:", "moves.P.joint.menu", "at most 100,000", "fewer"),
    Fault("many profiles", "step: 0.5", "step: 0.000025", "  parallel: {", "structures.parallel",
          "profiles of actions; at most 200,000", "only"),
    # Outcomes
    Fault("unmatched profile", "status quo: {otherwise: true}", "status quo: {when: {P: wait, N: refuse}}",
          "outcomes:",
          "outcomes", "no rule matches the profile (P: wait, A: back, N: accept, reply: calm)", "otherwise"),
    Fault("rule after otherwise", "quo: {otherwise: true}", "quo: {otherwise: true}\n  late: {when: {P: wait}}",
          "late:", "outcomes.late", "taken by a rule above it ('status quo')", "Move this rule up"),
    Fault("shadowed rule", "  snub: {when", "  late: {when: {P: offer, N: accept}}\n  snub: {when", "late:",
          "outcomes.late", "taken by a rule above it ('separate deal')", "narrow"),
    Fault("neither when nor otherwise", "status quo: {otherwise: true}", "status quo: {terms: {deal: 0}}",
          "status quo:",
          "outcomes.status quo", "neither `when` nor `otherwise`", "otherwise: true"),
    Fault("when and otherwise", "{otherwise: true}", "{when: {P: wait}, otherwise: true}", "status quo:",
          "outcomes.status quo.otherwise", "both", "Delete"),
    Fault("otherwise false", "{otherwise: true}", "{otherwise: false}", "status quo:",
          "outcomes.status quo.otherwise",
          "can only be true", "when"),
    Fault("unknown move", "{P: [offer, joint], N: refuse}", "{P: [offer, jiont], N: refuse}", "jiont",
          "outcomes.snub.when.P[1]", "no move named 'jiont'", "'joint'"),
    Fault("unknown decision", "{P: [offer, joint], N: refuse}", "{Q: [offer, joint], N: refuse}", "Q: [",
          "outcomes.snub.when.Q", "no player or decision named 'Q'", "Known"),
    Fault("unknown term", "terms: {alone: 0.5}", "terms: {allone: 0.5}", "allone", "outcomes.snub.terms.allone",
          "no term named 'allone'", "'alone'"),
    Fault("menu value of another move", "relief: P.relief, deal: 1, alone: 1", "relief: N.relief, deal: 1, alone: 1",
          "N.relief", "outcomes.separate deal.terms.relief", "no move of N", "menu"),
    Fault("menu value of nobody", "relief: P.relief, deal: 1, alone: 1", "relief: Q.relief, deal: 1, alone: 1",
          "Q.relief", "outcomes.separate deal.terms.relief", "no player or decision named 'Q'", "Known"),
    # Structures
    Fault("unknown mover", "play: [P, N, reply], only", "play: [P, M, N, reply], only", "alone: {play",
          "structures.alone.play[1]", "no player or decision named 'M'", "Known"),
    Fault("moves twice", "play: [P, N, reply], only", "play: [P, N, P, reply], only", "alone: {play",
          "structures.alone.play", "'P' moves more than once", "decisions:"),
    Fault("never moves", ", fixed: {A: stand}}", "}", "alone: {play", "structures.alone.play",
          "'A' neither moves nor is fixed", "fixed: {A: MOVE}"),
    Fault("fixed and played", "fixed: {A: stand}", "fixed: {A: stand, N: refuse}", "alone: {play",
          "structures.alone.fixed.N", "also moves", "Delete"),
    Fault("fixed to a menu", "play: [P, N, reply], only: {P: [wait, offer]}, fixed: {A: stand}",
          "play: [N, reply], fixed: {A: stand, P: offer}", "alone: {play", "structures.alone.fixed.P",
          "menu of 3 combinations", "without a menu"),
    Fault("fixed to no move", "fixed: {A: stand}", "fixed: {A: stad}", "alone: {play", "structures.alone.fixed.A",
          "no move named 'stad'", "'stand'"),
    Fault("only no move", "only: {P: [wait, offer]}", "only: {P: [wait, ofer]}", "alone: {play",
          "structures.alone.only.P[1]", "no move named 'ofer'", "'offer'"),
    Fault("only nothing", "only: {P: [wait, offer]}", "only: {P: []}", "alone: {play", "structures.alone.only.P",
          "no move is listed", "Name"),
    Fault("empty play", "play: [P, N, reply], only: {P: [wait, offer]}, fixed: {A: stand}",
          "play: [], fixed: {A: stand, P: wait, N: refuse, reply: calm}", "alone: {play", "structures.alone.play",
          "at least 1", "Stages"),
    Fault("bloc without a rule", ", blocs: {P+A: {rule: nash, disagreement: parallel}}", "", "front: {play",
          "structures.front.blocs", "the bloc P+A has no rule", "rule: nash"),
    Fault("rule without a bloc", "blocs: {P+A: {rule: nash, disagreement: parallel}}",
          "blocs: {P+A: {rule: nash, disagreement: parallel}, A+N: {rule: veto}}", "front: {play",
          "structures.front.blocs.A+N", "no bloc 'A+N'", ""),
    Fault("unknown bloc rule", "{rule: veto,", "{rule: vetoe,", "veto: {play", "structures.veto.blocs.P+A.rule",
          "expected weighted, nash, kalai_smorodinsky, egalitarian or veto", "'veto'"),
    Fault("nash without a point", "{rule: nash, disagreement: parallel}", "{rule: nash}", "front: {play",
          "structures.front.blocs.P+A.disagreement", "needs a disagreement point", "structure"),
    Fault("unknown disagreement", "disagreement: parallel", "disagreement: paralel", "front: {play",
          "structures.front.blocs.P+A.disagreement", "no structure named 'paralel'", "'parallel'"),
    Fault("own disagreement", "disagreement: parallel", "disagreement: front", "front: {play",
          "structures.front.blocs.P+A.disagreement", "the structure itself", "another"),
    Fault("circle of disagreement", "disagreement: {P: 0, A: \"-shame\"}}}}",
          "disagreement: back}}}\n  back: {play: [P+A, N], fixed: {reply: calm}, "
          "blocs: {P+A: {rule: nash, disagreement: veto}}}", "veto: {play", "structures.veto.blocs",
          "circle: veto -> back -> veto", "expression"),
    Fault("weight left out", "weights: {P: 1, A: weight}", "weights: {P: 1}", "summed:",
          "structures.summed.blocs.P+A.weights.A", "member A is missing", "A:"),
    Fault("no weights", "{rule: weighted, weights: {P: 1, A: weight}}", "{rule: weighted}", "summed:",
          "structures.summed.blocs.P+A.weights", "needs weights", "weights: {P: 1, A: 1}"),
    Fault("weight of nobody", "weights: {P: 1, A: weight}", "weights: {P: 1, A: weight, N: 1}", "summed:",
          "structures.summed.blocs.P+A.weights.N", "not a player of this bloc", "Known"),
    Fault("negative weight", "weights: {P: 1, A: weight}", 'weights: {P: 1, A: "weight - 1"}', "summed:",
          "structures.summed.blocs.P+A.weights.A", "is -0.5", "above 0"),
    Fault("weights of a veto", "{rule: veto,", "{rule: veto, weights: {P: 1, A: 1},", "veto: {play",
          "structures.veto.blocs.P+A.weights", "has no weights", "Delete"),
    Fault("power where none counts", "{rule: weighted, weights: {P: 1, A: weight}}",
          "{rule: weighted, weights: {P: 1, A: weight}, power: {P: 1, A: 1}}", "summed:",
          "structures.summed.blocs.P+A.power", "has no power", "Delete"),
    Fault("negative power", "{rule: nash, disagreement: parallel}",
          "{rule: nash, disagreement: parallel, power: {P: 1, A: -weight}}", "front:",
          "structures.front.blocs.P+A.power.A", "bargaining power of A at the base values is -0.5", "above 0"),
    Fault("power of one member only", "{rule: nash, disagreement: parallel}",
          "{rule: nash, disagreement: parallel, power: {P: 1}}", "front:", "structures.front.blocs.P+A.power.A",
          "the member A is missing", "Add"),
    Fault("egalitarian without a rate", "{rule: nash, disagreement: parallel}",
          "{rule: egalitarian, disagreement: parallel}", "front:", "structures.front.blocs.P+A.weights",
          "compares points of different members", "weights: {P: 1, A: 1}"),
    Fault("shares of nothing", "{rule: nash, disagreement: parallel}", "{rule: kalai_smorodinsky}", "front:",
          "structures.front.blocs.P+A.disagreement", "needs a disagreement point", "expression for each member"),
    Fault("bloc of one player", "play: [P, N, reply], only: {P: [wait, offer]}, fixed: {A: stand}",
          "play: [P, N, A+reply], only: {P: [wait, offer]}", "alone: {play", "structures.alone.play[2]",
          "two decisions of one player", "joins players"),
    # Claims
    Fault("offer of no term", "value(P, front) >= value(P, parallel)", "offer(front, P, releif) > 0", "C1:",
          "claims.C1.holds", "no term in a menu of P named 'releif'", "'relief'"),
    Fault("offer of nobody", "value(P, front) >= value(P, parallel)", "offer(front, Q, relief) > 0", "C1:",
          "claims.C1.holds", "no decision named 'Q'", "offer(STRUCTURE, PLAYER or DECISION, TERM)"),
    Fault("offer without a term", "value(P, front) >= value(P, parallel)", "offer(front, P) > 0", "C1:",
          "claims.C1.holds", "given 2 arguments and takes 3", "offer(STRUCTURE"),
    Fault("claim is a number", '"value(P, front) >= value(P, parallel)"', '"value(P, front)"', "C1:",
          "claims.C1.holds",
          "is a number", "Compare"),
    Fault("number for a truth", '"value(P, front) >= value(P, parallel)"', '"value(P, front) and not cost > 1"', "C1:",
          "claims.C1.holds", "`value(P, front)` is a number", "> 0"),
    Fault("claim on nothing", '"value(P, front) >= value(P, parallel)"', '"1 < 2"', "C1:", "claims.C1.holds",
          "depends on nothing", "could fail"),
    Fault("claim on no player", "value(P, front) >=", "value(Q, front) >=", "C1:", "claims.C1.holds",
          "no player named 'Q'", "value(PLAYER, STRUCTURE)"),
    Fault("claim on no structure", "value(P, front) >=", "value(P, frontt) >=", "C1:", "claims.C1.holds",
          "no structure named 'frontt'", "'front'"),
    Fault("claim on no outcome", "not snub)", "not snob)", "C2:", "claims.C2.holds", "no outcome named 'snob'",
          "'snub'"),
    Fault("claim on no parameter", "falls(margin, cost)", "falls(margin, margin)", "C3:", "claims.C3.holds",
          "no parameter named 'margin'", "falls(EXPRESSION, PARAMETER)"),
    Fault("claim with one argument", "value(P, front) >=", "value(P) >=", "C1:", "claims.C1.holds",
          "1 argument and takes 2", "value(PLAYER, STRUCTURE)"),
    Fault("unquoted outcome", 'worst(A, "separate deal")', "worst(A, separate deal)", "C2:", "claims.C2.holds",
          "found 'deal'", ""),
    Fault("claim cites nothing known", "evidence: [E2]}", "evidence: [E7]}", "C1:", "claims.C1.evidence[0]",
          "no ledger holds evidence 'E7'", "Known: E1, E2"),
    Fault("bare outcome in a claim", "prob(alone, snub) < 0.5", "snub < 0.5", "C3:", "claims.C3.holds",
          "'snub' is an outcome", "parameters and quantities"),
    Fault("claim cut at a comma", 'says: the margin falls in the cost', "says: the margin falls, truly", "C3:",
          "claims.C3.truly", "no key 'truly'", "a comma ends a text"),
    # Sections and files of another kind
    Fault("section that is a number", "quantities:\n  margin: gain - cost\n  ratio: {label: gain over cost, formula: "
          '"gain / cost if cost > 0 else 0"}', "quantities: 1.5", "quantities:", "quantities", "a mapping",
          "Named expressions"),
    Fault("key of a ledger", "kgsim: 1", "kgsim: 1\nentries: {}", "entries:", "entries", "no key 'entries'", "Known"),
    Fault("ledger for a scenario", "kgsim: 1", "kgsim-evidence: 1", "kgsim-evidence", "kgsim-evidence",
          "this file is an evidence ledger", "another file"),
    Fault("scenario for a ledger", "ledger: border_evidence.yaml", "ledger: broken.yaml", "kgsim: 1", "kgsim",
          "this file is a scenario", "another file"),
    Fault("condition for a mover", "play: [P, N, reply], only", "play: [P, N, {if: {P: offer}}], only", "alone: {play",
          "structures.alone.play[2].who", "lacks the key 'who'", "a mover is a decision"),
    # Other files
    Fault("folders of another system", "kgsim: 1", "kgsim: 1\nextends: sub\\border.yaml", "extends:", "extends",
          "no such file", "Write / between folders. A path in a file starts at the folder of that file."),
    Fault("moved ledger", "ledger: border_evidence.yaml", "ledger: ../seeds/sources.md", "ledger:", "ledger",
          "no such file", "the folder of that file"),
    Fault("missing ledger", "ledger: border_evidence.yaml", "ledger: border_evidenc.yaml", "ledger:", "ledger",
          "no such file", "border_evidence.yaml"),
    Fault("missing parent", "kgsim: 1", "kgsim: 1\nextends: nowhere.yaml", "extends:", "extends",
          "cannot be read: there is no such file", ""),
    Fault("extends itself", "kgsim: 1", "kgsim: 1\nextends: broken.yaml", "extends:", "extends",
          "circle: broken.yaml -> broken.yaml", "stand on its own"),
    Fault("duplicate evidence", "  note: {title: Note", "  E1: {title: Note", "E1: {title: Note", "evidence.E1",
          "already in another ledger", "Rename"),
]  # fmt: skip


def test_the_undamaged_scenario_is_valid() -> None:
    assert load(DATA / "border.yaml").title == "Two neighbours and a patron"


def test_there_are_enough_faults_and_each_has_its_own_name() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.name for fault in FAULTS}) == len(FAULTS)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_one_fault_gives_one_problem_in_its_place(fault: Fault, tmp_path: Path) -> None:
    assert VALID.count(fault.old) == 1, "the edit must hit one place"
    broken = VALID.replace(fault.old, fault.new)
    shutil.copy(DATA / "border_evidence.yaml", tmp_path)
    path = tmp_path / "broken.yaml"
    path.write_text(broken, encoding="utf-8")
    lines = [number for number, text in enumerate(broken.split("\n"), start=1) if fault.line.strip("\n") in text]

    with pytest.raises(ScenarioError) as caught:
        load(path)

    problems = caught.value.problems
    assert len(problems) == 1, str(caught.value)
    problem = problems[0]
    assert problem.path == path
    assert problem.line == lines[0], str(problem)
    assert problem.key == fault.key
    assert fault.says in problem.message
    assert fault.remedy in problem.remedy


UNREADABLE = {
    "missing": (None, "no such file"),
    "empty": (b"", "the file is empty"),
    "binary": (b"\x89PNG\r\n\x1a\n\0\0\0", "not UTF-8"),
    "null bytes": (b"kgsim: 1\0\n", "binary"),
    "latin-1": ("title: Séoul\n".encode("latin-1"), "not UTF-8"),
    "utf-16": ("kgsim: 1\n".encode("utf-16"), "not UTF-8"),
    "too large": (b"# " + b"x" * (1 << 20), "larger than 1 MiB"),
    "list": (b"- kgsim\n", "not a mapping"),
    "text": (b"kgsim\n", "not a mapping"),
    "control character": (b"kgsim: 1\ntitle: a\x07b\n", "not allowed in YAML"),
    "deep": (b"a: " + b"[" * 5000 + b"]" * 5000, "nested more than"),
    "alias bomb": (
        b"a: &a [x, x, x, x, x, x, x, x, x]\n"
        + b"".join(b"%c: &%c [%s]\n" % (c, c, b", ".join([b"*%c" % (c - 1)] * 9)) for c in b"bcdefghij"),
        "anchor &a is not allowed",
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_files_that_are_no_scenarios(name: str, tmp_path: Path) -> None:
    content, says = UNREADABLE[name]
    path = tmp_path / "broken.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert all(problem.path == path for problem in caught.value.problems)
    assert says in caught.value.problems[0].message


def test_a_directory_is_not_a_scenario(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match="directory"):
        load(tmp_path)


def test_a_path_through_a_file(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(ScenarioError, match=r"not a directory|no such file"):
        load(tmp_path / "file" / "scenario.yaml")


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text(VALID, encoding="utf-8")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    if os.geteuid() == 0:  # root may read everything
        monkeypatch.setattr(Path, "read_bytes", refuse)
    else:
        path.chmod(0)
    with pytest.raises(ScenarioError, match="may not be read"):
        load(path)


def test_a_mistyped_file_name_suggests_the_nearest() -> None:
    with pytest.raises(ScenarioError, match=r"Did you mean .*border\.yaml"):
        load(DATA / "boarder.yaml")


def test_all_problems_come_in_one_pass_and_in_the_order_of_the_file(tmp_path: Path) -> None:
    broken = (
        VALID.replace("title: Two neighbours and a patron", "title: 5")
        .replace("value: 10,", "value: ten,")
        .replace("gain*deal - cost", "gian*deal - cost")
        .replace("N: refuse}, terms: {alone: 0.5}", "N: refus}, terms: {alone: 0.5}")
        .replace("play: [P, N, reply], only", "play: [P, M, N, reply], only")
        .replace("value(P, front) >=", "value(Q, front) >=")
    )
    shutil.copy(DATA / "border_evidence.yaml", tmp_path)
    path = tmp_path / "broken.yaml"
    path.write_text(broken, encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(path)
    assert [problem.key for problem in caught.value.problems] == [
        "title",
        "parameters.gain.value",
        "outcomes.snub.when.N",
        "utilities.P",
        "structures.alone.play[1]",
        "claims.C1.holds",
    ]


def test_the_column_points_into_the_expression(tmp_path: Path) -> None:
    shutil.copy(DATA / "border_evidence.yaml", tmp_path)
    for old, new, at in [
        ("P: gain*deal - cost*relief", "P: gain*deal - cosst*relief", "cosst"),
        ('"P.relief * 1"', '"P.relief * cosst"', "cosst"),
    ]:
        path = tmp_path / "broken.yaml"
        path.write_text(VALID.replace(old, new), encoding="utf-8")
        with pytest.raises(ScenarioError) as caught:
            load(path)
        (problem,) = caught.value.problems
        assert problem.line is not None
        assert problem.column is not None
        line = path.read_text(encoding="utf-8").split("\n")[problem.line - 1]
        assert line[problem.column - 1 :].startswith(at)


def test_a_formula_with_quotation_marks_inside_brackets_is_told_how_to_write_it() -> None:
    old = 'holds: "falls(margin, cost) and prob(alone, snub) < 0.5 or reached(front, \\"joint deal\\")"'
    assert old in VALID
    with pytest.raises(ScenarioError, match="single quotes") as caught:
        loads(VALID.replace(old, 'holds: not reached(front, "joint deal")'), directory=DATA)
    assert "C3:" in VALID.split("\n")[(caught.value.problems[0].line or 0) - 1]


@pytest.mark.parametrize(
    ("entry", "key", "remedy"),
    [
        ("cost: 5", "parameters.cost", "Write `cost: {value: 5, ...}`."),
        ("gian: {value: 11}", "parameters.gian.label", "Did you mean 'gain'?"),
    ],
)
def test_a_file_that_extends_another_is_told_how_to_change_a_parameter(entry: str, key: str, remedy: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        loads(f"kgsim: 1\nextends: border.yaml\nparameters:\n  {entry}\n", directory=DATA)
    assert (key, remedy) in {(problem.key, problem.remedy) for problem in caught.value.problems}
