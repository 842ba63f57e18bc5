"""`pod completion`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated, Literal

    from pod.cli.context import Context
    from pod.cli.options import Argument


def completion(
    context: Context,
    shell: Annotated[Literal["bash", "zsh", "fish"], Argument(metavar="bash|zsh|fish")],
) -> int:
    """Print the completion script of a shell.

    Examples:
      pod completion bash > ~/.local/share/bash-completion/completions/pod
      pod completion zsh > ~/.zfunc/_pod
      pod completion fish > ~/.config/fish/completions/pod.fish
    """
    from pod.cli.completion import script

    print(script(shell), end="")
    return 0
