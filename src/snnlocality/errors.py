"""The one kind of error a person is meant to read."""


class UserError(Exception):
    """A mistake a person can mend.

    The message is one sentence that names the file or key, what is wrong and what to do. The command line
    prints it without a traceback and exits with status 2.
    """
