"""tools/install and tools/uninstall, into a folder that stands for /."""

from __future__ import annotations

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

from stand_in import program

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools"))
BUILT = PROJECT / ".build/release/bearing"

from installation import system  # noqa: E402
from installation.layout import Layout  # noqa: E402


class Units(unittest.TestCase):
    """Which commands systemd gets before the files are removed."""

    # Of a template, this disables every instance.
    DISABLE = ["systemctl", "disable", "--quiet", "bearing-bridge@.service", "bearing.service", "bearing.socket"]

    def commands(self, running: bool, user: int = 0, packaged: bool = False) -> list[list[str]]:
        with tempfile.TemporaryDirectory() as folder:
            layout = Layout.of("/usr", None, folder) if packaged else Layout.of(folder, None, "")
            units = layout.on_disk(layout.service("systemd/system"))
            units.mkdir(parents=True)
            for name in ("bearing.socket", "bearing.service", "bearing-bridge@.service", "other.service"):
                (units / name).touch()
            with mock.patch.object(system, "run") as run, mock.patch.object(system, "is_running", return_value=running), \
                    mock.patch.object(system.os, "geteuid", return_value=user), \
                    mock.patch.object(system.shutil, "which", return_value="/bin/systemctl"):
                system.before_uninstalling(layout)
        return [call.args[0] for call in run.call_args_list]

    def test_what_is_installed_is_stopped_and_disabled(self) -> None:
        stop = ["systemctl", "stop", "bearing-bridge@*.service", "bearing.service", "bearing.socket"]
        self.assertEqual(self.commands(True), [stop, self.DISABLE])

    def test_in_a_container_it_is_disabled_only(self) -> None:
        self.assertEqual(self.commands(False), [self.DISABLE])

    def test_users_and_packages_leave_the_machine_alone(self) -> None:
        self.assertEqual(self.commands(True, user=1000) + self.commands(True, packaged=True), [])


