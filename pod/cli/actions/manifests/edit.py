"""What `manifest create`, `add`, `annotate`, `remove`, `rm` and `exists` do."""

from __future__ import annotations

import sys

from pod.cli import errors_output, exitcodes
from pod.cli.parsers.registry_options import parse_credentials
from pod.engine.manifests import edit, lists, sources
from pod.engine.manifests.edit import Description
from pod.errors import NotFound, PodError, UsageError
from pod.registry.options import RegistryOptions
from pod.storage.images import ImageStore

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from pod.cli.commands.manifest.add import AddFlags, DescriptionFlags
    from pod.cli.commands.manifest.annotate import AnnotateFlags
    from pod.cli.context import Context
    from pod.engine.manifests.lists import ManifestList


def create(
    context: Context,
    name: str,
    images: Sequence[str],
    *,
    all: bool,
    amend: bool,
    annotations: Sequence[str],
    tls_verify: bool | None,
) -> int:
    """Make a list and put images into it; print its digest."""
    store = ImageStore(context.engine.layout)
    options = RegistryOptions(tls_verify=tls_verify)
    said = _annotations(annotations)
    if not amend and lists.find_or_none(store, name) is not None:
        lists.create(context.engine, name, said, amend=False)  # which says why it cannot be
    found = [sources.find(store, image, options, all=all) for image in images]
    list_ = lists.create(context.engine, name, said, amend=amend)
    for one in found:
        list_ = edit.add(list_, one.entries, one.sources)
    list_ = edit.describe_list(list_, said, None)
    if not context.as_docker:
        return _write(context, list_)
    print(f"Created manifest list {lists.write(context.engine, list_).name}")
    return exitcodes.OK


def add(context: Context, flags: AddFlags) -> int:
    """Put images or an artifact into a list; print its digest."""
    if not flags.images:
        raise UsageError("manifest add needs a list and images", hint="pod manifest add app:1 app:1-arm64")
    store = ImageStore(context.engine.layout)
    list_ = lists.find(store, flags.name)
    description = _description(flags)
    if flags.artifact:
        return _add_artifact(context, flags, list_, description)
    for image in flags.images:
        found = sources.find(store, image, _options(flags, flags.creds), all=flags.all)
        list_ = edit.add(list_, map(description.apply, found.entries), found.sources)
    return _write(context, list_)


def _add_artifact(context: Context, flags: AddFlags, list_: ManifestList, description: Description) -> int:
    from pod.engine.manifests import artifacts

    subject = None
    if flags.artifact_subject:
        options = _options(flags, flags.creds)
        subject = sources.find(ImageStore(context.engine.layout), flags.artifact_subject, options, all=False).entries[0]
    wanted = artifacts.ArtifactOptions(
        flags.artifact_type,
        flags.artifact_config,
        flags.artifact_config_type,
        flags.artifact_layer_type,
        flags.artifact_exclude_titles,
        subject.replace(platform=None) if subject is not None else None,
    )
    made = artifacts.make(flags.images, wanted)
    return _write(context, edit.add(list_, [description.apply(made.entry)], {}), made.blobs)


def annotate(context: Context, flags: AnnotateFlags) -> int:
    """Describe an entry of a list, or the list; print its digest."""
    store = ImageStore(context.engine.layout)
    list_ = lists.find(store, flags.name)
    options = _options(flags)
    if flags.index:
        if flags.image:
            raise UsageError("--index is about the list itself: it excludes the name of an image")
        subject = sources.find(store, flags.subject, options, all=False).entries[0] if flags.subject else None
        return _write(context, edit.describe_list(list_, _annotations(flags.annotation), subject))
    if not flags.image or flags.subject:
        raise UsageError("manifest annotate needs an image of the list, or --index, which goes with --subject")
    digest = sources.digest_in(list_, flags.image, store, options)
    return _write(context, edit.describe(list_, digest, _description(flags)))


def remove_image(context: Context, name: str, image: str) -> int:
    """Take an image out of a list; print its digest."""
    store = ImageStore(context.engine.layout)
    list_ = lists.find(store, name)
    return _write(context, edit.remove(list_, sources.digest_in(list_, image, store, RegistryOptions())))


def remove_lists(context: Context, names: Sequence[str], *, ignore: bool) -> int:
    """Remove lists and print what went; one that cannot be removed does not keep the others from it."""
    code = exitcodes.OK
    for name in names:
        try:
            removed = lists.remove(context.engine, name)
        except PodError as err:
            if not isinstance(err, NotFound):
                errors_output.show(err, context.debug)
                code = err.exit_code
            elif not ignore:
                errors_output.show(err, context.debug)
                code = code or exitcodes.FAILED
            continue
        print(f"Untagged: {removed.name}")
        print(f"Deleted: {removed.digest.hex}")
    return code


def list_exists(context: Context, name: str) -> int:
    """Return 0 where there is such a list, 1 where not."""
    found = lists.find_or_none(ImageStore(context.engine.layout), name)
    return exitcodes.FAILED if found is None else exitcodes.OK


def _write(context: Context, list_: ManifestList, blobs: Sequence[bytes] = ()) -> int:
    print(lists.write(context.engine, list_, blobs).digest.hex, file=sys.stdout)
    return exitcodes.OK


def _options(flags: DescriptionFlags, creds: str = "") -> RegistryOptions:
    credentials = parse_credentials(creds) if creds else None
    return RegistryOptions(flags.authfile, credentials, flags.tls_verify, flags.cert_dir)


def _description(flags: DescriptionFlags) -> Description:
    return Description(
        _annotations(flags.annotation),
        flags.arch,
        flags.os,
        flags.variant,
        flags.os_version,
        _words(flags.os_features),
        _words(flags.features),
    )


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _annotations(texts: Sequence[str]) -> dict[str, str]:
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise UsageError(f"invalid --annotation {text!r:.100}: it is written KEY=VALUE")
        found[key] = value
    return found
