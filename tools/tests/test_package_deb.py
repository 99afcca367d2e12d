"""tools/package-deb with a stand-in for the program: fields, places, permissions, scripts. Needs dpkg-deb; no root and no network."""

from __future__ import annotations

import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from stand_in import program

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools"))
BUILT = PROJECT / ".build/release/bearing"
DPKG = ("dpkg", "dpkg-deb")

from debian import version  # noqa: E402
from installation.layout import InstallationError  # noqa: E402


def is_dpkg_here() -> bool:
    return all(shutil.which(name) for name in DPKG)


class Version(unittest.TestCase):
    OPEN, CLOSED = "# Changelog\n\n## 1.2.0 - unreleased\n\n## 1.1.0 - 2026-01-31\n", "## 1.2.0 - 2026-12-31\n"

    def test_a_release_is_newer_than_every_state_before_it(self) -> None:
        states = [version.debian(self.OPEN, "1.2.0", time) for time in (1767225600, 1767225660)] + [version.debian(self.CLOSED, "1.2.0", 0)]
        self.assertEqual(states, ["1.2.0~202601010000-1", "1.2.0~202601010001-1", "1.2.0-1"])
        if is_dpkg_here():
            for older, newer in zip(["1.1.0-1", *states], states):
                subprocess.run(["dpkg", "--compare-versions", older, "lt", newer], check=True)

    def test_a_program_of_another_version_is_refused(self) -> None:
        with self.assertRaisesRegex(InstallationError, "version 1.2.0, as CHANGELOG.md says, found 1.1.0"):
            version.debian(self.CLOSED, "1.1.0", 0)

    def test_a_changelog_without_a_version_is_refused(self) -> None:
        with self.assertRaisesRegex(InstallationError, "expected a heading"):
            version.released("# Changelog\n")


