"""
SHACL: our own validator, and pySHACL as the reference it is held against.

`validate(data, shapes)` works on sets and knows SHACL Core and SHACL-SPARQL constraints; what it does
not know is a BadShape. `reference.validate` has the same signature and is pySHACL. The report of
either is `report.turtle(results)`.
"""

from .engine import validate
from .report import turtle
from .result import Finding, Result

__all__ = ["Finding", "Result", "turtle", "validate"]
