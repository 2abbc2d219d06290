"""``python -m kgsim``: the command line where its script is not on the path."""

from kgsim.cli import program

if __name__ == "__main__":
    program()
