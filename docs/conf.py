"""How Sphinx builds the documentation: ``sphinx-build -W --keep-going docs out/docs``. Nothing is fetched."""

import re
from importlib.metadata import version as version_of

from click import Context
from sphinx.application import Sphinx

project = "kgsim"
author = "The kgsim authors"
copyright = author
version = release = version_of("kgsim")

extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "sphinx_click"]
exclude_patterns = ["images"]
html_theme = "furo"
html_title = "kgsim"
html_static_path = ["static"]
html_css_files = ["wrap.css"]

# Links such as scenario-format.md#repeated-play lead to headings.
myst_heading_anchors = 3

# Notebooks and the gallery are executed, so that what they show is what the code says.
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 120

# Names in single backticks are links where they are names of the reference.
default_role = "py:obj"
autodoc_member_order = "bysource"
numpydoc_show_class_members = False


def setup(app: Sphinx) -> None:
    """Show the examples below each command's help as they stand, and defaults as one would type them."""

    def as_block(app: Sphinx, context: Context, lines: list[str]) -> None:
        shown = [line.removeprefix("|").strip() for line in lines if line.strip("|\b ")]
        if shown:
            title, *rest = shown
            lines[:] = [title, "", ".. code-block:: text", "", *(f"   {line}" for line in rest), ""]

    def typed(app: Sphinx, context: Context, lines: list[str]) -> None:
        lines[:] = [re.sub(r"PosixPath\('(.*)'\)", r"\1", line) for line in lines]

    app.connect("sphinx-click-process-epilog", as_block)
    app.connect("sphinx-click-process-options", typed)
