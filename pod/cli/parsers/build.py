"""From the options of `build` as typed to the builder's BuildOptions: every value checked and typed."""

from __future__ import annotations

import os
import sys

from pod.build.options import BuildOptions, ImageOptions, Output, Secret, StepOptions
from pod.cli.commands.build.flags.limits import LimitFlags
from pod.cli.parsers import environment, hosts, invalid, labels, line_files, split_commas
from pod.cli.parsers.durations import parse_duration
from pod.cli.parsers.mounts import parse_mounts
from pod.cli.parsers.registry_options import parse_credentials
from pod.cli.parsers.sizes import parse_size
from pod.cli.parsers.ulimits import parse_ulimits
from pod.engine.images.tag import full_name
from pod.engine.options import ImageSource
from pod.errors import UsageError
from pod.oci.platform import Platform
from pod.storage.container_records import Mount, Resources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from pod.cli.commands.build.flags import BuildFlags
    from pod.cli.context import Context

_POLICIES = ("missing", "always", "never", "newer", "ifmissing", "ifnewer", "true", "false")
_OUTPUTS = ("local", "tar", "oci", "docker", "image", "registry", "cacheonly")


def parse_build_options(context: Context, flags: BuildFlags) -> BuildOptions:
    """Return what the builder is asked for. Raises UsageError for the first value that is wrong."""
    _check_isolation(flags)
    if len(flags.context) > 1:
        raise UsageError(f"build takes one context, not {len(flags.context)}: {' '.join(flags.context)}")
    where = flags.context[0] if flags.context else _default_context(flags)
    return BuildOptions(
        context=where,
        file="" if flags.file == "-" else flags.file,
        file_text=sys.stdin.buffer.read() if flags.file == "-" else None,
        build_args=_build_args(flags, context.environ),
        target=flags.target,
        platforms=_platforms(flags),
        images=_images(flags),
        from_image=flags.from_,
        no_cache=flags.no_cache,
        no_cache_stages=split_commas(flags.no_cache_filter),
        cache_ttl=parse_duration("--cache-ttl", flags.cache_ttl, bare="s") if flags.cache_ttl else None,
        cache_from=tuple(_cache_place("--cache-from", "src", text) for text in flags.cache_from),
        cache_to=tuple(_cache_place("--cache-to", "dest", text) for text in flags.cache_to),
        ignore_file=flags.ignorefile,
        contexts=_pairs("--build-context", flags.build_context),
        jobs=_jobs(flags),
        step=_step(flags, context.environ),
        image=_image(flags, context.environ),
        outputs=tuple(map(_output, flags.output)),
        push=flags.push,
        manifest=flags.manifest,
    )


def _check_isolation(flags: BuildFlags) -> None:
    if flags.isolation not in ("", "default", "oci", "rootless", "container"):
        raise invalid("--isolation", flags.isolation, "RUN is always in a container of yours")
    if flags.userns not in ("", "host", "private"):
        raise invalid("--userns", flags.userns, "RUN is in your user namespace, as all containers are")


def _cache_place(option: str, key: str, text: str) -> str:
    """Return where a cache is: the name of an image, `oci:FOLDER:cache`, or `inline`."""
    if "=" not in text:
        return text
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    kind = fields.get("type", "registry")
    if kind == "registry" and fields.get("ref"):
        return fields["ref"]
    if kind == "local" and fields.get(key):
        return f"oci:{os.path.abspath(fields[key])}{':cache' if key == 'dest' else ''}"
    if kind == "inline" and option == "--cache-to":
        return kind
    if kind in ("gha", "s3", "azblob"):
        raise invalid(option, text, f"pod keeps no cache with the service {kind}: use type=registry or type=local")
    raise invalid(option, text, f"it is type=registry,ref=IMAGE or type=local,{key}=FOLDER")


def _default_context(flags: BuildFlags) -> str:
    if flags.file and flags.file != "-":
        return os.path.dirname(flags.file) or "."  # as Podman does
    return "."


