"""The finished image: from the state of the last stage to documents in the store, under their names."""

from __future__ import annotations

from pod.build.state import StageState, split_pairs
from pod.build.step_root import StepRoot
from pod.engine.images.publish import cannot_store, publish
from pod.linux import jsonfile, times
from pod.oci import media_types
from pod.oci.digest import Digest
from pod.oci.image_config import History, ImageConfig, RootFs
from pod.oci.manifest import Descriptor, Manifest
from pod.storage import tree_copy
from pod.storage.blobs import BlobStaging
from pod.storage.image_changes import NewImage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.build.options import ImageOptions
    from pod.build.session import Session


def store(session: Session, state: StageState) -> Digest:
    """List the image in the store and return its id. Raises StorageError."""
    options = session.options.image
    if options.squash:
        state = _squash(session, state, from_base=options.squash == "new")
    config = config_of(session, state)
    layout = session.engine.layout
    try:
        with BlobStaging(layout, "build") as staging:
            new = _stage(staging, state, config, options.replace(annotations=_annotations(session, state)))
            publish(session.engine, staging, [new], {})
    except OSError as err:
        raise cannot_store(layout, "the image", err) from err
    return new.id


def _annotations(session: Session, state: StageState) -> dict[str, str]:
    given = session.options.image.annotations
    if not session.options.cache_to:
        return given
    from pod.build import shared_cache

    return (
        {**given, **shared_cache.inline(session, state)} if shared_cache.INLINE in session.options.cache_to else given
    )


def _stage(staging: BlobStaging, state: StageState, config: ImageConfig, options: ImageOptions) -> NewImage:
    document = jsonfile.dumps(config.to_json())
    image_id = staging.add_bytes(document)
    convert = media_types.in_docker_types if options.docker_types else media_types.in_oci_types
    described = Descriptor(media_types.OCI_CONFIG, image_id, len(document))
    annotations = {} if options.docker_types else options.annotations
    manifest = Manifest.of(described, state.layers, annotations).in_types(convert)
    data = jsonfile.dumps(manifest.to_json())
    digest = staging.add_bytes(data)
    stored = (layer.digest for layer in state.layers if staging.has(layer.digest))  # others are trees, not archives
    return NewImage(
        Descriptor(manifest.media_type, digest, len(data)), image_id, options.names, (digest, image_id, *stored)
    )


def config_of(session: Session, state: StageState) -> ImageConfig:
    """Return the configuration: the stage's, with what the command line adds."""
    options = session.options.image
    created = state.created or session.created()
    if session.timestamp is not None:
        created = session.created()
    env = dict(split_pairs(state.config.env))
    env.update(options.env)
    labels = state.config.labels if options.inherit_labels else _own_labels(state)
    config = state.config.replace(
        env=tuple(f"{name}={value}" for name, value in env.items() if name not in options.unset_env),
        labels={
            **{key: value for key, value in labels.items() if key not in options.unset_labels},
            **options.labels,
        },
    )
    history = state.history
    if session.timestamp is not None:
        bases = len(state.image.history)
        history = (*history[:bases], *(line.replace(created=created) for line in history[bases:]))
    history = tuple(line if line.created else line.replace(created=created) for line in history)
    return state.image.replace(
        created=created,
        author=state.author,
        config=config,
        rootfs=RootFs("layers", state.diff_ids),
        history=() if options.omit_history else history,
        os_version=options.os_version or state.image.os_version,
        os_features=options.os_features or state.image.os_features,
    )


def _own_labels(state: StageState) -> dict[str, str]:
    inherited = state.image.config.labels
    return {key: value for key, value in state.config.labels.items() if inherited.get(key) != value}


def _squash(session: Session, state: StageState, *, from_base: bool) -> StageState:
    """Put the layers of this build, or all of them, into one."""
    below = state.base_layers if from_base else 0
    above = state.diff_ids[below:]
    if not above:
        return state
    with StepRoot(session.engine, state.diff_ids[:below]) as root:

        def work() -> None:
            for diff_id in above:
                tree_copy.apply(session.layers.path(diff_id), root.path)

        root.work(work)
        layer = root.adopt(session.timestamp, session.pins)
    created = session.created() if session.timestamp is not None else times.now()
    line = History(created=created, created_by="squashed", comment=f"{len(above)} layers made one")
    return state.replace(
        layers=(*state.layers[:below], Descriptor(media_types.OCI_LAYER, layer.diff_id, layer.archive_size)),
        diff_ids=(*state.diff_ids[:below], layer.diff_id),
        history=(*(state.image.history if from_base else ()), line),
        created=created,
    )
