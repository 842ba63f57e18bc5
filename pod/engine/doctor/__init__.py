"""`doctor`: looks at this machine as this user, and says what works, what does not, why, and who can change it."""

from __future__ import annotations

from pod.engine.doctor.finding import Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pod.engine.engine import Engine


def examine(engine: Engine, environ: Mapping[str, str], program: Sequence[str]) -> list[Finding]:
    """Return what was found, in the order in which things build on each other. Changes nothing that lasts.

    `environ` is the caller's environment, `program` the words that start this pod.
    """
    from pod.engine.doctor import network, session, storage, trial, users

    return [
        *users.examine(engine),
        *storage.examine(engine),
        *network.examine(),
        *session.examine(environ, engine),
        *trial.examine(engine, program),
    ]