class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        if not is_dpkg_here():
            raise unittest.SkipTest("no dpkg-deb here")
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.number = version.released((PROJECT / "CHANGELOG.md").read_text())[0]
        cls.package = cls.make(program(cls.folder, cls.number), "first")
        cls.tree = cls.folder / "tree"
        subprocess.run(["dpkg-deb", "--raw-extract", cls.package, cls.tree], check=True)

    @classmethod
    def make(cls, stand_in: pathlib.Path, out: str, *options: str, umask: int = 0o022) -> pathlib.Path:
        place = cls.folder / out
        place.mkdir()
        command = [sys.executable, PROJECT / "tools/package-deb", "--program", stand_in, "--out", place, "--compression", "none", *options]
        environment = {**os.environ, "SOURCE_DATE_EPOCH": "1767225600", "DEBFULLNAME": "Ada", "DEBEMAIL": "ada@debian.org"}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, umask=umask)
        if done.returncode != 0:
            raise AssertionError(done.stderr)
        package, = place.glob("*.deb")
        return package

    def field(self, name: str) -> str:
        return subprocess.run(["dpkg-deb", "--field", self.package, name], capture_output=True, text=True, check=True).stdout.strip()

    def test_the_fields_say_what_it_is(self) -> None:
        architecture = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=True).stdout.strip()
        self.assertEqual(self.field("Package"), "bearing")
        self.assertRegex(self.field("Version"), rf"^{re.escape(self.number)}(~202601010000)?-1$")
        self.assertEqual(self.field("Architecture"), architecture)
        self.assertEqual(self.field("Maintainer"), "Ada <ada@debian.org>")
        self.assertIn("systemd | systemd-standalone-sysusers", self.field("Depends"))
        self.assertGreater(int(self.field("Installed-Size")), 1000)
        self.assertEqual(self.package.name, f"bearing_{self.field('Version')}_{architecture}.deb")

    def test_configuration_is_dpkgs_to_keep(self) -> None:
        listed = (self.tree / "DEBIAN/conffiles").read_text().split()
        there = [f"/{path.relative_to(self.tree)}" for path in sorted((self.tree / "etc").rglob("*")) if path.is_file()]
        self.assertEqual(listed, there)
        self.assertIn("/etc/bearing/bearing.toml", listed)

    def test_everything_lies_where_debian_expects_it(self) -> None:
        for name in ("usr/bin/bearing", "usr/lib/bearing/bearing", "usr/lib/systemd/system/bearing.service",
                     "usr/lib/sysusers.d/bearing.conf", "usr/share/bearing/models/foa-live.safetensors",
                     "usr/share/doc/bearing/copyright", "usr/share/doc/bearing/changelog.gz",
                     "usr/share/doc/bearing/changelog.Debian.gz", "usr/share/man/man1/bearing.1.gz",
                     "usr/share/zsh/vendor-completions/_bearing"):
            self.assertTrue(os.path.lexists(self.tree / name), name)
        for name in ("usr/share/bearing/manifest", "usr/share/doc/bearing/LICENSE", "usr/share/zsh/site-functions", "usr/local"):
            self.assertFalse((self.tree / name).exists(), name)
        copyright_file = (self.tree / "usr/share/doc/bearing/copyright").read_text()
        for licence in ("Expat", "GPL-3+", "CC-BY-4.0"):
            self.assertIn(f"\nLicense: {licence}\n", copyright_file)

    def test_files_belong_to_root_and_only_programs_may_run(self) -> None:
        listing = subprocess.run(["dpkg-deb", "--contents", self.package], capture_output=True, text=True, check=True).stdout
        for line in listing.splitlines():
            mode, owner, *_, path = line.split(" -> ")[0].split()
            self.assertEqual(owner, "root/root", line)
            if mode[0] != "l":
                runs = mode[0] == "d" or path == "./usr/lib/bearing/bearing"
                self.assertEqual(mode[1:], "rwxr-xr-x" if runs else "rw-r--r--", line)

    def test_checksums_are_those_of_the_files(self) -> None:
        lines = (self.tree / "DEBIAN/md5sums").read_text().splitlines()
        self.assertGreater(len(lines), 30)
        for line in lines:
            found, path = line.split("  ")
            self.assertEqual(hashlib.md5((self.tree / path).read_bytes()).hexdigest(), found, path)

    def test_scripts_are_valid_and_name_every_unit(self) -> None:
        units = {path.name for path in (self.tree / "usr/lib/systemd/system").iterdir() if not path.stem.endswith("@")}
        self.assertLessEqual({"bearing.service", "bearing.socket"}, units)
        for name in ("postinst", "prerm", "postrm"):
            script = self.tree / "DEBIAN" / name
            subprocess.run(["sh", "-n", script], check=True)
            self.assertEqual(script.stat().st_mode & 0o777, 0o755)
            named = re.search(r'(?m)^units="(.*)"$', script.read_text())[1].split()
            self.assertEqual(set(named), units)
            instances = re.search(r'(?m)^instances="(.*)"$', script.read_text())[1].split()
            self.assertEqual({name.replace("@*.", "@.") for name in instances},
                             {path.name for path in (self.tree / "usr/lib/systemd/system").iterdir()} - units)

    def test_the_scripts_enable_nothing_new_and_purge_recordings(self) -> None:
        """With stand-ins for systemd's programs, and a folder in the place of /."""
        programs, root = self.folder / "programs", self.folder / "root"
        programs.mkdir()
        log = self.folder / "calls"
        for name, status in (("systemd-sysusers", 0), ("systemd-tmpfiles", 0), ("deb-systemd-helper", 1), ("systemctl", 0)):
            (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >>"{log}"\nexit {status}\n')
            (programs / name).chmod(0o755)
        (root / "usr/bin").mkdir(parents=True)
        shutil.copy(programs / "deb-systemd-helper", root / "usr/bin")
        recordings = root / "var/lib/bearing"
        recordings.mkdir(parents=True)
        environment = {"PATH": f"{programs}:{os.environ['PATH']}", "DPKG_ROOT": str(root)}

        def run(name: str, *options: str) -> list[str]:
            log.write_text("")
            script = programs / name
            text = (self.tree / "DEBIAN" / name).read_text()
            script.write_text(re.sub(r"(?m)^instances=.*$", 'instances="bearing-bridge@*.service"', text))
            subprocess.run(["sh", script, *options], env=environment, check=True)
            return log.read_text().splitlines()

        calls = run("postinst", "configure", "")
        self.assertIn(f"systemd-sysusers --root={root} bearing.conf", calls)
        self.assertIn("deb-systemd-helper update-state bearing.service", calls)
        self.assertFalse([call for call in calls if " enable " in call or call.startswith("systemctl")])
        enabled = root / "etc/systemd/system/multi-user.target.wants"
        enabled.mkdir(parents=True)
        for name in ("bearing-bridge@mqtt.service", "other@mqtt.service"):
            (enabled / name).symlink_to("/nowhere")
        self.assertEqual(run("postrm", "remove"), [])
        self.assertTrue(recordings.exists())
        self.assertIn("deb-systemd-helper purge bearing.service", run("postrm", "purge"))
        self.assertFalse(recordings.exists())
        self.assertEqual([path.name for path in enabled.iterdir()], ["other@mqtt.service"])

    def test_the_same_source_gives_the_same_package(self) -> None:
        again = self.make(program(self.folder, self.number), "second", umask=0o077)
        self.assertEqual(hashlib.sha256(again.read_bytes()).digest(), hashlib.sha256(self.package.read_bytes()).digest())

    def test_a_program_of_another_version_is_refused(self) -> None:
        with self.assertRaisesRegex(AssertionError, "found 9.9.9: build it again"):
            self.make(program(self.folder, "9.9.9"), "third")

    @unittest.skipUnless(shutil.which("lintian"), "no lintian here")
    def test_lintian_finds_no_error(self) -> None:
        command = ["lintian", "--fail-on", "error", "--display-level", "error", "--suppress-tags",
                   "uses-no-compression-for-control-tarball,uses-no-compression-for-data-tarball", self.package]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    @unittest.skipUnless(BUILT.exists() and shutil.which("dpkg-shlibdeps"), "nothing is built, or no dpkg-dev here")
    def test_the_real_program_depends_on_what_it_loads(self) -> None:
        from debian import control
        from installation import runtime
        from installation.layout import Layout
        from installation.symbols import stripped
        root = self.folder / "real"
        own = root / "usr/lib/bearing"
        own.mkdir(parents=True)
        for library in runtime.libraries(BUILT):
            shutil.copy(library, own / library.name)
        (own / "bearing").write_bytes(runtime.search_own_folder_only(stripped(BUILT)))
        depends = control.libraries(root, Layout.of("/usr", None, str(root)))
        names = {entry.split()[0] for entry in depends}
        self.assertLessEqual({"libc6", "libfftw3-single3", "libsndfile1", "libsamplerate0"}, names)
        self.assertFalse([name for name in names if "swift" in name.lower() or "foundation" in name.lower()])


if __name__ == "__main__":
    unittest.main()
