"""What an address takes behind its question mark, as OpenAPI says it."""

from collections.abc import Callable

#: The kinds of values, by what stands at the end of a name here.
_NUMBER, _MANY = "#", "*"


def takes(**told: str) -> Callable[[], list[dict]]:
    """Descriptions by name, for `view.parameters`.

    A description that begins with `#` is of a number, one that begins with `*` of something that may be
    given more than once; all others are texts.
    """

    def described() -> list[dict]:
        made = []
        for name, text in told.items():
            kind: dict = {"type": "integer" if text.startswith(_NUMBER) else "string"}
            if text.startswith(_MANY):
                kind = {"type": "array", "items": kind}
            made.append(
                {"name": name, "in": "query", "description": text.lstrip(_NUMBER + _MANY), "schema": kind}
            )
        return made

    return described
