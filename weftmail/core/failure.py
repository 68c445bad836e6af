"""The two failures that cross a boundary, and the one that a person made.

Everything that goes wrong is either temporary (try the same thing again later: exit status 75, an SMTP 4xx) or
permanent (trying again cannot help).  Whatever is neither of these is a fault of our own code.
"""


class TempFail(Exception):
    """Try again later: the store is locked or full, the mail server is away, a time limit has passed."""


class PermFail(Exception):
    """Trying again cannot help: the other side refuses for good, or what was asked for cannot be."""


class UsageError(Exception):
    """What a person asked for does not fit: the text says what to do next, on one line.

    ``status`` is the exit status that a command ends with: 2 where the words of the call are wrong, 1 otherwise.
    """

    def __init__(self, text: str, status: int = 1) -> None:
        super().__init__(text)
        self.status = status
