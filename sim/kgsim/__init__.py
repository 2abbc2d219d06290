"""kgsim: negotiations as games.

>>> import kgsim
>>> scenario = kgsim.load("scenarios/bypass.yaml")  # doctest: +SKIP
>>> result = kgsim.solve(scenario, A=5)  # doctest: +SKIP
>>> result.structures["bypass"].values["ROK"]  # doctest: +SKIP
(-32.5, -32.5)

Names are imported when they are first asked for (SPEC 1), so that ``import kgsim`` costs next to nothing; they stand in
``__init__.pyi``.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
