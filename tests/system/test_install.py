"""install.sh: one command, with and without root, an index, or pip in reach; run again, it upgrades."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import folders, rootfs
from tests.support.commands import CommandLine, Result, clean_environment

INSTALL_TIME = 300.0
NO_INDEX = {"PIP_NO_INDEX": "1"}


def with_wheels() -> dict[str, str]:
    """Return what makes pip install from the wheels that tests/run.sh fetched; nothing where there are none."""
    wheels = os.environ.get("POD_TEST_WHEELS", "")
    return {**NO_INDEX, "PIP_FIND_LINKS": wheels} if wheels else {}


class Home:
    """A user's home, and a checkout to install from."""

    def __init__(self, folder: Path, checkout: Path) -> None:
        self.folder = folder
        self.folder.mkdir()
        self.checkout = checkout
        self.env = {**clean_environment(), "HOME": str(folder)}
        self.pod = CommandLine([str(folder / ".local/bin/pod")], self.env)

    def install(self, *options: str, **env: str) -> Result:
        script = str(self.checkout / "install.sh")
        run = CommandLine(["sh", script, "--no-system-packages"], {**self.env, **with_wheels(), **env})
        return run(*options, timeout=INSTALL_TIME)

    def releases(self) -> list[Path]:
        """Return the folders of code, oldest first."""
        return sorted((self.folder / ".local/lib/pod").glob("[0-9]*"))


@pytest.fixture(scope="module")
def checkout(scratch: Path) -> Path:
    """A checkout that cannot be written to, as one that belongs to somebody else."""
    copy = scratch / "checkout"
    copy.mkdir()
    for name in ("pod", "packaging", "man"):
        shutil.copytree(folders.CHECKOUT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("install.sh", "pyproject.toml"):
        shutil.copy(folders.CHECKOUT / name, copy / name)
    subprocess.run(["chmod", "-R", "a-w", copy], check=True)
    return copy


@pytest.fixture(scope="module")
def home(scratch: Path, checkout: Path) -> Home:
    """A home where pod has been installed once."""
    home = Home(scratch / "h1", checkout)
    home.install().ok()
    return home


def test_the_installed_program_starts(home: Home) -> None:
    assert home.pod("--version").ok().stdout.startswith("pod version ")


def test_the_launcher_starts_a_bare_interpreter_of_the_private_environment(home: Home) -> None:
    first_line = (home.folder / ".local/bin/pod").read_text().splitlines()[0]
    assert first_line.startswith(f"#!{home.folder}/.local/lib/pod/venv-3.")
    assert first_line.endswith("/bin/python3 -IS")


def test_the_third_party_packages_are_where_the_launcher_looks(home: Home) -> None:
    program = (home.folder / ".local/bin/pod").read_text()
    code = program.split("\n", 1)[1].split("from pod")[0] + "import typer, rich, requests, yaml"
    interpreter = program.splitlines()[0].removeprefix("#!").split()[0]
    CommandLine([interpreter, "-IS", "-c", code], home.env)().ok()


def test_the_code_is_compiled_at_install_time(home: Home) -> None:
    package = home.releases()[-1] / "pod"
    sources = {path.stem for path in package.rglob("*.py")}
    compiled = {path.name.split(".")[0] for path in package.rglob("*.pyc")}
    assert compiled == sources


def test_installing_leaves_the_checkout_as_it_was(home: Home, checkout: Path) -> None:
    assert home.pod("--version").code == 0
    assert not list(checkout.rglob("__pycache__"))
    assert not list(checkout.rglob("*.egg-info"))


def test_the_pages_and_the_completion_are_where_man_and_the_shells_look(home: Home) -> None:
    share = home.folder / ".local/share"
    assert (share / "man/man1/pod-run.1").read_text().startswith('.TH "POD-RUN" "1"')
    assert (share / "man/man5/pod.conf.5").exists()
    for script in ("bash-completion/completions/pod", "zsh/site-functions/_pod", "fish/vendor_completions.d/pod.fish"):
        assert "__complete" in (share / script).read_text()


def test_a_folder_that_is_not_on_path_gives_the_line_to_add(home: Home) -> None:
    said = home.install().ok().stdout
    assert f'export PATH="{home.folder}/.local/bin:$PATH"' in said


def test_a_folder_on_path_gives_no_advice_about_path(home: Home) -> None:
    said = home.install(PATH=f"{home.folder}/.local/bin:{home.env['PATH']}").ok()
    assert "export PATH" not in said.stdout
    assert "comes first on PATH" not in said.stderr


def test_another_pod_that_comes_first_on_path_is_named(home: Home) -> None:
    other = home.folder / "other"
    other.mkdir(exist_ok=True)
    (other / "pod").write_text("#!/bin/sh\n")
    (other / "pod").chmod(0o755)
    said = home.install(PATH=f"{other}:{home.folder}/.local/bin:{home.env['PATH']}").ok()
    assert f"is {other}/pod, which comes first on PATH" in said.stderr


def test_installing_again_changes_the_release_and_keeps_one_earlier(home: Home) -> None:
    before = home.releases()[-1]
    home.install().ok()
    after = home.releases()
    assert len(after) == 2
    assert after[0] == before
    assert os.readlink(home.folder / ".local/bin/pod") == f"{after[1]}/bin/pod"


def test_an_upgrade_without_an_index_keeps_the_packages(home: Home) -> None:
    said = home.install(**NO_INDEX, PIP_FIND_LINKS="").ok()
    assert "Python packages" not in said.stderr


def test_a_release_that_does_not_start_leaves_the_earlier_one_in_place(home: Home, scratch: Path) -> None:
    broken = scratch / "broken"
    shutil.copytree(home.checkout, broken)
    subprocess.run(["chmod", "-R", "u+w", broken], check=True)
    (broken / "pod/__main__.py").write_text("raise SystemExit(3)\n")
    said = CommandLine(["sh", str(broken / "install.sh"), "--no-system-packages"], {**home.env, **with_wheels()})()
    assert said.code == 1
    assert "the new release does not start" in said.stderr
    home.pod("--version").ok()


def test_without_an_index_pod_starts_and_what_is_missing_is_said(scratch: Path, checkout: Path) -> None:
    home = Home(scratch / "h2", checkout)
    said = home.install(**NO_INDEX, PIP_FIND_LINKS="").ok()
    assert "warning: the Python packages that pod uses are not installed" in said.stderr
    home.pod("--version").ok()


def test_a_missing_system_package_is_named_with_what_it_costs(scratch: Path, checkout: Path) -> None:
    programs = scratch / "bin"
    programs.mkdir()
    for folder in ("/usr/bin", "/bin"):
        for path in Path(folder).iterdir():
            if path.name not in ("newuidmap", "slirp4netns") and not (programs / path.name).exists():
                (programs / path.name).symlink_to(path)
    home = Home(scratch / "h3", checkout)
    said = home.install(**NO_INDEX, PIP_FIND_LINKS="", PATH=str(programs)).ok()
    assert "without uidmap, containers have one user only" in said.stderr
    assert "without slirp4netns, containers have no network" in said.stderr


@pytest.mark.parametrize("name", ["with space & 'quotes' \"$HOME\"", "1" * 120], ids=["odd", "long"])
def test_any_prefix_will_do(name: str, scratch: Path, home: Home) -> None:
    prefix = scratch / name
    home.install("--prefix", str(prefix), **NO_INDEX, PIP_FIND_LINKS="").ok()
    CommandLine([str(prefix / "bin/pod")], home.env)("--version").ok()
    home.install("--prefix", str(prefix), "--uninstall").ok()
    assert [path for path in prefix.rglob("*") if path.name not in ("bin", "lib")] == []


def test_a_program_of_the_same_name_is_not_replaced(scratch: Path, home: Home) -> None:
    foreign = scratch / "foreign/bin/pod"
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    for option in ([], ["--uninstall"]):
        said = home.install("--prefix", str(scratch / "foreign"), *option)
        assert said.code == 1
        assert said.stderr.startswith(f"Error: {foreign} exists and is not an installation of this pod\nHint: ")
        assert foreign.read_text() == "mine"


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (["--frob"], "Error: unknown option: --frob\n"),
        (["--prefix"], "Error: --prefix needs a value\n"),
        (["--python", "/bin/true"], "Error: /bin/true is not a Python that pod can use\n"),
        (["--user", "root"], "Error: --user is for root\n"),
        (["--uninstall", "--prefix", "/nonexistent"], "Error: pod is not installed below /nonexistent\n"),
    ],
)
def test_a_wrong_word_is_named(home: Home, options: list[str], complaint: str) -> None:
    said = home.install(*options)
    assert said.code == 1
    assert said.stderr.startswith(complaint)


