"""How Sphinx builds the documentation: ``sphinx-build -W --keep-going docs out/docs``. Nothing is fetched."""

import re

from click import Context
from docutils import nodes
from sphinx.application import Sphinx

from kgsim.versions import kgsim_version

project = "kgsim"
author = "The kgsim authors"
copyright = author
version = release = kgsim_version()

extensions = ["myst_nb", "sphinx.ext.autodoc", "numpydoc", "sphinx_click"]
exclude_patterns = ["images"]
html_theme = "furo"
html_title = "kgsim"
html_static_path = ["static"]
html_css_files = ["notebooks.css"]

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
    """Set what the extensions have no setting for."""
    app.connect("sphinx-click-process-epilog", examples_as_they_stand)
    app.connect("sphinx-click-process-options", defaults_as_typed)
    app.connect("doctree-read", figures_with_names)


def examples_as_they_stand(app: Sphinx, context: Context, lines: list[str]) -> None:
    """Keep the lines of the examples below a command's help."""
    shown = [line.removeprefix("|").strip() for line in lines if line.strip("|\b ")]
    if shown:
        title, *rest = shown
        lines[:] = [title, "", ".. code-block:: text", "", *(f"   {line}" for line in rest), ""]


def defaults_as_typed(app: Sphinx, context: Context, lines: list[str]) -> None:
    """Show a default path as one would type it."""
    lines[:] = [re.sub(r"PosixPath\('(.*)'\)", r"\1", line) for line in lines]


def figures_with_names(app: Sphinx, doctree: nodes.document) -> None:
    """Let screen readers say what section a notebook's figure belongs to, instead of the name of a file."""
    for image in doctree.findall(nodes.image):
        section: nodes.Node | None = image
        while section is not None and not isinstance(section, nodes.section):
            section = section.parent
        if section is not None and not image.get("alt"):
            image["alt"] = f"Figure: {section[0].astext()}"
