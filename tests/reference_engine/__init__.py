"""The counting rules a second time: independent of the project, from the texts of the rules alone.

Lists and loops, one function per rule. It imports nothing of the project. Where a rule can be read in more than one way,
`README.md` beside this file says which reading was taken.
"""

from .engine import run
from .loading import load_definitions, load_reference
from .model import Definition, Link, Parameters, Reference, Result, Supply, Version

__all__ = [
    "Definition",
    "Link",
    "Parameters",
    "Reference",
    "Result",
    "Supply",
    "Version",
    "load_definitions",
    "load_reference",
    "run",
]
