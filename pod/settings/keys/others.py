"""The settings of storage.conf, of Docker's config.json and of pod.conf; tables that other programs look at."""

from __future__ import annotations

from pod.settings.keys.setting import BOOL, INT, LIST, MAP, TEXT, Setting

_OWN_STORE = "pod's store has a form of its own, which storage.conf's tools cannot share; pod.conf(5) sets its place"
_LAYERS = "pod unpacks layers by itself"
_IDS = "a user's ids are those of /etc/subuid and /etc/subgid"

STORAGE = {
    "driver": Setting(TEXT, "`--storage-driver`: overlay or vfs"),
    "driver_priority": Setting(LIST, reason="the driver is chosen by trying overlay, fuse-overlayfs, vfs"),
    "graphroot": Setting(TEXT, reason=_OWN_STORE),
    "imagestore": Setting(TEXT, reason=_OWN_STORE),
    "rootless_storage_path": Setting(TEXT, reason=_OWN_STORE),
    "runroot": Setting(TEXT, reason=_OWN_STORE),
    "transient_store": Setting(BOOL, reason="records of containers are small files of the store"),
    "options.additionalimagestores": Setting(
        LIST, reason="pod cannot read the stores of containers/storage; `pod load` or `pod pull` copies an image"
    ),
    "options.additionallayerstores": Setting(LIST, reason="pod cannot read the stores of containers/storage"),
    "options.auto-userns-max-size": Setting(INT, reason=_IDS),
    "options.auto-userns-min-size": Setting(INT, reason=_IDS),
    "options.disable-volatile": Setting(BOOL, reason=_LAYERS),
    "options.force_mask": Setting(TEXT, reason=_LAYERS),
    "options.ignore_chown_errors": Setting(TEXT, reason="with no subordinate ids owners are recorded, and kept"),
    "options.mount_program": Setting(TEXT, "the program that mounts overlays, such as fuse-overlayfs"),
    "options.mountopt": Setting(TEXT, reason="pod chooses the options that the kernel takes from a user"),
    "options.overlay": Setting(MAP, "`mount_program` in it: the program that mounts overlays; the rest means nothing"),
    "options.pull_options": Setting(MAP, reason="an image is pulled whole"),
    "options.remap-gids": Setting(TEXT, reason=_IDS),
    "options.remap-group": Setting(TEXT, reason=_IDS),
    "options.remap-uids": Setting(TEXT, reason=_IDS),
    "options.remap-user": Setting(TEXT, reason=_IDS),
    "options.root-auto-userns-user": Setting(TEXT, reason=_IDS),
    "options.size": Setting(TEXT, reason="a user cannot set quotas on file systems"),
    "options.vfs": Setting(MAP, reason=_LAYERS),
    "options.btrfs": Setting(MAP, reason="there is no such driver here"),
    "options.thinpool": Setting(MAP, reason="there is no such driver here"),
    "options.zfs": Setting(MAP, reason="there is no such driver here"),
}

DOCKER = {
    "detachKeys": Setting(TEXT, "`--detach-keys`, where containers.conf sets none"),
    "imagesFormat": Setting(TEXT, "`--format` of `images`, when pod is called `docker`"),
    "psFormat": Setting(TEXT, "`--format` of `ps`, when pod is called `docker`"),
    "statsFormat": Setting(TEXT, "`--format` of `stats`, when pod is called `docker`"),
}
"""Of config.json everything else is Docker's own business, and no mistake; credentials in it are found by `login`."""

POD = {
    "root": Setting(TEXT, "where images and containers are kept, as `--root`"),
    "runroot": Setting(TEXT, "where is kept what a reboot clears, as `--runroot`"),
    "driver": Setting(TEXT, "overlay, fuse-overlayfs or vfs, as `--storage-driver`"),
    "mount_program": Setting(TEXT, "the program that mounts overlays where the kernel does not let users"),
}

ELSEWHERE = {
    "machine": "there is no virtual machine to set up",
    "farms": "pod works on this machine alone",
    "podmansh": "there is no login shell podmansh",
    "configmaps": "`kube play` reads them from its own files",
    "manifests": "a list of images is a document of the store",
}
"""Tables of containers.conf that are for other programs."""
