"""Games as pure mathematics: payoff arrays, reductions, trees and bargaining sets; no solver, no politics."""
