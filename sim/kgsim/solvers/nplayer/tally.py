"""What is counted of each game of three and more players, as columns of one array."""

# Support profiles; equilibria, roots that are not, and roots on a support's boundary; cells that are neither excluded
# nor resolved, and those of them without a solution; effort, branches given up, and groups of touching cells.
EXAMINED, PRUNED, EQUILIBRIA, NO_REPLY, ON_BOUNDARY, CELLS, UNSOLVED, SIMPLICES, DROPPED, COMPONENTS = range(10)
COLUMNS = 10

NO_INDEX = 2  # in place of an equilibrium's index where none is defined
