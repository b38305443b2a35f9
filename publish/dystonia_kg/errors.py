"""
Everything that can go wrong, in one place.

* Trouble
  + Unreadable     a file is not what its name says it is
  + Nameless       no dataset says what its IRIs begin with
  + BadRule        a rule asks for something the engine does not do
  + BadShape       a shape is not well-formed, or asks for something the engine does not do
  + Endless        rules keep concluding, or a description leaves too much open
  + Invalid        the knowledge breaks its own shapes
  + BadInput       what a person typed or sent can not be understood
  + Unwritable     a folder can not be written, or holds what is not ours
  + NoRelease      a folder is not a release, or not a whole one
  + EngineTrouble  a SPARQL engine does not do what it was asked
    - Unreachable  nothing answers there, or it went away
    - NotSparql    something answers, but it is no SPARQL engine
    - Forbidden    the engine wants other credentials, or nothing may be written there
    - Full         the engine has no room left
    - TooSlow      the engine gave up, or took longer than it was given
    - Truncated    the engine sent a part of the answer
    - Altered      what the engine holds is not what it was sent
    - Foreign      a graph is in the way that is not ours
"""


class Trouble(Exception):
    """Something a person has to mend; the message says what, where and what to do."""

    exit_code = 1


class Unreadable(Trouble):
    pass


class Nameless(Trouble):
    pass


class BadRule(Trouble):
    pass


class BadShape(Trouble):
    pass


class Endless(Trouble):
    pass


class Invalid(Trouble):
    pass


class BadInput(Trouble):
    exit_code = 2


class Unwritable(Trouble):
    pass


class NoRelease(Trouble):
    pass


class EngineTrouble(Trouble):
    pass


class Unreachable(EngineTrouble):
    pass


class NotSparql(EngineTrouble):
    pass


class Forbidden(EngineTrouble):
    pass


class Full(EngineTrouble):
    pass


class TooSlow(EngineTrouble):
    pass


class Truncated(EngineTrouble):
    """`limit` is how many rows the engine sends at most, where that is known."""

    def __init__(self, sentence: str, limit: int | None = None):
        super().__init__(sentence)
        self.limit = limit


class Altered(EngineTrouble):
    pass


class Foreign(EngineTrouble):
    pass
