"""`pod secret create`."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Annotated

    from pod.cli.context import Context
    from pod.cli.options import Argument, Option


def create(
    context: Context,
    name: Annotated[str, Argument(metavar="NAME", help="What it is called")],
    source: Annotated[str, Argument(metavar="[FILE|-]", help="Where it is read from; - is stdin")] = "-",
    driver: Annotated[str, Option("--driver", "-d", metavar="NAME", help="file, pass or shell")] = "",
    driver_opts: Annotated[
        tuple[str, ...], Option("--driver-opts", metavar="KEY=VALUE", help="Option of the driver")
    ] = (),
    env: Annotated[bool, Option("--env", help="FILE is the name of a variable that holds the secret")] = False,
    label: Annotated[tuple[str, ...], Option("--label", "-l", metavar="KEY=VALUE", help="Add a label")] = (),
    replace: Annotated[bool, Option("--replace", help="Put it in the place of one of that name")] = False,
    template_driver: Annotated[
        str, Option("--template-driver", metavar="NAME", help="Refused: secrets are handed in as they are")
    ] = "",
) -> int:
    """Keep a secret for containers and print its id.

    The driver file keeps it in the store, readable for you alone but not encrypted; pass encrypts it with gpg; shell
    hands it to commands of yours.

    Examples:
      printf %s "$TOKEN" | pod secret create token -
      pod secret create --env token TOKEN
      pod secret create -d pass --driver-opts key=you@example.org token token.txt
    """
    from pod.cli.actions.secrets.create import create as create_secret

    del template_driver
    return create_secret(context, name, source, driver=driver, options=driver_opts, from_variable=env, labels=label,
                         replace=replace)  # fmt: skip
