"""`pod buildx create`, `use`, `ls` and the like: scripts name builders; here there is one, always ready."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def create(
    context: Context,
    endpoint: Annotated[tuple[str, ...], Argument(metavar="[ENDPOINT]", help="Has no meaning here")] = (),
    name: Annotated[str, Option("--name", metavar="NAME", help="Printed, and otherwise without meaning")] = "default",
    use: Annotated[bool, Option("--use", help="The one builder is always in use")] = False,
    bootstrap: Annotated[bool, Option("--bootstrap", help="The one builder is always ready")] = False,
    driver: Annotated[str, Option("--driver", metavar="NAME", help="Has no meaning here")] = "",
    driver_opt: Annotated[tuple[str, ...], Option("--driver-opt", metavar="OPTION", help="Has no meaning here")] = (),
    platform: Annotated[tuple[str, ...], Option("--platform", metavar="LIST", help="Has no meaning here")] = (),
    node: Annotated[str, Option("--node", metavar="NAME", help="Has no meaning here")] = "",
    append: Annotated[bool, Option("--append", help="Has no meaning here")] = False,
    buildkitd_flags: Annotated[str, Option("--buildkitd-flags", metavar="FLAGS", help="There is no daemon")] = "",
) -> int:
    """Do nothing but print the name: there is one builder, which needs no making.

    Examples:
      pod buildx create --use
    """
    from pod.cli.actions.build.builders import echo

    return echo(name)


def use(
    context: Context,
    name: Annotated[str, Argument(metavar="NAME", help="Any")],
    default: Annotated[bool, Option("--default", help="Has no meaning here")] = False,
    is_global: Annotated[bool, Option("--global", help="Has no meaning here")] = False,
) -> int:
    """Do nothing: the one builder is always in use.

    Examples:
      pod buildx use default
    """
    return 0


def stop(context: Context, name: Annotated[str, Argument(metavar="[NAME]", help="Any")] = "") -> int:
    """Do nothing: no builder runs while nothing is built.

    Examples:
      pod buildx stop
    """
    return 0


def rm(
    context: Context,
    names: Annotated[tuple[str, ...], Argument(metavar="[NAME...]", help="Any")] = (),
    force: Annotated[bool, Option("--force", "-f", help="Do not ask")] = False,
    all_inactive: Annotated[bool, Option("--all-inactive", help="Has no meaning here")] = False,
    keep_state: Annotated[bool, Option("--keep-state", help="What builds keep always stays")] = False,
) -> int:
    """Do nothing: the one builder stays. `pod builder prune` removes what builds keep.

    Examples:
      pod buildx rm mybuilder
    """
    return 0


def ls(context: Context) -> int:
    """List builders: the one that there is.

    Examples:
      pod buildx ls
    """
    from pod.cli.actions.build.builders import show_all

    return show_all()


def inspect(
    context: Context,
    name: Annotated[str, Argument(metavar="[NAME]", help="Any")] = "default",
    bootstrap: Annotated[bool, Option("--bootstrap", help="The one builder is always ready")] = False,
) -> int:
    """Show the builder, and the platforms whose programs RUN can run.

    Examples:
      pod buildx inspect --bootstrap
    """
    from pod.cli.actions.build.builders import show

    return show(name)


def du(
    context: Context,
    verbose: Annotated[bool, Option("--verbose", help="Show the instructions in full")] = False,
) -> int:
    """Show what builds keep for later: the steps, whether images have them, too, and when they were of use.

    Examples:
      pod buildx du
    """
    from pod.cli.actions.build.usage import show_usage

    return show_usage(context, verbose=verbose)
