"""The disk image of the machine: made by mmdebstrap and mke2fs as root, and kept until its recipe changes."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.machine import recipe
from tests.support import debian, rootfs
from tests.support.folders import cache, scratch


@dataclass(frozen=True)
class Image:
    """A folder with the disk, the kernel and its initial RAM disk, and the key that opens the machine's doors."""

    folder: Path

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    @property
    def kernel(self) -> Path:
        return self.folder / "vmlinuz"

    @property
    def initrd(self) -> Path:
        return self.folder / "initrd"

    @property
    def key(self) -> Path:
        return self.folder / "key"


def image() -> Image:
    """Return the image, made now if the cache has none. As root. Raises debian.NoDebian with the reason."""
    found = Image(cache() / f"machine-{recipe.digest()}")
    if not found.folder.exists():
        for old in cache().glob("machine-*"):
            shutil.rmtree(old)
        with scratch() as folder:
            made = _make(folder)
            made.rename(found.folder) if made.stat().st_dev == cache().stat().st_dev else shutil.move(
                made, found.folder
            )
    return found


def _make(folder: Path) -> Path:
    made = Image(folder / "image")
    made.folder.mkdir()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "tests", "-f", made.key], check=True)
    machine = rootfs.Machine(folder / "root")
    machine.unpack(debian.root_filesystem(recipe.SUITE, recipe.PACKAGES))
    machine.root("sh", "-c", recipe.SETUP, "sh", *recipe.dependencies(), timeout=900).ok()
    public_key = made.key.with_suffix(".pub").read_text()
    for home in ("/root", f"/home/{recipe.ALICE}", f"/home/{recipe.BOB}"):
        machine.root("sh", "-c", recipe.LET_IN, "sh", home, input=public_key).ok()
    recipe.write_files(machine.folder)
    for name, link in (("vmlinuz", made.kernel), ("initrd.img", made.initrd)):
        shutil.copy(next((machine.folder / "boot").glob(f"{name}-*")), link)
    make_disk = ["mke2fs", "-q", "-t", "ext4", "-L", "root", "-d", str(machine.folder), str(made.disk), recipe.SIZE]
    subprocess.run(make_disk, check=True, stdin=subprocess.DEVNULL)
    return made.folder
