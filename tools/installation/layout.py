"""Where an installation lies."""

import dataclasses
import pathlib


class InstallationError(Exception):
    """An error in one line: expected, found, what to do."""


@dataclasses.dataclass(frozen=True)
class Layout:
    """Places as they are when the program runs; `on_disk` says where they are while it is installed."""

    prefix: pathlib.Path
    sysconfdir: pathlib.Path
    destdir: str = ""

    @classmethod
    def of(cls, prefix: str, sysconfdir: str | None, destdir: str) -> "Layout":
        for name, path in (("--prefix", prefix), ("--sysconfdir", sysconfdir), ("DESTDIR", destdir)):
            if path and not path.startswith("/"):
                raise InstallationError(f"{name}: expected an absolute path, found {path}")
        # The File Hierarchy Standard keeps the configuration of what is below /usr in /etc.
        standard = "/etc" if prefix.rstrip("/") == "/usr" else f"{prefix.rstrip('/')}/etc"
        return cls(pathlib.Path(prefix), pathlib.Path(sysconfdir or standard), destdir.rstrip("/"))

    def on_disk(self, path: pathlib.Path) -> pathlib.Path:
        return pathlib.Path(f"{self.destdir}{path}")

    @property
    def program(self) -> pathlib.Path:
        """The program itself, beside the Swift runtime that it was built with."""
        return self.prefix / "lib/bearing/bearing"

    @property
    def command(self) -> pathlib.Path:
        return self.prefix / "bin/bearing"

    @property
    def resources(self) -> pathlib.Path:
        return self.prefix / "share/bearing"

    @property
    def documentation(self) -> pathlib.Path:
        return self.prefix / "share/doc/bearing"

    @property
    def configuration(self) -> pathlib.Path:
        return self.sysconfdir / "bearing/bearing.toml"

    @property
    def manifest(self) -> pathlib.Path:
        return self.resources / "manifest"

    def service(self, folder: str) -> pathlib.Path:
        """A folder of systemd: system, or that of sysusers.d and tmpfiles.d."""
        return self.prefix / "lib" / folder

    @property
    def systemd_looks_there(self) -> bool:
        """systemd reads units of these two prefixes only."""
        return self.prefix in (pathlib.Path("/usr"), pathlib.Path("/usr/local"))
