"""From the words of a mount to the options in config.json: pure. On the path of `run -v`."""

from __future__ import annotations

from pod.oci import runtime_spec as oci

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.storage.container_records import Mount

PROPAGATIONS = {"shared", "rshared", "slave", "rslave", "private", "rprivate", "unbindable", "runbindable"}
_SETTLED = ("tmpcopyup", "notmpcopyup", "U", "copy", "nocopy")  # words that are dealt with before the kernel sees them


def is_plain(mount: Mount) -> bool:
    return not mount.subpath and not {"O", "U"} & set(mount.options)


def plain_bind(mount: Mount, source: str = "") -> oci.Mount:
    """Return the bind mount of a folder or a file of the host."""
    options = tuple(word for word in kernel_options(mount) if word not in _SETTLED)
    return oci.Mount(mount.target, "bind", source or mount.source, options)


def kernel_options(mount: Mount) -> tuple[str, ...]:
    """Return the options of a folder or a volume with the defaults of Podman: volumes bring no devices, no set-uid."""
    words = set(mount.options)
    defaults = [] if PROPAGATIONS & words else ["rprivate"]
    if mount.type == "volume":
        defaults += [flag for flag, opposite in (("nosuid", "suid"), ("nodev", "dev")) if not {flag, opposite} & words]
    if not {"bind", "rbind"} & words:
        defaults.append("rbind")
    return (*mount.options, *defaults)


def tmpfs_options(mount: Mount) -> tuple[str, ...]:
    """Return the options of a tmpfs with the defaults of Docker and Podman."""
    words = {option.partition("=")[0] for option in mount.options}
    pairs = (("nosuid", "suid"), ("nodev", "dev"), ("noexec", "exec"))
    defaults = [flag for flag, opposite in pairs if opposite not in words]
    if "mode" not in words and mount.type == "tmpfs":
        defaults.append("mode=1777")
    return (*defaults, *(option for option in mount.options if option not in _SETTLED))
