"""Every command of pod: its spellings, its heading in `pod --help`, and the function that defines it.

A target is `module:function` below pod.cli.commands. The first spelling is the one that help shows; the others are
aliases. A new command is a function there and a line here; then `python -m pod.cli.generate_table`.
"""

from __future__ import annotations

from pod.record import Record

RUN, MANAGE, IMAGES, SYSTEM = "Running containers", "Managing containers", "Images", "System"
VOLUMES, NETWORKS = "Volumes and secrets", "Networks"
SECTIONS = (RUN, MANAGE, IMAGES, VOLUMES, NETWORKS, SYSTEM)
"""The headings of `pod --help`, in their order."""


class Group(Record):
    """What a group of commands is for, and the heading in `pod --help` that it stands under."""

    text: str
    section: str


GROUPS = {
    "container": Group("Manage containers", MANAGE),
    "checkpoint": Group("Write containers to disk", MANAGE),
    "pod": Group("Manage pods: containers that share namespaces", MANAGE),
    "kube": Group("Play and write Kubernetes YAML", MANAGE),
    "play": Group("Play Kubernetes YAML", MANAGE),
    "healthcheck": Group("Check the health of containers", MANAGE),
    "image": Group("Manage images", IMAGES),
    "manifest": Group("Manage manifest lists", IMAGES),
    "builder": Group("Manage builds", IMAGES),
    "buildx": Group("Manage builds, as Docker's plugin calls it", IMAGES),
    "volume": Group("Manage volumes", VOLUMES),
    "secret": Group("Manage secrets", VOLUMES),
    "network": Group("Manage networks", NETWORKS),
    "generate": Group("Describe containers for other programs", SYSTEM),
    "quadlet": Group("Make systemd units of Quadlet files", SYSTEM),
    "system": Group("Manage pod", SYSTEM),
}


class Entry(Record):
    """One command and all its spellings."""

    target: str
    names: tuple[str, ...]
    section: str = ""
    stops: bool = False  # options end at the first positional: the rest belongs to another program
    hidden: bool = False


def _entry(section: str, target: str, *names: str, stops: bool = False, hidden: bool = False) -> Entry:
    return Entry(target, names, section, stops, hidden)


ROOT = Entry("root:root", ("",), stops=True)

