"""
What a server in public needs beside its answers: health, numbers, a log, budgets, and a change of release
that nobody notices.

`Attendant` stands in front of the whole application; everything here is used by it alone.
"""

from .attendant import Attendant
from .house import Rules

__all__ = ["Attendant", "Rules"]
