"""WORKDIR: a folder, made if it is missing, that what follows starts in."""

from __future__ import annotations

import os
import posixpath

from pod.build import session as sessions
from pod.build.step_root import StepRoot
from pod.build.steps.placing import Manner, Placer
from pod.build.steps.settings import Reader, with_history

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.session import Step
    from pod.build.state import StageState


def workdir(step: Step, state: StageState) -> StageState:
    """Change the working folder; a layer comes of it only where the folder was not there."""
    reader = Reader(state, step.instruction, step.session.escape)
    text = reader.expand(step.instruction.text)
    if not text:
        raise reader.bad("the path is empty")
    path = posixpath.normpath(posixpath.join("/", state.working_dir, text))
    state = state.replace(config=state.config.replace(working_dir=path))
    if path == "/":
        return with_history(state, f"WORKDIR {path}")
    key = sessions.cache_key(step, "WORKDIR", {"parent": [str(one) for one in state.diff_ids], "path": path})
    made = sessions.recall(step, key)
    if made is None:
        with StepRoot(step.session.engine, state.diff_ids) as root:
            new = root.work(lambda: _make(root.path, path))
            made = sessions.keep(step, root, (key,), changed=new)
    else:
        step.was_cached()
    return sessions.with_layer(step, state, made, f"WORKDIR {path}")


def _make(root: str, path: str) -> bool:
    """Make a folder in the mounted root; true where it was not there."""
    placer = Placer(root, Manner((0, 0)))
    try:
        folder, new = placer.folder(path)
        os.close(folder)
        return new
    finally:
        placer.close()
