"""A build for several platforms: an image for each, one after the other, and a manifest list of them."""

from __future__ import annotations

from pod.build.events import Note
from pod.engine.manifests import edit, lists, sources
from pod.errors import UsageError
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pod.build.events import Display
    from pod.build.options import BuildOptions, Output
    from pod.engine.engine import Engine
    from pod.oci.digest import Digest


def build_each(
    engine: Engine, options: BuildOptions, display: Display, build: Callable[[BuildOptions], Digest | None]
) -> Digest | None:
    """Build for every platform, and put the images into the lists that the names stand for.

    Returns the digest of the list, or the last image's id where no name was given. Raises what `build` raises.
    """
    names = options.image.names or ((options.manifest,) if options.manifest else ())
    if options.push and not names:
        raise UsageError("a list to be pushed needs a name", hint="give it one: -t REGISTRY/NAME")
    built = []
    for platform in options.platforms:
        display.hear(Note(f"for {platform}:"))
        image = options.image.replace(names=())
        outputs = tuple(_apart(output, platform) for output in options.outputs)
        one = options.replace(
            platforms=(platform,), image=image, outputs=outputs, push=False, manifest="", label=f"{platform} "
        )
        built.append(build(one))
    images = [image for image in built if image is not None]
    result: Digest | None = images[-1] if images else None
    for name in names if images else ():
        if name != options.manifest:
            _free(engine, name)
        result = add_to_list(engine, name, images)
    for name in names if images and options.push else ():
        display.hear(Note(f"pushing {name}"))
        _push(engine, options, name)
    return result


def _apart(output: Output, platform: str) -> Output:
    """Return where the files for one platform go: a folder of their own, as Docker has it."""
    if output.type == "local":
        return output.replace(target=f"{output.target}/{platform.replace('/', '_')}")
    if output.type in ("tar", "oci", "docker"):
        raise UsageError(
            f"--output type={output.type} holds one platform",
            hint="build for one platform at a time, or name the list with -t and save that",
        )
    return output


def add_to_list(engine: Engine, name: str, images: Iterable[Digest]) -> Digest:
    """Add images to the list of a name, which is made if there is none; return its digest."""
    store = ImageStore(engine.layout)
    entries = [sources.stored_entry(store, store.get(image.hex)) for image in images]
    return lists.write(engine, edit.add(lists.create(engine, name, {}, amend=True), entries, {})).digest


def _free(engine: Engine, name: str) -> None:
    """Take a name from the image or the list that has it: it is the new list's."""
    if lists.find_or_none(ImageStore(engine.layout), name) is not None:
        lists.remove(engine, name)
        return
    from pod.engine.images.untag import untag
    from pod.errors import NoSuchImage

    try:
        untag(engine, name, [name])
    except NoSuchImage:
        pass


def _push(engine: Engine, options: BuildOptions, name: str) -> None:
    from pod.engine.images import pull
    from pod.engine.images.push import PushForm
    from pod.engine.manifests import push

    push.push(engine, name, "", pull.registry_options(options.images), form=PushForm())