@pytest.fixture(scope="module", params=["trixie", "bookworm"])
def machine(request: pytest.FixtureRequest, scratch: Path, checkout: Path) -> Iterator[rootfs.Machine]:
    """A Debian that has nothing but Python and the user alice, entered as another machine."""
    try:
        machine = rootfs.fresh_debian(scratch / f"machine-{request.param}", request.param, {checkout: "/mnt/checkout"})
    except rootfs.NoMachine as reason:
        pytest.skip(str(reason))
    yield machine
    folders.remove(machine.folder)


def test_without_root_pod_is_there_at_the_next_login(machine: rootfs.Machine) -> None:
    said = machine.login("alice")("sh /mnt/checkout/install.sh", timeout=INSTALL_TIME).ok()
    assert "without uidmap" in said.stderr
    assert machine.login("alice")("pod --version").ok().stdout.startswith("pod version ")


def test_as_root_one_line_installs_and_runs(machine: rootfs.Machine) -> None:
    line = "cd /mnt/checkout && sh install.sh && pod --version"
    said = machine.root("sh", "-c", line, timeout=INSTALL_TIME).ok()
    assert "warning" not in said.stderr
    assert "\npod version " in said.stdout
    machine.login("alice")("newuidmap --help; /usr/local/bin/pod --version").ok()


def test_root_installs_for_another_user(machine: rootfs.Machine) -> None:
    machine.root("sh", "-c", "useradd -m bob; sed -i /bob/d /etc/subuid /etc/subgid").ok()
    said = machine.root("sh", "/mnt/checkout/install.sh", "--user", "bob", timeout=INSTALL_TIME).ok()
    assert "gave bob the subordinate ids" in said.stdout
    assert machine.login("bob")("readlink ~/.local/bin/pod").ok().stdout.startswith("/home/bob/.local/lib/pod/")
