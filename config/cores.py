"""What a process leaves behind when it crashes: nothing."""

import resource


def leave_no_core() -> None:
    """A process that crashes writes no core file: it would hold every secret, and what people said."""
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, hard))