def _build_args(flags: BuildFlags, environ: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    lines = [(line, path) for path in flags.build_arg_file for line in line_files.read_lines("--build-arg-file", path)]
    for text in (*(line for line, _path in lines), *flags.build_arg):
        name, equals, value = text.partition("=")
        if not name:
            raise invalid("--build-arg", text, "it has no name before the equals sign")
        if equals:
            found[name] = value
        elif name in environ:
            found[name] = environ[name]
    if "SOURCE_DATE_EPOCH" in environ and "SOURCE_DATE_EPOCH" not in found:
        found["SOURCE_DATE_EPOCH"] = environ["SOURCE_DATE_EPOCH"]
    return found


def _platforms(flags: BuildFlags) -> tuple[str, ...]:
    if flags.platform:
        return tuple(dict.fromkeys(str(Platform.parse_text(text)) for text in split_commas(flags.platform)))
    if not (flags.arch or flags.os or flags.variant):
        return ()
    parts = [flags.os or "linux", flags.arch or Platform.host().architecture]
    return ("/".join([*parts, *([flags.variant] if flags.variant else [])]),)


def _pull(flags: BuildFlags) -> str:
    if flags.pull is None:
        return "missing"
    policy = flags.pull.lower() or "always"
    if policy not in _POLICIES:
        raise invalid("--pull", flags.pull, "the policies are missing, always, never and newer")
    return {"true": "always", "false": "missing"}.get(policy, policy.removeprefix("if"))


def _images(flags: BuildFlags) -> ImageSource:
    delay = parse_duration("--retry-delay", flags.retry_delay, bare="s") / 1e9 if flags.retry_delay else 0.0
    return ImageSource(
        pull=_pull(flags),
        authfile=flags.authfile,
        tls_verify=None if flags.tls_verify else False,
        retry=3 if flags.retry is None else flags.retry,
        retry_delay=delay,
        quiet=flags.quiet,
        credentials=parse_credentials(flags.creds) if flags.creds else None,
        cert_dir=flags.cert_dir,
    )


def _jobs(flags: BuildFlags) -> int:
    if flags.jobs is not None and flags.jobs < 0:
        raise invalid("--jobs", str(flags.jobs), "it is a number of stages, or 0 for no limit")
    return 1000 if flags.jobs == 0 else flags.jobs or 0


def _pairs(option: str, values: tuple[str, ...]) -> dict[str, str]:
    found = {}
    for text in values:
        name, equals, value = text.partition("=")
        if not (name and equals and value):
            raise invalid(option, text, "it is written NAME=VALUE")
        found[name] = value
    return found


# --- the containers of RUN --------------------------------------------------------------------------------------


def _step(flags: BuildFlags, environ: Mapping[str, str]) -> StepOptions:
    proxies = environment.host_environment(environ, everything=False, proxies=flags.http_proxy)
    given = {name: value for name, value in _build_args(flags, {}).items() if name.lower().endswith("_proxy")}
    return StepOptions(
        network=flags.network,
        add_host=hosts.parse_hosts(flags.add_host),
        mounts=_mounts(flags),
        devices=flags.device,
        ulimits=parse_ulimits(flags.ulimit),
        resources=_resources(flags),
        cgroup_parent=flags.cgroup_parent,
        group_add=flags.group_add,
        stdin=flags.stdin,
        shm_size=None if flags.shm_size is None else parse_size("--shm-size", flags.shm_size),
        cap_add=split_commas(flags.cap_add),
        cap_drop=split_commas(flags.cap_drop),
        security_opt=flags.security_opt,
        dns=flags.dns,
        dns_search=flags.dns_search,
        dns_option=flags.dns_option,
        no_hosts=flags.no_hosts,
        no_hostname=flags.no_hostname,
        modes={name: mode for name, mode in (("pid", flags.pid), ("ipc", flags.ipc), ("uts", flags.uts)) if mode},
        secrets=tuple(_secret(text, environ) for text in flags.secret),
        ssh=dict(_agent(text, environ) for text in flags.ssh),
        insecure="security.insecure" in flags.allow,
        proxies={**dict(item.split("=", 1) for item in proxies), **given},
        debug_shell=flags.debug_shell or not flags.rm,
    )


def _resources(flags: BuildFlags) -> Resources:
    if all(getattr(flags, name) == default for name, default in LimitFlags._defaults.items()):
        return Resources()
    from pod.cli.commands.container.create_flags.resources import ResourceFlags
    from pod.cli.parsers.resources import parse_resources

    names = [name for name in LimitFlags._fields if name in ResourceFlags._fields]
    return parse_resources(ResourceFlags(**{name: getattr(flags, name) for name in names}))


def _mounts(flags: BuildFlags) -> tuple[Mount, ...]:
    return parse_mounts(flags.volume, (), ())


def _secret(text: str, environ: Mapping[str, str]) -> Secret:
    """Read id=ID,src=FILE, id=ID,env=NAME, or id=ID, which is a variable or else a file of that name."""
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    name = fields.get("id", "")
    source = fields.get("src") or fields.get("source") or ""
    kind = fields.get("type", "")
    if not name or kind not in ("", "file", "env"):
        raise invalid("--secret", text, "it is written id=ID,src=FILE or id=ID,env=NAME")
    variable = (
        fields.get("env") or (name if not source and name in environ else "") or (source if kind == "env" else "")
    )
    if variable:
        if variable not in environ:
            raise invalid("--secret", text, f"the environment has no {variable}")
        return Secret(name, value=environ[variable].encode(errors="surrogateescape"))
    path = os.path.abspath(source or name)
    if not os.path.isfile(path):
        raise invalid("--secret", text, f"there is no file {path}")
    return Secret(name, path)


def _agent(text: str, environ: Mapping[str, str]) -> tuple[str, str]:
    name, _, path = text.partition("=")
    path = path or (environ.get("SSH_AUTH_SOCK", "") if name == "default" else "")
    if not path:
        raise invalid("--ssh", text, "there is no agent: SSH_AUTH_SOCK is not set")
    if not os.path.exists(path):
        raise invalid("--ssh", text, f"there is no socket {path}")
    return name, os.path.abspath(path)


# --- the image --------------------------------------------------------------------------------------------------


def _image(flags: BuildFlags, environ: Mapping[str, str]) -> ImageOptions:
    env = []
    for text in flags.env:
        name, equals, value = text.partition("=")
        if equals or name in environ:
            env.append((name, value if equals else environ[name]))
    return ImageOptions(
        names=tuple(dict.fromkeys(full_name(name) for name in flags.tag)),
        labels=labels.parse_labels(flags.label, ()),
        unset_labels=flags.unsetlabel,
        annotations=labels.parse_labels(flags.annotation, ()),
        env=tuple(env),
        unset_env=flags.unsetenv,
        docker_types=flags.format == "docker",
        squash="all" if flags.squash_all else "new" if flags.squash or not flags.layers else "",
        timestamp=_timestamp(flags, environ),
        omit_history=flags.omit_history,
        os_version=flags.os_version,
        os_features=flags.os_feature,
        inherit_labels=flags.inherit_labels,
    )


def _timestamp(flags: BuildFlags, environ: Mapping[str, str]) -> int | None:
    for given in (flags.timestamp, flags.source_date_epoch):
        if given is not None:
            return given
    text = _build_args(flags, environ).get("SOURCE_DATE_EPOCH", "")
    if not text:
        return None
    if not text.isdecimal():
        raise invalid("SOURCE_DATE_EPOCH", text, "it is seconds since 1970")
    return int(text)


def _output(text: str) -> Output:
    """Read FOLDER, -, or type=TYPE,dest=PATH."""
    if "=" not in text:
        return Output("tar", "-") if text == "-" else Output("local", text)
    fields = dict(part.partition("=")[::2] for part in text.split(","))
    kind = fields.pop("type", "")
    if kind not in _OUTPUTS:
        raise invalid("--output", text, f"the types are {', '.join(_OUTPUTS)}")
    target = fields.pop("dest", "")
    if kind == "local" and not target:
        raise invalid("--output", text, "dest=FOLDER is missing")
    return Output(kind, target or "-", fields)
