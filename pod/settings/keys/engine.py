"""The table [engine] of containers.conf(5): how the engine works, and defaults of other commands."""

from __future__ import annotations

from pod.settings.keys.setting import BOOL, INT, LIST, MAP, SIZE, TEXT, Setting

_NO_SERVICE = "pod works on this machine, with no service in between"
_OWN_RUNTIME = "pod is its own runtime; `--runtime` names another one"
_OWN_MONITOR = "pod has a monitor of its own in place of conmon"
_OWN_STORE = "pod's store has a form and places of its own: pod.conf(5)"
_NO_LOCKS = "pod locks files: there is no pool of locks to set up"
_NO_PODS = "a pod's first container needs no image: it is a process of pod's"
_PATH = "programs are found on PATH"

ENGINE = {
    "active_service": Setting(TEXT, reason=_NO_SERVICE),
    "add_compression": Setting(LIST, "`--add-compression` of `manifest push`"),
    "cgroup_manager": Setting(TEXT, "`--cgroup-manager`", choices=("systemd", "cgroupfs")),
    "chown_copied_files": Setting(BOOL, reason="`cp --archive` says it for one copy"),
    "compat_api_enforce_docker_hub": Setting(BOOL, reason=_NO_SERVICE),
    "compose_providers": Setting(LIST, reason="`pod compose` needs no other program"),
    "compose_warning_logs": Setting(BOOL, reason="`pod compose` needs no other program"),
    "compression_format": Setting(TEXT, "`--compression-format` of `push`", choices=("gzip", "zstd", "zstd:chunked")),
    "compression_level": Setting(INT, "`--compression-level` of `push`"),
    "conmon_env_vars": Setting(LIST, reason=_OWN_MONITOR),
    "conmon_path": Setting(LIST, reason=_OWN_MONITOR),
    "conmonrs_path": Setting(LIST, reason=_OWN_MONITOR),
    "cdi_spec_dirs": Setting(LIST, "`--cdi-spec-dir`: where `--device` looks for CDI names"),
    "database_backend": Setting(TEXT, reason=_OWN_STORE),
    "detach_keys": Setting(TEXT, "`--detach-keys` of all commands that have it"),
    "enable_port_reservation": Setting(BOOL, reason="a published port is held by the program that forwards it"),
    "env": Setting(LIST, "variables of pod itself, not of containers; those that are set go first"),
    "events_container_create_inspect_data": Setting(BOOL, reason="the record of an event has a fixed form"),
    "events_logfile_max_size": Setting(SIZE, reason="the file of events keeps its last megabyte"),
    "events_logfile_path": Setting(TEXT, reason="events are in the file events.log of the store"),
    "events_logger": Setting(TEXT, reason="events are in the file events.log of the store"),
    "exit_command_delay": Setting(INT, reason="there is no API for sessions of exec to be asked of"),
    "healthcheck_events": Setting(BOOL, reason="checks of health are events only when the health changes"),
    "helper_binaries_dir": Setting(LIST, reason=_PATH),
    "hooks_dir": Setting(LIST, reason="pod runs no hooks of the OCI's from folders"),
    "image_build_format": Setting(TEXT, reason="it is deprecated for image_default_format"),
    "image_copy_tmp_dir": Setting(
        TEXT, reason="what is downloaded goes into the store at once; TMPDIR is for the rest"
    ),
    "image_default_format": Setting(
        TEXT, "`--format` of `commit` and `build`", choices=("", "oci", "v2s2", "v2s1", "docker")
    ),
    "image_default_transport": Setting(TEXT, reason="an image without a transport is in a registry"),
    "image_parallel_copies": Setting(INT, reason="as many layers are copied at once as there are processors"),
    "image_volume_mode": Setting(
        TEXT, "`--image-volume`", choices=("anonymous", "bind", "tmpfs", "ignore", "nullfs", "")
    ),
    "infra_command": Setting(TEXT, reason=_NO_PODS),
    "infra_image": Setting(TEXT, reason=_NO_PODS),
    "kube_generate_type": Setting(TEXT, reason="`--type` says it"),
    "lock_type": Setting(TEXT, reason=_NO_LOCKS),
    "multi_image_archive": Setting(BOOL, "`--multi-image-archive` of `save`"),
    "namespace": Setting(TEXT, reason="a store has one list of containers; `--root` names another store"),
    "network_cmd_options": Setting(LIST, reason="the options stand behind `--network slirp4netns:`"),
    "network_cmd_path": Setting(TEXT, reason=_PATH),
    "no_pivot_root": Setting(BOOL, reason="pod changes its root in no other way"),
    "num_locks": Setting(INT, reason=_NO_LOCKS),
    "platform_to_oci_runtime": Setting(MAP, reason=_OWN_RUNTIME),
    "pod_exit_policy": Setting(TEXT, "`--exit-policy` of `pod create`", choices=("continue", "stop")),
    "pull_policy": Setting(TEXT, "`--pull` of `run` and `create`", choices=("always", "missing", "never", "newer")),
    "remote": Setting(BOOL, reason=_NO_SERVICE),
    "remote_identity": Setting(TEXT, reason=_NO_SERVICE),
    "remote_uri": Setting(TEXT, reason=_NO_SERVICE),
    "retry": Setting(INT, "`--retry` of `pull` and `push`"),
    "retry_delay": Setting(TEXT, "`--retry-delay` of `pull` and `push`"),
    "runtime": Setting(TEXT, reason=_OWN_RUNTIME),
    "runtime_supports_json": Setting(LIST, reason=_OWN_RUNTIME),
    "runtime_supports_kvm": Setting(LIST, reason=_OWN_RUNTIME),
    "runtime_supports_nocgroups": Setting(LIST, reason=_OWN_RUNTIME),
    "runtimes": Setting(MAP, reason=_OWN_RUNTIME),
    "service_destinations": Setting(MAP, reason=_NO_SERVICE),
    "service_timeout": Setting(INT, reason=_NO_SERVICE),
    "ssh_config": Setting(TEXT, reason=_NO_SERVICE),
    "static_dir": Setting(TEXT, reason=_OWN_STORE),
    "stop_timeout": Setting(INT, "`--stop-timeout` of `run` and `create`"),
    "tmp_dir": Setting(TEXT, reason=_OWN_STORE),
    "volume_path": Setting(TEXT, reason=_OWN_STORE),
    "volume_plugin_timeout": Setting(INT, "seconds that a volume plugin has for an answer"),
    "volume_plugins": Setting(MAP, "the sockets of volume plugins by their names"),
}
