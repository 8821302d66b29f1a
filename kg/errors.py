"""Expected failures. Each is one sentence that says what is wrong and what to do, and carries its exit code."""

from __future__ import annotations


class KgError(Exception):
    """An expected failure; `str()` is the sentence shown to the user, `exit_code` what the process ends with."""

    exit_code = 1


class UsageError(KgError):
    """The call itself is wrong: bad option values, start equal to end, a query that is refused."""

    exit_code = 2


class NothingFoundError(KgError):
    """No match, no path, no row."""

    exit_code = 3


class UnknownNameError(KgError):
    """A name is unknown or ambiguous."""

    exit_code = 4


class DatabaseError(KgError):
    """The database cannot be reached, started or used."""

    exit_code = 5


class BrokenServerError(DatabaseError):
    """The server runs, but takes nothing more until it is started anew."""


class ChangedError(DatabaseError):
    """A load changed the graph between two reads of one answer; asked again, the answer is of one state."""


class InputError(KgError):
    """Input was rejected; nothing was written."""

    exit_code = 6


class VerificationError(KgError):
    """A check of the graph against its documents failed."""

    exit_code = 7


class StrangeWarning(UserWarning):
    """The graph holds something that no load writes, and an answer leaves it out."""
