"""SQLGlot's nodes, under the name that its readers know, imported when the first of them is asked for.

Most commands, and most pages, reach the rooms that can compile the law and never compile it; they do not wait for a
tenth of a second's worth of modules.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlglot import exp
else:

    class _Later:
        """Stands for the module `sqlglot.expressions`; what was asked for once is at hand."""

        def __getattr__(self, name: str) -> Any:
            found = getattr(importlib.import_module("sqlglot.expressions"), name)
            setattr(self, name, found)
            return found

    exp = _Later()

__all__ = ["exp"]
