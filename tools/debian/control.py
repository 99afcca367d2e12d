"""The control files of a package: fields, configuration files, checksums, scripts."""

from __future__ import annotations

import email.utils
import gzip
import hashlib
import pathlib
import subprocess
import tempfile

from installation.layout import InstallationError, Layout

from . import tree

DESCRIPTION = """real-time sound-source localizer
 Bearing reads first-order Ambisonics, or an array of three to eight
 microphones, and reports ten times a second which sound sources are
 active, and in which direction, to every program that connects to its socket.
 .
 The same program localizes recordings, simulates rooms, trains the networks
 that it runs, and scores them. Models, a demo recording and systemd units are
 included. The service is enabled once its source is set in
 /etc/bearing/bearing.toml: systemctl enable --now bearing"""
# For the user and the folder of the socket, which sysusers.d and tmpfiles.d describe.
SYSTEM = ("systemd | systemd-standalone-sysusers | systemd-sysusers", "systemd | systemd-standalone-tmpfiles | systemd-tmpfiles")


def write(layout: Layout, scripts: pathlib.Path, version: str, maintainer: str, time: int) -> None:
    root = layout.on_disk(pathlib.Path("/"))
    documentation = layout.on_disk(layout.documentation)
    entry = f"""bearing ({version}) unstable; urgency=medium

  * Packaged by tools/package-deb; changelog.gz lists the changes.

 -- {maintainer}  {email.utils.formatdate(time)}
"""
    place = documentation / "changelog.Debian.gz"
    place.write_bytes(gzip.compress(entry.encode(), 9, mtime=0))
    place.chmod(0o644)
    size = sum((path.lstat().st_size + 1023) // 1024 for path in root.rglob("*"))
    sums = "".join(f"{hashlib.md5(path.read_bytes()).hexdigest()}  {path.relative_to(root)}\n"
                   for path in sorted(root.rglob("*")) if path.is_file() and not path.is_symlink() and not is_configuration(path, root))
    configuration = "".join(f"/{path.relative_to(root)}\n" for path in sorted((root / "etc").rglob("*")) if path.is_file())
    depends = sorted({*libraries(root, layout), *SYSTEM})
    fields = {"Package": "bearing", "Version": version, "Architecture": architecture(), "Maintainer": maintainer,
              "Installed-Size": str(size), "Depends": ", ".join(depends), "Section": "sound", "Priority": "optional",
              "Description": DESCRIPTION}
    folder = root / "DEBIAN"
    folder.mkdir()
    folder.chmod(0o755)
    put(folder / "control", "".join(f"{name}: {value}\n" for name, value in fields.items()))
    put(folder / "conffiles", configuration)
    put(folder / "md5sums", sums)
    units, instances = tree.units(layout)
    for script in sorted(scripts.iterdir()):
        text = script.read_text().replace("@UNITS@", " ".join(units)).replace("@INSTANCES@", " ".join(instances))
        put(folder / script.name, text, 0o755)


def is_configuration(path: pathlib.Path, root: pathlib.Path) -> bool:
    return path.is_relative_to(root / "etc")


def put(path: pathlib.Path, text: str, mode: int = 0o644) -> None:
    path.write_text(text)
    path.chmod(mode)


def architecture() -> str:
    return run(["dpkg", "--print-architecture"]).strip()


def libraries(root: pathlib.Path, layout: Layout) -> list[str]:
    """The packages of the libraries that the programs load, with the least versions that have all that they use."""
    programs = tree.programs(root)
    if not programs:
        return []
    with tempfile.TemporaryDirectory() as folder:
        # dpkg-shlibdeps looks for the source package that it works for.
        control = pathlib.Path(folder) / "debian/control"
        control.parent.mkdir()
        control.write_text("Source: bearing\nMaintainer: -\n\nPackage: bearing\nArchitecture: any\n")
        own = layout.on_disk(layout.program).parent
        result = run(["dpkg-shlibdeps", "-O", "--warnings=1", f"-S{root}", f"-l{own}", *(f"-e{program}" for program in programs)], folder)
    for line in result.splitlines():
        name, _, value = line.partition("=")
        if name == "shlibs:Depends":
            return [part.strip() for part in value.split(",")]
    raise InstallationError(f"dpkg-shlibdeps: expected shlibs:Depends, found {result.strip() or 'nothing'}")


def run(command: list[str], folder: str | None = None) -> str:
    try:
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise InstallationError(f"expected the program {command[0]}, found none: apt-get install dpkg-dev") from None
    if result.returncode != 0:
        raise InstallationError(f"{command[0]}: {' '.join(result.stderr.split())}")
    return result.stdout
