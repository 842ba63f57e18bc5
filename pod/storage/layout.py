"""Where everything lives on disk: the only place that joins a path of the store.

ROOT (~/.local/share/pod)               kept
  pod-store.json                        the marker: version of the store and its storage driver
  images/                               an OCI image layout: oci-layout, index.json, blobs/sha256/HEX
  layers/HEX/diff/                      an unpacked layer, under the digest of its uncompressed archive
  layers/HEX/layer.json                 its document; a layer without one is an unfinished unpacking
  layers/HEX/compressed.json            what a push made of it, and where to
  chains/HEX/tree/                      the layers of an image put together, see chains.py
  containers/ID/                        record.json state.json config.json upper/ work/ log
  pods/ID/                              record.json; members/ID for each container, which lives only as long as the pod
  pod-names/NAME                        a symbolic link to ../pods/ID
  infra/                                the root of the containers that hold the namespaces of pods
  names/NAME                            a symbolic link to ../containers/ID: taking a name is atomic
  volumes/NAME/                         record.json data/
  networks/NAME.json                    a user-defined network
  secrets/ID/                           record.json, and data where the store itself keeps it
  events.log  events.log.1              what happened, a line of JSON each, and what happened before that
  downloads/HEX  HEX.partial            blobs fetched for an image that is not complete yet
  build/cache/KEY.json                  what a step of a build made: one document each
  build/layers/HEX/KEY                  which of them name a layer
  build/mounts/ID/                      folders of RUN --mount=type=cache
  build/digests/                        what files of build contexts were, to not read them again
  uses/KIND/NAME/ID                     which containers use an image, a volume, a network, see engine/uses.py
  leftovers/HEX  garbage                what images left behind that are listed no more, see leftovers.py
  staging/                              unfinished work, named after the process that does it
  trash/                                what is being deleted
RUNROOT ($XDG_RUNTIME_DIR/pod)          gone after a reboot
  namespace.json                        the user's namespace and the process that holds it
  containers/ID/                        attach.sock, hosts, resolv.conf, hostname …
  container-mounts/ID/merged            the files of a container that `pod mount` shows
  network/                              the socket of the networks' keeper, and its helpers' logs
  locks/                                one lock file per object
  cache/                                compiled seccomp programs
"""

from __future__ import annotations

import os

from pod.linux import files
from pod.oci.digest import Digest
from pod.record import Record


class StorageLayout(Record):
    """The paths below --root and --runroot."""

    root: str
    runroot: str

    @property
    def marker(self) -> str:
        return f"{self.root}/pod-store.json"

    @property
    def images(self) -> str:
        return f"{self.root}/images"

    @property
    def index(self) -> str:
        return f"{self.root}/images/index.json"

    def blob(self, digest: Digest) -> str:
        return f"{self.root}/images/blobs/sha256/{digest.hex}"

    @property
    def layers(self) -> str:
        return f"{self.root}/layers"

    def layer(self, diff_id: Digest) -> str:
        return f"{self.root}/layers/{diff_id.hex}"

    @property
    def chains(self) -> str:
        return f"{self.root}/chains"

    @property
    def containers(self) -> str:
        return f"{self.root}/containers"

    def container(self, container_id: str) -> str:
        return f"{self.root}/containers/{container_id}"

    def container_log(self, container_id: str) -> str:
        return f"{self.root}/containers/{container_id}/log"

    @property
    def names(self) -> str:
        return f"{self.root}/names"

    def name(self, name: str) -> str:
        return f"{self.root}/names/{name}"

    @property
    def pods(self) -> str:
        return f"{self.root}/pods"

    def pod(self, pod_id: str) -> str:
        return f"{self.root}/pods/{pod_id}"

    def pod_name(self, name: str) -> str:
        return f"{self.root}/pod-names/{name}"

    @property
    def infra(self) -> str:
        return f"{self.root}/infra"

    @property
    def volumes(self) -> str:
        return f"{self.root}/volumes"

    def volume(self, name: str) -> str:
        return f"{self.root}/volumes/{name}"

    def volume_data(self, name: str) -> str:
        return f"{self.root}/volumes/{name}/data"

    @property
    def secrets(self) -> str:
        return f"{self.root}/secrets"

    @property
    def networks(self) -> str:
        return f"{self.root}/networks"

    @property
    def run_network(self) -> str:
        return f"{self.runroot}/network"

    @property
    def events(self) -> str:
        return f"{self.root}/events.log"

    @property
    def downloads(self) -> str:
        return f"{self.root}/downloads"

    @property
    def build(self) -> str:
        return f"{self.root}/build"

    @property
    def uses(self) -> str:
        return f"{self.root}/uses"

    @property
    def leftovers(self) -> str:
        return f"{self.root}/leftovers"

    @property
    def garbage(self) -> str:
        return f"{self.root}/garbage"

    @property
    def staging(self) -> str:
        return f"{self.root}/staging"

    @property
    def trash(self) -> str:
        return f"{self.root}/trash"

    @property
    def namespace(self) -> str:
        return f"{self.runroot}/namespace.json"

    def run_container(self, container_id: str) -> str:
        return f"{self.runroot}/containers/{container_id}"

    def stop_mark(self, container_id: str) -> str:
        """A file that is there once the user has asked for the container's end."""
        return f"{self.runroot}/containers/{container_id}/stopped"

    def container_mount(self, container_id: str) -> str:
        """Where `pod mount` shows a container's files."""
        return f"{self.runroot}/container-mounts/{container_id}/merged"

    @property
    def run_containers(self) -> str:
        return f"{self.runroot}/containers"

    def lock(self, kind: str, name: str = "") -> str:
        """The lock file of one object (`lock("container", ID)`) or of a whole kind (`lock("images")`)."""
        return f"{self.runroot}/locks/{kind}-{name}" if name else f"{self.runroot}/locks/{kind}"

    @property
    def cache(self) -> str:
        return f"{self.runroot}/cache"

    @property
    def has_debris(self) -> bool:
        """True where somebody is at work in `staging` or `trash`, or was killed there: two listings of folders."""
        return bool(_names(self.trash) or _names(self.staging))

    def staging_name(self, purpose: str) -> str:
        """Return a path for a folder of unfinished work; the pid in it lets a sweep tell whether its maker lives."""
        return f"{self.staging}/{purpose}.{os.getpid()}.{os.urandom(4).hex()}"

    def new_staging(self, purpose: str) -> str:
        """Make a folder for unfinished work."""
        path = self.staging_name(purpose)
        files.make_folders(path)
        return path

    def throw_away(self, path: str) -> str:
        """Take a folder out of the store in one step; return where it is now, "" when it was gone already.

        Call it inside the user's namespace. Like staging folders, rubbish bears the pid of whoever deletes it.
        """
        files.make_folders(self.trash)
        target = f"{self.trash}/{os.path.basename(path)}.{os.getpid()}.{os.urandom(4).hex()}"
        try:
            os.rename(path, target)
        except FileNotFoundError:
            return ""
        return target

    def discard(self, path: str) -> None:
        """Take a folder out of the store, then delete it: an interrupted deletion is finished by a sweep."""
        if target := self.throw_away(path):
            files.remove_tree(target)


def _names(folder: str) -> list[str]:
    try:
        return os.listdir(folder)
    except FileNotFoundError:
        return []