COMMANDS = (
    _entry(RUN, "container.run:run", "run", "container run", stops=True),
    _entry(RUN, "container.exec:exec_", "exec", "container exec", stops=True),
    _entry(RUN, "container.create:create", "create", "container create", stops=True),
    _entry(RUN, "container.start:start", "start", "container start"),
    _entry(RUN, "container.attach:attach", "attach", "container attach"),
    _entry(MANAGE, "container.ps:ps", "ps", "container ps", "container ls", "container list"),
    _entry(MANAGE, "container.logs:logs", "logs", "container logs"),
    _entry(MANAGE, "container.top:top", "top", "container top", stops=True),
    _entry(MANAGE, "container.stats:stats", "stats", "container stats"),
    _entry(MANAGE, "container.inspect:inspect", "container inspect"),
    _entry(MANAGE, "container.cp:cp", "cp", "container cp"),
    _entry(MANAGE, "container.diff:diff", "diff", "container diff"),
    _entry(MANAGE, "container.clone:clone", "container clone"),
    _entry(MANAGE, "container.commit:commit", "commit", "container commit"),
    _entry(MANAGE, "container.export:export", "export", "container export"),
    _entry(MANAGE, "container.stop:stop", "stop", "container stop"),
    _entry(MANAGE, "container.restart:restart", "restart", "container restart"),
    _entry(MANAGE, "container.kill:kill", "kill", "container kill"),
    _entry(MANAGE, "container.pause:pause", "pause", "container pause"),
    _entry(MANAGE, "container.unpause:unpause", "unpause", "container unpause"),
    _entry(MANAGE, "container.update:update", "update", "container update"),
    _entry(MANAGE, "container.wait:wait", "wait", "container wait"),
    _entry(MANAGE, "container.rm:rm", "rm", "container rm"),
    _entry(MANAGE, "container.rename:rename", "rename", "container rename"),
    _entry(MANAGE, "container.prune:prune", "container prune"),
    _entry(MANAGE, "container.port:port", "port", "container port"),
    _entry(MANAGE, "container.init:init", "init", "container init"),
    _entry(MANAGE, "container.mount:mount", "mount", "container mount"),
    _entry(MANAGE, "container.unmount:unmount", "unmount", "umount", "container unmount", "container umount"),
    _entry(MANAGE, "container.cleanup:cleanup", "container cleanup"),
    _entry(MANAGE, "container.checkpoint:checkpoint", "container checkpoint"),
    _entry(MANAGE, "container.restore:restore", "restore", "container restore"),
    _entry(MANAGE, "container.docker_checkpoint:create", "checkpoint create"),
    _entry(MANAGE, "container.docker_checkpoint:ls", "checkpoint ls"),
    _entry(MANAGE, "container.docker_checkpoint:rm", "checkpoint rm"),
    _entry(MANAGE, "container.runlabel:runlabel", "container runlabel", stops=True),
    _entry(MANAGE, "container.exists:exists", "container exists"),
    _entry(MANAGE, "pod.create:create", "pod create"),
    _entry(MANAGE, "pod.start:start", "pod start"),
    _entry(MANAGE, "pod.stop:stop", "pod stop"),
    _entry(MANAGE, "pod.restart:restart", "pod restart"),
    _entry(MANAGE, "pod.kill:kill", "pod kill"),
    _entry(MANAGE, "pod.pause:pause", "pod pause"),
    _entry(MANAGE, "pod.unpause:unpause", "pod unpause"),
    _entry(MANAGE, "pod.rm:rm", "pod rm"),
    _entry(MANAGE, "pod.ps:ps", "pod ps", "pod ls", "pod list"),
    _entry(MANAGE, "pod.inspect:inspect", "pod inspect"),
    _entry(MANAGE, "pod.exists:exists", "pod exists"),
    _entry(MANAGE, "pod.prune:prune", "pod prune"),
    _entry(MANAGE, "pod.top:top", "pod top", stops=True),
    _entry(MANAGE, "pod.stats:stats", "pod stats"),
    _entry(MANAGE, "pod.logs:logs", "pod logs"),
    _entry(MANAGE, "pod.clone:clone", "pod clone"),
    _entry(MANAGE, "kube.play:play", "kube play", "play kube"),
    _entry(MANAGE, "kube.down:down", "kube down"),
    _entry(MANAGE, "kube.generate:generate", "kube generate", "generate kube"),
    _entry(MANAGE, "healthcheck.run:run", "healthcheck run"),
    _entry(IMAGES, "image.ls:ls", "images", "image ls", "image list"),
    _entry(IMAGES, "build.build:build", "build", "image build", "buildx build", "builder build"),
    _entry(IMAGES, "build.prune:prune", "builder prune", "buildx prune"),
    _entry(IMAGES, "build.builders:du", "buildx du"),
    _entry(IMAGES, "build.builders:ls", "buildx ls"),
    _entry(IMAGES, "build.builders:inspect", "buildx inspect"),
    _entry(IMAGES, "build.builders:create", "buildx create"),
    _entry(IMAGES, "build.builders:use", "buildx use"),
    _entry(IMAGES, "build.builders:stop", "buildx stop"),
    _entry(IMAGES, "build.builders:rm", "buildx rm"),
    _entry(IMAGES, "image.pull:pull", "pull", "image pull"),
    _entry(IMAGES, "image.push:push", "push", "image push"),
    _entry(IMAGES, "image.copy:copy", "image copy"),
    _entry(IMAGES, "image.sign:sign", "image sign"),
    _entry(IMAGES, "image.trust_show:show", "image trust show"),
    _entry(IMAGES, "image.trust_set:set_", "image trust set"),
    _entry(IMAGES, "image.load:load", "load", "image load"),
    _entry(IMAGES, "image.save:save", "save", "image save"),
    _entry(IMAGES, "image.import_:import_", "import", "image import"),
    _entry(IMAGES, "image.tag:tag", "tag", "image tag"),
    _entry(IMAGES, "image.untag:untag", "untag", "image untag"),
    _entry(IMAGES, "image.rm:rm", "rmi", "image rm"),
    _entry(IMAGES, "image.inspect:inspect", "image inspect"),
    _entry(IMAGES, "image.diff:diff", "image diff"),
    _entry(IMAGES, "image.history:history", "history", "image history"),
    _entry(IMAGES, "image.tree:tree", "image tree"),
    _entry(IMAGES, "image.exists:exists", "image exists"),
    _entry(IMAGES, "image.prune:prune", "image prune"),
    _entry(IMAGES, "image.mount:mount", "image mount"),
    _entry(IMAGES, "image.unmount:unmount", "image unmount", "image umount"),
    _entry(IMAGES, "registry.login:login", "login"),
    _entry(IMAGES, "registry.logout:logout", "logout"),
    _entry(IMAGES, "registry.search:search", "search", "image search"),
    _entry(IMAGES, "manifest.create:create", "manifest create"),
    _entry(IMAGES, "manifest.add:add", "manifest add"),
    _entry(IMAGES, "manifest.annotate:annotate", "manifest annotate"),
    _entry(IMAGES, "manifest.inspect:inspect", "manifest inspect"),
    _entry(IMAGES, "manifest.push:push", "manifest push"),
    _entry(IMAGES, "manifest.remove:remove", "manifest remove"),
    _entry(IMAGES, "manifest.rm:rm", "manifest rm"),
    _entry(IMAGES, "manifest.exists:exists", "manifest exists"),
    _entry(NETWORKS, "network.create:create", "network create"),
    _entry(NETWORKS, "network.ls:ls", "network ls", "network list"),
    _entry(NETWORKS, "network.inspect:inspect", "network inspect"),
    _entry(NETWORKS, "network.rm:rm", "network rm", "network remove"),
    _entry(NETWORKS, "network.prune:prune", "network prune"),
    _entry(NETWORKS, "network.exists:exists", "network exists"),
    _entry(NETWORKS, "network.connect:connect", "network connect"),
    _entry(NETWORKS, "network.disconnect:disconnect", "network disconnect"),
    _entry(NETWORKS, "network.reload:reload", "network reload"),
    _entry(NETWORKS, "network.update:update", "network update"),
    _entry(VOLUMES, "volume.create:create", "volume create"),
    _entry(VOLUMES, "volume.ls:ls", "volume ls", "volume list"),
    _entry(VOLUMES, "volume.inspect:inspect", "volume inspect"),
    _entry(VOLUMES, "volume.rm:rm", "volume rm", "volume remove"),
    _entry(VOLUMES, "volume.prune:prune", "volume prune"),
    _entry(VOLUMES, "volume.exists:exists", "volume exists"),
    _entry(VOLUMES, "volume.export:export", "volume export"),
    _entry(VOLUMES, "volume.import_:import_", "volume import"),
    _entry(VOLUMES, "volume.mount:mount", "volume mount"),
    _entry(VOLUMES, "volume.unmount:unmount", "volume unmount", "volume umount"),
    _entry(VOLUMES, "volume.reload:reload", "volume reload"),
    _entry(SYSTEM, "system.auto_update:auto_update", "auto-update"),
    _entry(SYSTEM, "generate.systemd:systemd", "generate systemd"),
    _entry(SYSTEM, "quadlet.list:list_", "quadlet list", "quadlet ls"),
    _entry(SYSTEM, "quadlet.print:print_", "quadlet print"),
    _entry(SYSTEM, "quadlet.install:install", "quadlet install"),
    _entry(SYSTEM, "quadlet.rm:rm", "quadlet rm"),
    _entry(SYSTEM, "system.doctor:doctor", "doctor", "system doctor"),
    _entry(SYSTEM, "system.install_units:install_units", "system install-units"),
    _entry(VOLUMES, "secret.create:create", "secret create"),
    _entry(VOLUMES, "secret.ls:ls", "secret ls", "secret list"),
    _entry(VOLUMES, "secret.inspect:inspect", "secret inspect"),
    _entry(VOLUMES, "secret.rm:rm", "secret rm", "secret remove"),
    _entry(VOLUMES, "secret.exists:exists", "secret exists"),
    _entry(SYSTEM, "system.inspect:inspect", "inspect"),
    _entry(SYSTEM, "system.info:info", "info", "system info"),
    _entry(SYSTEM, "system.events:events", "events", "system events"),
    _entry(SYSTEM, "system.df:df", "system df"),
    _entry(SYSTEM, "system.prune:prune", "system prune"),
    _entry(SYSTEM, "system.check:check", "system check"),
    _entry(SYSTEM, "system.reset:reset", "system reset"),
    _entry(SYSTEM, "system.migrate:migrate", "system migrate"),
    _entry(SYSTEM, "system.renumber:renumber", "system renumber"),
    _entry(SYSTEM, "system.version:version", "version", "buildx version"),
    _entry(SYSTEM, "system.unshare:unshare", "unshare", stops=True),
    _entry(SYSTEM, "system.completion:completion", "completion"),
    _entry(SYSTEM, "system.complete:complete", "__complete", stops=True, hidden=True),
    _entry(SYSTEM, "system.help:help_", "help"),
)


# What Docker and Podman have and this version of pod has not; whoever adds one takes it from here (a test looks).
NOT_YET = frozenset(
    """
    artifact
    compose
    """.split()
)


def find(words: tuple[str, ...] | list[str]) -> tuple[Entry, str, int] | None:
    """Return the command that the first words name, the spelling used, and how many words it took."""
    for length in (3, 2, 1):
        name = " ".join(words[:length])
        if len(words) >= length:
            for entry in COMMANDS:
                if name in entry.names:
                    return entry, name, length
    return None


def members(group: str) -> list[tuple[str, Entry]]:
    """Return the commands of a group by their first name in it."""
    found = []
    for entry in COMMANDS:
        name = next((name for name in entry.names if name.startswith(f"{group} ")), "")
        if name and not entry.hidden:
            found.append((name, entry))
    return found


def section_members(section: str) -> list[tuple[str, Entry]]:
    """Return the commands of one word that stand under a heading, by their first name."""
    return [
        (entry.names[0], entry)
        for entry in COMMANDS
        if entry.section == section and not entry.hidden and " " not in entry.names[0]
    ]
