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
