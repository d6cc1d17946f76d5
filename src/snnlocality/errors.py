"""What ends a command with one sentence for a person instead of a traceback."""


class UserError(Exception):
    """A mistake a person can mend.

    The message is one sentence that names the file or key, what is wrong and what to do. The command line
    prints it without a traceback and exits with status 2.
    """


class Interrupted(Exception):
    """A signal asked the program to stop and what was done is kept, so that the same command goes on from there.

    The command line prints the message and exits with status 128 + ``signal``, as a shell does for a signal.
    """

    def __init__(self, message: str, signal: int) -> None:
        super().__init__(message)
        self.signal = signal
