"""Network drivers: ours, and executables of the user's own."""

from __future__ import annotations

from pod.net.records import Network

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pod.settings import Settings

OURS = ("bridge", "overlay")


def folders(settings: Settings) -> tuple[str, ...]:
    """Return where drivers are looked for: the user's folder, then those that containers.conf(5) names."""
    configured = settings.config.values.get("network.netavark_plugin_dirs") or ()
    return (f"{settings.home}/.config/pod/network-plugins", *configured)


def with_driver(settings: Settings, network: Network) -> Network:
    """Return a network with the executable of its driver, where it has one. Raises PluginError."""
    if network.driver in OURS:
        return network
    from pod.net import plugins

    return network.replace(plugin=plugins.find(network.driver, folders(settings)))


def ask_to_create(settings: Settings, network: Network) -> Network:
    """Return a network to be made as its driver wants it. Raises PluginError."""
    from pod.net import plugin_documents, plugins

    path = with_driver(settings, network).plugin
    plugins.check(path)
    return plugin_documents.created(network, plugins.call(path, ("create",), plugin_documents.of_network(network)))
