"""Execute a notebook in this process and print it with its outputs: ``python executed.py NOTEBOOK FOLDER SOCKETS``.

A process of its own, since kernels' event loops and sockets are not all closed when a notebook has run.
"""

import sys

import nbformat
from nbclient import NotebookClient
from traitlets.config import Config

path, folder, sockets = sys.argv[1:]
notebook = nbformat.read(path, as_version=4)
# Sockets are files, since a port found free may be taken by another process before it is bound.
config = Config(KernelManager={"transport": "ipc", "ip": f"{sockets}/kernel"})
client = NotebookClient(
    notebook, kernel_name="python3", timeout=120, config=config, resources={"metadata": {"path": folder}}
)
client.execute()
print(nbformat.writes(notebook))
