"""Makes of an installed tree what Debian expects of a package's."""

from __future__ import annotations

import gzip
import pathlib

from installation.layout import Layout


def adapt(layout: Layout, project: pathlib.Path) -> None:
    """Debian's places, licence, compression and permissions. dpkg has its own list of files, so ours is left out."""
    root = layout.on_disk(pathlib.Path("/"))
    layout.on_disk(layout.manifest).unlink()
    completions = layout.on_disk(layout.prefix / "share/zsh")
    move(completions / "site-functions/_bearing", completions / "vendor-completions/_bearing")
    documentation = layout.on_disk(layout.documentation)
    for name in ("LICENSE", "LICENSE.swift.txt"):  # their text is in copyright
        (documentation / name).unlink(missing_ok=True)
    (documentation / "copyright").write_bytes((project / "tools/debian/copyright").read_bytes())
    compress((documentation / "CHANGELOG.md").rename(documentation / "changelog"))
    compress(layout.on_disk(layout.prefix / "share/man/man1/bearing.1"))
    for path in root.rglob("*"):
        if not path.is_symlink():
            is_open = path.is_dir() or path.stat().st_mode & 0o100
            path.chmod(0o755 if is_open else 0o644)
    root.chmod(0o755)
    for library in (path for path in programs(root) if ".so" in path.name):
        library.chmod(0o644)


def programs(root: pathlib.Path) -> list[pathlib.Path]:
    """Programs and libraries, all ELF files."""
    found = []
    for path in sorted(root.rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as file:
                if file.read(4) == b"\x7fELF":
                    found.append(path)
    return found


def units(layout: Layout) -> tuple[list[str], list[str]]:
    """The units of the package, and patterns of the instances of its templates."""
    folder = layout.on_disk(layout.service("systemd/system"))
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    return [name for name in names if "@." not in name], [name.replace("@.", "@*.") for name in names if "@." in name]


def move(source: pathlib.Path, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.rename(target)
    source.parent.rmdir()


def compress(path: pathlib.Path) -> None:
    """As gzip -9n, which Debian's policy asks for: no name and no time."""
    path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(path.read_bytes(), 9, mtime=0))
    path.unlink()
