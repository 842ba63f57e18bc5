"""Configuration files are found, merged and checked as containers.conf(5) says, and read again when one changes."""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Any

import pytest

from pod.errors import UsageError
from pod.settings import Settings, configuration, keys, load


class Home:
    """A user's home and the environment of a session, with no files but those that a test writes."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        (folder / "run").mkdir()
        self.environ = {"HOME": str(folder), "XDG_RUNTIME_DIR": f"{folder}/run", "USER": "ann"}
        monkeypatch.setattr("pod.settings.places._SYSTEM", (f"{folder}/usr", f"{folder}/etc"))
        self.environ["CONTAINERS_STORAGE_CONF"] = f"{folder}/none"  # not this machine's

    def write(self, path: str, text: str) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        return file

    def user_conf(self, text: str) -> Path:
        return self.write(".config/containers/containers.conf", text)

    def load(self, *modules: str, **environ: str) -> Settings:
        return load({**self.environ, **environ}, modules=modules)

    def values(self, *modules: str, **environ: str) -> dict[str, Any]:
        return self.load(*modules, **environ).config.values

    @property
    def cache(self) -> Path:
        return self.folder / "run" / "pod" / "settings.json"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch)


def settle(*paths: Path) -> None:
    """Make files so old that their times tell the next change."""
    for path in paths:
        os.utime(path, (1, 1))
    time.sleep(0.06)  # the time of the change of these times is the kernel's own


def test_without_files_there_are_no_settings_and_nothing_is_written(home: Home) -> None:
    assert home.values() == {}
    assert not home.cache.exists()


def test_a_later_file_wins_and_each_value_knows_its_own(home: Home) -> None:
    home.write("usr/containers.conf", '[containers]\ninit = true\ntz = "UTC"\numask = "0002"')
    home.write("etc/containers.conf", '[containers]\ntz = "local"')
    home.write("etc/containers.conf.d/b.conf", '[containers]\numask = "0027"')
    home.write("etc/containers.conf.d/a.conf", '[containers]\numask = "0007"')
    home.write("etc/containers.conf.d/c.txt", '[containers]\numask = "0000"')
    config = home.load().config
    assert config.values == {"containers.init": True, "containers.tz": "local", "containers.umask": "0027"}
    names = {name: Path(file).relative_to(home.folder) for name, file in config.origins.items()}
    assert list(map(str, names.values())) == [
        "usr/containers.conf",
        "etc/containers.conf",
        "etc/containers.conf.d/b.conf",
    ]
    assert config.warnings == ()


def test_the_users_file_wins_over_the_administrators(home: Home) -> None:
    home.write("etc/containers.conf", "[engine]\nstop_timeout = 3")
    home.user_conf("[engine]\nstop_timeout = 7")
    home.write(".config/containers/containers.conf.d/x.conf", "[engine]\nretry = 1")
    assert home.values() == {"engine.stop_timeout": 7, "engine.retry": 1}


def test_containers_conf_alone_is_read_where_it_is_named_and_the_override_comes_last(home: Home) -> None:
    home.user_conf("[containers]\ninit = true")
    one = home.write("one.conf", '[containers]\ntz = "UTC"\numask = "0002"')
    two = home.write("two.conf", '[containers]\numask = "0007"')
    named = home.values(CONTAINERS_CONF=str(one), CONTAINERS_CONF_OVERRIDE=str(two))
    assert named == {"containers.tz": "UTC", "containers.umask": "0007"}
    assert home.values(CONTAINERS_CONF_OVERRIDE=str(two)) == {"containers.init": True, "containers.umask": "0007"}


def test_a_file_that_is_named_must_be_there(home: Home) -> None:
    with pytest.raises(UsageError, match=r"cannot read the configuration file .*/none\.conf: No such file"):
        home.load(CONTAINERS_CONF=f"{home.folder}/none.conf")
    with pytest.raises(UsageError, match="no configuration module nosuch"):
        home.load("nosuch")


def test_modules_are_found_in_the_users_folder_first_and_come_after_the_files(home: Home) -> None:
    home.user_conf('[containers]\ntz = "UTC"')
    home.write(".config/containers/containers.conf.modules/ci.conf", '[containers]\ntz = "local"')
    other = home.write("other.conf", "[containers]\ninit = true")
    assert home.values("ci.conf", str(other)) == {"containers.tz": "local", "containers.init": True}


def test_lists_replace_each_other_until_one_is_to_be_appended(home: Home) -> None:
    for number, append in enumerate(("", "", ", {append=true}", "")):
        home.write(f"etc/containers.conf.d/{number}.conf", f'[containers]\nenv = ["A{number}=x"{append}]')
    assert home.values()["containers.env"] == ["A1=x", "A2=x", "A3=x"]
    home.write("etc/containers.conf.d/4.conf", '[containers]\nenv = ["B=x", {append=false}]')
    assert home.values()["containers.env"] == ["B=x"]


MISTAKES = [
    ("[containers]\n\ninit = 1\n", "3: init must be true or false, not 1; it is left out"),
    ("[engine]\nretry = true\n", "2: retry must be a whole number, not true; it is left out"),
    ('[containers]\nenv = "A=1"\n', "2: env must be a list of texts, not 'A=1'; it is left out"),
    ("[containers]\nenv = [1]\n", "2: env must be a list of texts, not a list; it is left out"),
    ("[containers]\ntz = ['x']\n", "2: tz must be text, not a list; it is left out"),
    ("[containers]\nshm_size = 1.5\n", "2: shm_size must be a size, not 1.5; it is left out"),
    (
        "[engine.runtimes]\n[engine]\nruntimes_ = 1",
        "3: there is no setting runtimes_ in [engine]; did you mean runtimes?",
    ),
    ("[containers]\n'int' = true", "2: there is no setting int in [containers]; did you mean init?"),
    ("[container]\ninit = true\n", "1: there is no table [container]; did you mean containers?"),
    (
        '[engine]\npull_policy = "often"',
        "2: pull_policy must be one of 'always', 'missing', 'never', 'newer', not 'often'; it is left out",
    ),
    ("[containers]\n[containers.init]\n", "2: init must be true or false, not a table; it is left out"),
]


@pytest.mark.parametrize(("text", "warning"), MISTAKES)
def test_a_mistake_is_one_warning_with_file_line_and_name(home: Home, text: str, warning: str) -> None:
    file = home.user_conf(f"{text}\n[network]\n")
    config = home.load().config
    assert config.values == {}
    (found,) = config.warnings
    assert found in (f"{file}:{warning}", f"{file}: {warning.partition(': ')[2]}")


def test_a_file_that_is_no_toml_is_an_error_that_names_it(home: Home) -> None:
    file = home.user_conf("[containers\n")
    with pytest.raises(UsageError, match=f"{file}: .*line 1"):
        home.load()


def test_settings_of_other_programs_are_known_and_not_kept(home: Home) -> None:
    file = home.user_conf("[machine]\ncpus = 4\n[engine]\nnum_locks = 7\n[engine.runtimes]\ncrun = ['/x']\n[farms]\n")
    config = home.load().config
    assert (config.values, config.warnings) == ({}, ())
    assert config.idle == {"engine.num_locks": str(file), "engine.runtimes": str(file)}


def test_the_result_is_kept_and_shown_as_fresh_once(home: Home) -> None:
    settle(home.user_conf("[containers]\ninit = 1\ntz = 'UTC'"))
    first, second = home.load().config, home.load().config
    assert (first.fresh, second.fresh) == (True, False)
    assert first.replace(fresh=False) == second
    assert home.cache.exists()


def change_content(home: Home) -> None:
    settle(home.user_conf("[containers]\ntz = 'XYZ'"))


def remove(home: Home) -> None:
    home.user_conf("").unlink()


def add_a_file(home: Home) -> None:
    settle(home.write("etc/containers.conf", "[containers]\ninit = true"))


def add_to_a_folder(home: Home) -> None:
    settle(home.write("etc/containers.conf.d/z.conf", "[containers]\ninit = true"))


def add_docker(home: Home) -> None:
    settle(home.write(".docker/config.json", '{"detachKeys": "ctrl-x", "auths": {}, "psFormat": 7}'))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (change_content, {"containers.tz": "XYZ"}),
        (remove, {}),
        (add_a_file, {"containers.tz": "UTC", "containers.init": True}),
        (add_to_a_folder, {"containers.tz": "UTC", "containers.init": True}),
        (add_docker, {"containers.tz": "UTC", "docker.detachKeys": "ctrl-x"}),
    ],
)
def test_any_change_of_what_there_is_counts_at_once(home: Home, change: Any, expected: dict[str, Any]) -> None:
    (home.folder / "etc/containers.conf.d").mkdir(parents=True)
    settle(home.user_conf("[containers]\ntz = 'UTC'"))
    assert home.values() == home.values() == {"containers.tz": "UTC"}
    assert home.cache.exists()
    change(home)
    assert home.values() == expected


def test_a_file_that_was_written_this_moment_is_not_kept(home: Home) -> None:
    home.user_conf("[containers]\ntz = 'UTC'")
    home.load()
    assert not home.cache.exists()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"version": 1}', b'{"version": 1, "sought": [], "stamps": 3}'])
def test_a_spoilt_cache_is_made_anew(home: Home, content: bytes) -> None:
    settle(home.user_conf("[containers]\ntz = 'UTC'"))
    home.load()
    home.cache.write_bytes(content)
    assert home.values() == {"containers.tz": "UTC"}
    assert home.values() == {"containers.tz": "UTC"}


def test_where_nothing_changed_no_parser_of_toml_is_needed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(home.user_conf("[containers]\ntz = 'UTC'"))
    home.load()
    monkeypatch.setitem(__import__("sys").modules, "pod.settings.merge", None)
    assert home.values() == {"containers.tz": "UTC"}


def test_the_store_is_where_pod_conf_says_unless_a_variable_or_a_flag_does(home: Home) -> None:
    assert home.load().root == f"{home.folder}/.local/share/pod"
    home.write(".config/pod/pod.conf", 'root = "/scratch/$USER/$UID"\nrunroot = "$HOME/r"\ndriver = "vfs"\nrot = "x"')
    settings = home.load()
    assert (settings.root, settings.runroot) == (f"/scratch/ann/{os.getuid()}", f"{home.folder}/r")
    assert settings.storage_driver == "vfs"
    assert settings.config.warnings == (
        f"{home.folder}/.config/pod/pod.conf:4: there is no setting rot in []; did you mean root?",
    )
    assert home.load(POD_ROOT="/other", STORAGE_DRIVER="overlay").root == "/other"
    assert load({**home.environ, "POD_ROOT": "/other"}, root="/third").root == "/third"


STORAGE = """[storage]
driver = "overlay"
graphroot = "/x"
[storage.options]
additionalimagestores = ["/nfs/images"]
[storage.options.overlay]
mount_program = "/usr/bin/fuse-overlayfs"
ignore_chown_errors = "true"
"""


def test_storage_conf_chooses_the_driver_and_other_stores_are_refused_with_the_reason(home: Home) -> None:
    file = home.write("storage.conf", STORAGE)
    settings = home.load(CONTAINERS_STORAGE_CONF=str(file))
    assert (settings.storage_driver, settings.mount_program) == ("fuse-overlayfs", "/usr/bin/fuse-overlayfs")
    assert settings.root == f"{home.folder}/.local/share/pod"
    assert settings.config.idle["storage.graphroot"] == str(file)
    (warning,) = settings.config.warnings
    assert warning.startswith(f"{file}:5: additionalimagestores has no effect: pod cannot read the stores")
    assert home.load(CONTAINERS_STORAGE_CONF=str(file), STORAGE_DRIVER="vfs").storage_driver == "vfs"
    assert home.load(STORAGE_OPTS="x=y,overlay.mount_program=/f", STORAGE_DRIVER="overlay").mount_program == "/f"


@pytest.mark.parametrize("name", ["CONTAINER_HOST", "DOCKER_HOST"])
def test_containers_of_another_machine_are_refused_and_a_socket_of_this_one_is_passed_over(
    home: Home, name: str
) -> None:
    assert home.load(**{name: "unix:///run/user/1000/podman/podman.sock"}).root
    with pytest.raises(UsageError, match=f"{name} is ssh://host: pod works on this machine only"):
        home.load(**{name: "ssh://host"})


def test_variables_that_are_defaults_are_settings_too(home: Home) -> None:
    config = home.load(PODMAN_USERNS="keep-id", DOCKER_DEFAULT_PLATFORM="linux/arm64").config
    assert config.values == {"containers.userns": "keep-id", "environment.platform": "linux/arm64"}
    assert config.origins["containers.userns"] == "the environment: PODMAN_USERNS"


def test_the_files_that_debian_ships_raise_no_warning() -> None:
    files = [path for path in ("/usr/share/containers/containers.conf",) if os.path.exists(path)]
    if not files:
        pytest.skip(
            "no containers.conf on this machine: apt-get install containers-common or golang-github-containers-common"
        )
    config = configuration.read({"CONTAINERS_CONF": files[0]}, "/nonexistent", "/nonexistent/cache")
    assert config.warnings == ()


def test_every_setting_says_what_it_does_or_why_not() -> None:
    tables = [*keys.CONTAINERS_CONF.values(), keys.STORAGE, keys.DOCKER, keys.POD]
    for name, setting in ((name, setting) for table in tables for name, setting in table.items()):
        assert bool(setting.effect) != bool(setting.reason), name
