"""What a literal means: whether it is well-formed, how it compares, what language it is in.

Lexical spaces after XML Schema 1.1 part 2; order after the operators of SPARQL 1.1 §17.3.
"""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from pyoxigraph import Literal

from .terms import RDF, XSD

_NUMBER = r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)"
_ZONE = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))"
_YEAR = r"-?(?:[1-9]\d{3,}|0\d{3})"
_DAY = r"(?:0[1-9]|[12]\d|3[01])"
_MONTH = r"(?:0[1-9]|1[0-2])"
_TIME = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"

_FORMS = {
    "boolean": r"true|false|1|0",
    "integer": r"[+-]?\d+",
    "decimal": _NUMBER,
    "double": rf"{_NUMBER}(?:[eE][+-]?\d+)?|[+-]?INF|NaN",
    "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}?",
    "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}?",
    "time": rf"{_TIME}{_ZONE}?",
    "gYear": rf"{_YEAR}{_ZONE}?",
    "gYearMonth": rf"{_YEAR}-{_MONTH}{_ZONE}?",
    "gMonth": rf"--{_MONTH}{_ZONE}?",
    "gMonthDay": rf"--{_MONTH}-{_DAY}{_ZONE}?",
    "gDay": rf"---{_DAY}{_ZONE}?",
    "duration": r"-?P(?=[\dT])(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "dayTimeDuration": r"-?P(?=[\dT])(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
    "yearMonthDuration": r"-?P(?=\d)(?:\d+Y)?(?:\d+M)?",
    "hexBinary": r"(?:[\da-fA-F]{2})*",
    "base64Binary": r"(?:[A-Za-z\d+/]{4})*(?:[A-Za-z\d+/]{2}==|[A-Za-z\d+/]{3}=)?",
    "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z\d]{1,8})*",
    "normalizedString": r"[^\t\n\r]*",
    "token": r"(?:[^\s]+(?: [^\s]+)*)?",
}
_FORMS["float"] = _FORMS["double"]
_PATTERNS = {name: re.compile(form, re.ASCII) for name, form in _FORMS.items()}

#: Kinds of integer and their least and greatest value.
_INTEGERS: dict[str, tuple[int | None, int | None]] = {
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_MONTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def well_formed(literal: Literal) -> bool:
    """Is the text one that the datatype allows? Datatypes we do not know allow every text."""
    datatype = literal.datatype.value
    if not datatype.startswith(XSD):
        return True
    return _well_formed(literal.value, datatype[len(XSD) :])


@lru_cache(maxsize=100_000)
def _well_formed(text: str, name: str) -> bool:
    if name in _INTEGERS:
        if not _PATTERNS["integer"].fullmatch(text):
            return False
        least, greatest = _INTEGERS[name]
        number = Decimal(text)
        return (least is None or number >= least) and (greatest is None or number <= greatest)
    pattern = _PATTERNS.get(name)
    if pattern is None:
        return True
    if not pattern.fullmatch(text):
        return False
    return _day_exists(text) if name in ("date", "dateTime", "dateTimeStamp") else True


def _day_exists(text: str) -> bool:
    year, month, day = re.match(r"(-?\d+)-(\d\d)-(\d\d)", text).groups()
    leap = int(year) % 4 == 0 and (int(year) % 100 != 0 or int(year) % 400 == 0)
    return int(day) <= _MONTHS[int(month) - 1] + (month == "02" and leap)


def compare(one, other) -> int | None:
    """-1, 0 or 1 as SPARQL's `<` and `=` order two terms; None where they can not be compared."""
    a, b = _key(one), _key(other)
    if a is None or b is None or a[0] != b[0]:
        return None
    if a[1] != a[1] or b[1] != b[1]:
        return None
    return (a[1] > b[1]) - (a[1] < b[1])


def _key(term) -> tuple | None:
    """A sort of thing and its place among its sort."""
    if not isinstance(term, Literal) or term.language or not term.datatype.value.startswith(XSD):
        return None
    return _place(term.value, term.datatype.value[len(XSD) :])


@lru_cache(maxsize=100_000)
def _place(text: str, name: str) -> tuple | None:
    if name == "string":
        return ("string", text)
    if not _well_formed(text, name):
        return None
    if name in ("integer", "decimal") or name in _INTEGERS:
        return ("number", Decimal(text))
    if name in ("float", "double"):
        return ("number", float(text))
    if name == "boolean":
        return ("boolean", text in ("true", "1"))
    if name in ("dateTime", "dateTimeStamp", "date"):
        return _moment(text, "date" if name == "date" else "dateTime")
    if name == "time":
        return _moment("2000-01-01T" + text, "time")
    return None


def _moment(text: str, kind: str) -> tuple:
    """Seconds; with a time zone and without are two sorts that do not compare."""
    form = r"(-?\d+)-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d(?:\.\d+)?))?(Z|[+-]\d\d:\d\d)?"
    year, month, day, hour, minute, second, zone = re.fullmatch(form, text).groups()
    moment = Fraction(_days(int(year), int(month), int(day)) * 86400)
    if hour:
        moment += int(hour) * 3600 + int(minute) * 60 + Fraction(second)
    if zone and zone != "Z":
        shift = int(zone[1:3]) * 3600 + int(zone[4:]) * 60
        moment -= shift if zone[0] == "+" else -shift
    return (kind + (" with zone" if zone else ""), moment)


def _days(year: int, month: int, day: int) -> int:
    """Days since some day long ago; years begin in March so that the leap day comes last."""
    year, month = (year, month - 3) if month > 2 else (year - 1, month + 9)
    return year * 365 + year // 4 - year // 100 + year // 400 + (153 * month + 2) // 5 + day


def lang_matches(tag: str, wanted: str) -> bool:
    """SPARQL's langMatches: basic filtering of RFC 4647."""
    tag, wanted = tag.lower(), wanted.lower()
    return bool(tag) and (wanted == "*" or tag == wanted or tag.startswith(wanted + "-"))


def is_lang_string(literal: Literal) -> bool:
    return literal.datatype.value == RDF + "langString"
