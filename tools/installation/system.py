"""Notifies systemd of an installation."""

import os
import pathlib
import shutil
import subprocess
import sys

from .layout import Layout

UNITS = ("bearing.service", "bearing.socket", "bearing-web.service", "bearing-bridge@.service")


def after_installing(layout: Layout) -> None:
    """Creates the user and the socket's folder and reloads systemd's units; prints the commands if it cannot or must not."""
    commands = [["systemd-sysusers", str(layout.service("sysusers.d") / "bearing.conf")],
                ["systemd-tmpfiles", "--create", str(layout.service("tmpfiles.d") / "bearing.conf")]]
    if not layout.systemd_looks_there:
        units = [str(layout.service("systemd/system") / name) for name in UNITS]
        commands.append(["systemctl", "link", *units])
    commands.append(["systemctl", "daemon-reload"])
    if layout.destdir:
        return
    if is_running() and os.geteuid() == 0:
        for command in commands:
            run(command)
    else:
        print("install: on a machine with systemd, as root: " + " && ".join(" ".join(command) for command in commands))
    print(f"install: set the source in {layout.configuration}, then: systemctl enable --now bearing")


def before_uninstalling(layout: Layout) -> None:
    """Stops and disables the units; only disables them where systemd does not run, as in a container."""
    units = sorted(path.name for path in layout.on_disk(layout.service("systemd/system")).glob("bearing*.*"))
    if units and not layout.destdir and os.geteuid() == 0 and shutil.which("systemctl"):
        if is_running():
            # Of a template, every instance that runs.
            run(["systemctl", "stop", *(name.replace("@.", "@*.") for name in units)])
        run(["systemctl", "disable", "--quiet", *units])


def after_uninstalling(layout: Layout) -> None:
    if not layout.destdir and is_running() and os.geteuid() == 0:
        run(["systemctl", "daemon-reload"])
        print("uninstall: the user and group bearing stay, as files may belong to them")


def is_running() -> bool:
    """Whether systemd runs this machine, as sd_booted(3) finds out."""
    return pathlib.Path("/run/systemd/system").is_dir()


def run(command: list[str]) -> None:
    try:
        subprocess.run(command, check=True)
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"expected {' '.join(command)} to succeed, found: {error}: run it by hand", file=sys.stderr)
