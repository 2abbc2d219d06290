"""One person takes a player's part in a structure, move by move, and is told what was left on the table."""