class Installation(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.root = self.folder / "root"
        self.program = program(self.folder)

    def tool(self, name: str, *options: str, program: pathlib.Path | None = None, status: int = 0) -> str:
        environment = {**os.environ, "DESTDIR": str(self.root)}
        command = [sys.executable, PROJECT / "tools" / name, *options]
        if name == "install":
            command += ["--program", program or self.program]
        answer = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        self.assertEqual(answer.returncode, status, answer.stderr)
        return answer.stdout + answer.stderr

    def files(self) -> list[str]:
        return sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*") if path.is_symlink() or path.is_file())

    def test_all_lies_where_the_program_and_systemd_look(self) -> None:
        self.tool("install")
        files = self.files()
        for name in ("usr/local/bin/bearing", "usr/local/lib/bearing/bearing", "usr/local/share/bearing/models/foa-live.safetensors",
                     "usr/local/share/bearing/arrays/aformat-cardioid.toml", "usr/local/share/bearing/demo/scene.flac",
                     "usr/local/etc/bearing/bearing.toml", "usr/local/lib/systemd/system/bearing.service",
                     "usr/local/lib/systemd/system/bearing.socket", "usr/local/lib/systemd/system/bearing-web.service",
                     "usr/local/share/bearing/web/index.html", "usr/local/share/bearing/web/app.js",
                     "usr/local/lib/sysusers.d/bearing.conf", "usr/local/lib/tmpfiles.d/bearing.conf", "usr/local/share/man/man1/bearing.1",
                     "usr/local/share/bash-completion/completions/bearing", "usr/local/share/doc/bearing/README.md"):
            self.assertIn(name, files)
        answer = subprocess.run([self.root / "usr/local/bin/bearing", "x"], capture_output=True, text=True, check=True)
        self.assertTrue(answer.stdout.startswith("run: "))
        page = (self.root / "usr/local/share/man/man1/bearing.1").read_text()
        self.assertIn(".B \\-\\-socket <path>\nWhere.", page)
        self.assertIn("\n\\&.listens\n", page)

    def test_units_name_the_prefix(self) -> None:
        self.tool("install", "--prefix", "/usr")
        unit = (self.root / "usr/lib/systemd/system/bearing.service").read_text()
        self.assertIn("ExecStart=/usr/bin/bearing run --config /etc/bearing/bearing.toml", unit)
        self.assertNotIn("/usr/local", unit)
        unit = (self.root / "usr/lib/systemd/system/bearing-web.service").read_text()
        self.assertIn("ExecStart=/usr/bin/bearing web --config /etc/bearing/bearing.toml --socket /run/bearing/bearing.sock", unit)
        self.assertNotIn("/usr/local", unit)
        self.assertIn("etc/bearing/bearing.toml", self.files())

    def test_uninstalling_leaves_what_was_there_before_and_nothing_else(self) -> None:
        other = self.root / "usr/local/bin/other"
        other.parent.mkdir(parents=True)
        other.write_text("mine")
        self.tool("install")
        self.assertGreater(len(self.files()), 30)
        self.tool("uninstall")
        self.assertEqual(self.files(), ["usr/local/bin/other"])
        self.assertEqual([path.name for path in (self.root / "usr/local").iterdir()], ["bin"])

    def test_folders_that_were_there_stay_and_all_others_go(self) -> None:
        there = ["usr", "usr/local", "usr/local/bin", "usr/local/etc", "usr/local/share", "usr/local/share/man"]
        (self.root / "usr/local/share/man").mkdir(parents=True)
        for name in ("bin", "etc"):
            (self.root / "usr/local" / name).mkdir()
        for _ in range(2):  # the second finds the folders of the first
            self.tool("install")
        self.tool("uninstall")
        self.assertEqual(sorted(str(path.relative_to(self.root)) for path in self.root.rglob("*")), there)

    def test_a_prefix_that_was_made_for_it_goes_with_it(self) -> None:
        (self.root / "opt").mkdir(parents=True)
        self.tool("install", "--prefix", "/opt/bearing")
        self.tool("uninstall", "--prefix", "/opt/bearing")
        self.assertEqual(list((self.root / "opt").iterdir()), [])

    def test_a_changed_configuration_outlives_everything(self) -> None:
        configuration = self.root / "usr/local/etc/bearing/bearing.toml"
        self.tool("install")
        configuration.write_text("[log]\nlevel = \"debug\"\n")
        for _ in range(2):
            self.assertIn("is kept", self.tool("install"))
            self.assertIn("debug", configuration.read_text())
            self.assertTrue(configuration.with_name("bearing.toml.new").exists())
        self.tool("uninstall")
        self.assertEqual(self.files(), ["usr/local/etc/bearing/bearing.toml"])

    def test_a_configuration_from_before_the_first_installation_stays(self) -> None:
        configuration = self.root / "usr/local/etc/bearing/bearing.toml"
        configuration.parent.mkdir(parents=True)
        configuration.write_text("mine\n")
        self.tool("install")
        self.tool("uninstall")
        self.assertEqual((configuration.read_text(), self.files()), ("mine\n", ["usr/local/etc/bearing/bearing.toml"]))

    def test_an_upgrade_removes_what_is_no_longer_part_of_it(self) -> None:
        self.tool("install")
        stale = self.root / "usr/local/share/bearing/models/old.safetensors"
        stale.write_text("old")
        manifest = self.root / "usr/local/share/bearing/manifest"
        digest = subprocess.run(["sha256sum", stale], capture_output=True, text=True, check=True).stdout.split()[0]
        manifest.write_text(manifest.read_text() + f"{digest}  /usr/local/share/bearing/models/old.safetensors\n")
        self.tool("install")
        self.assertFalse(stale.exists())

    def test_what_cannot_be_is_said_in_one_line(self) -> None:
        self.assertIn("expected an absolute path, found usr", self.tool("install", "--prefix", "usr", status=1))
        self.assertIn("run tools/build first", self.tool("install", program=self.folder / "none", status=1))
        self.assertIn("found none: check --prefix", self.tool("uninstall", status=1))

    @unittest.skipUnless(BUILT.exists(), "nothing is built here")
    def test_the_real_program_needs_no_toolchain_and_no_environment(self) -> None:
        self.tool("install", program=BUILT)
        program = self.root / "usr/local/bin/bearing"
        answer = subprocess.run([program, "check", "--source", "demo", "--seconds", "0", "--socket", self.folder / "s.sock"],
                                capture_output=True, text=True, env={"LD_DEBUG": "libs"}, cwd="/", check=False)
        self.assertEqual(answer.returncode, 0, answer.stderr[-500:])
        # Its models and its libraries are the installed ones.
        self.assertIn(str(self.root / "usr/local/share/bearing/models/foa-live.safetensors"), answer.stdout)
        for line in answer.stderr.splitlines():
            if "calling init" in line and ("libswift" in line or "Foundation" in line):
                self.assertIn(f"calling init: {self.root}/usr/local/lib/bearing/", line)

    @unittest.skipUnless(BUILT.exists(), "nothing is built here")
    def test_an_installation_is_small_and_has_no_data_of_languages(self) -> None:
        answer = self.tool("install", program=BUILT)
        size = int(re.search(r"(\d+) MB", answer).group(1))
        self.assertLess(size, 80)
        self.assertEqual([name for name in self.files() if "ICU" in name or "Foundation.so" in name], [])
        program = (self.root / "usr/local/lib/bearing/bearing").read_bytes()
        self.assertEqual(program[:4], b"\x7fELF")
        self.assertNotIn(b"\0.symtab\0", program)


if __name__ == "__main__":
    unittest.main()
