"""The list of installed files, which alone decides what is removed."""

from __future__ import annotations

import hashlib
import os
import pathlib
import shutil
import tempfile
from collections.abc import Callable

from .layout import InstallationError, Layout


def digest(path: pathlib.Path) -> str:
    """The contents of a file, or the target of a link."""
    if path.is_symlink():
        return hashlib.sha256(os.readlink(path).encode()).hexdigest()
    return hashlib.sha256(path.read_bytes()).hexdigest()


# In the place of a digest: a folder that was made for the installation.
FOLDER = "-" * 64


class Manifest:
    """Digests by path, without DESTDIR, and the folders that were not there before."""

    def __init__(self, layout: Layout, before: Manifest | None = None) -> None:
        self.layout = layout
        self.digests: dict[str, str] = {}
        self.folders: set[str] = set(before.folders) if before else set()

    @classmethod
    def read(cls, layout: Layout) -> Manifest | None:
        """None where nothing is installed."""
        place = layout.on_disk(layout.manifest)
        if not place.exists():
            return None
        manifest = cls(layout)
        for line in place.read_text().splitlines():
            found, _, path = line.partition("  ")
            if len(found) != 64 or not path.startswith("/"):
                raise InstallationError(f"{place}: expected lines of a digest and a path, found {line!r}: install again")
            if found == FOLDER:
                manifest.folders.add(path)
            else:
                manifest.digests[path] = found
        return manifest

    def write(self) -> None:
        entries = {**{path: FOLDER for path in self.folders}, **self.digests}
        lines = [f"{found}  {path}\n" for path, found in sorted(entries.items())]
        self._place(self.layout.manifest, lambda new: new.write_text("".join(lines)), 0o644)

    def add_bytes(self, path: pathlib.Path, data: bytes, mode: int = 0o644) -> None:
        self._place(path, lambda new: new.write_bytes(data), mode)
        self._note(path)

    def add_file(self, path: pathlib.Path, source: pathlib.Path, mode: int = 0o644) -> None:
        self._place(path, lambda new: shutil.copyfile(source, new), mode)
        self._note(path)

    def add_link(self, path: pathlib.Path, target: str) -> None:
        def link(new: pathlib.Path) -> None:
            new.unlink()
            new.symlink_to(target)

        self._place(path, link, None)
        self._note(path)

    def is_unchanged(self, path: str) -> bool:
        place = self.layout.on_disk(pathlib.Path(path))
        return digest(place) == self.digests[path]

    def exists(self, path: str) -> bool:
        return os.path.lexists(self.layout.on_disk(pathlib.Path(path)))

    def remove(self, path: str) -> None:
        """Removes a file, and the folders above it that were made for it and are empty then."""
        self.layout.on_disk(pathlib.Path(path)).unlink()
        for folder in pathlib.Path(path).parents:
            if str(folder) not in self.folders:
                return
            try:
                self.layout.on_disk(folder).rmdir()
            except OSError:
                return

    def _note(self, path: pathlib.Path) -> None:
        self.digests[str(path)] = digest(self.layout.on_disk(path))

    def _make_folder(self, place: pathlib.Path) -> None:
        """Makes a folder, and notes it and those above it that were not there."""
        missing = [folder for folder in (place, *place.parents) if not folder.exists()]
        place.mkdir(parents=True, exist_ok=True)
        destination = pathlib.Path(self.layout.destdir or "/")
        self.folders |= {f"/{folder.relative_to(destination)}" for folder in missing
                         if folder != destination and folder.is_relative_to(destination)}

    def _place(self, path: pathlib.Path, make: Callable[[pathlib.Path], object], mode: int | None) -> None:
        """Replaces a file at once: a program that runs keeps its old one."""
        place = self.layout.on_disk(path)
        try:
            self._make_folder(place.parent)
            handle, name = tempfile.mkstemp(prefix=".bearing-", dir=place.parent)
            os.close(handle)
            new = pathlib.Path(name)
            try:
                make(new)
                if mode is not None:
                    new.chmod(mode)
                new.replace(place)
            except BaseException:
                new.unlink(missing_ok=True)
                raise
        except OSError as error:
            raise InstallationError(
                f"{place}: expected to write there, found: {error.strerror}: as root, or with another --prefix") from None
