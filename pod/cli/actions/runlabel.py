"""What `container runlabel` does: a command out of an image's label, run with this program."""

from __future__ import annotations

import os
import sys

from pod.errors import CannotExecute, NoSuchContainer, NotFound, PodError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.cli.commands.container.runlabel import RunLabelFlags
    from pod.cli.context import Context

_THIS_PROGRAM = ("docker", "podman", "pod")


def run_label(context: Context, flags: RunLabelFlags) -> int:
    """Become the command that the label holds, or print it. Raises NotFound where the image has no such label."""
    from pod.cli.actions.registry.progress import choose
    from pod.cli.parsers.registry_options import parse_transfer
    from pod.engine.images import pull, resolve

    if not flags.image:
        raise UsageError("runlabel needs a label and an image", hint="pod container runlabel run IMAGE")
    with pull.PullProgress() if flags.quiet else choose(sys.stderr) as progress:
        pull.pull(context.engine, flags.image, parse_transfer(flags), policy="missing", platform="", progress=progress)
    labels = resolve.resolve(context.engine, flags.image).config.config.labels
    if not labels.get(flags.label):
        known = ", ".join(sorted(labels))
        raise NotFound(
            f"image {flags.image} has no label {flags.label}", hint=f"it has {known}" if known else "it has none"
        )
    words = command(labels[flags.label], flags)
    if not flags.quiet or flags.display:
        import shlex

        print(f"command: {shlex.join(words)}", flush=True)
    return 0 if flags.display else _become(context, words, flags)


def command(text: str, flags: RunLabelFlags) -> list[str]:
    """Return the words of a label's command, what stands for something replaced. Raises UsageError."""
    import shlex

    values = {"IMAGE": flags.image, "NAME": flags.name or _base_name(flags.image), "PWD": os.getcwd()}
    try:
        words = shlex.split(text)
    except ValueError as err:
        raise PodError(f"label {flags.label} is no command: {err}: {text}") from err
    replaced = [_replace(word, values) for word in (*words, *flags.arguments)]
    return ["pod", *replaced[1:]] if os.path.basename(words[0]) in _THIS_PROGRAM else replaced


def _replace(word: str, values: dict[str, str]) -> str:
    if word in values:  # IMAGE and NAME as whole words, as atomic(1) had it
        return values[word]
    for name, value in values.items():
        word = word.replace(f"${{{name}}}", value).replace(f"${name}", value)
    return word


def _base_name(image: str) -> str:
    return image.rpartition("/")[2].partition("@")[0].partition(":")[0]


def _become(context: Context, words: list[str], flags: RunLabelFlags) -> int:
    if flags.replace_existing and flags.name:
        from pod.engine.remove import remove

        try:
            remove(context.engine, flags.name, force=True)
        except NoSuchContainer:
            pass
    if words[0] == "pod":
        from pod.cli.main import main

        options = context.words[: context.words.index("container")]
        return main([context.program, *options, *words[1:]])
    try:
        os.execvp(words[0], words)
    except OSError as err:
        raise CannotExecute(f"cannot execute {words[0]}: {err.strerror}") from err
