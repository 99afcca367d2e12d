"""tools/setup on a machine without Swift: a copy of it fetches a small toolchain, signed with a key made here, from this machine."""

from __future__ import annotations

import io
import re
import shutil
import subprocess
import tarfile
import unittest

import toolchain_case
from toolchain_case import ADDRESS, DEBIAN, NAME, PROJECT, toolchain


class Setup(toolchain_case.ToolchainCase):
    def test_it_fetches_verifies_and_unpacks_once(self) -> None:
        told = self.run_setup()
        self.assertIn("Swift 6.3.1 for debian12 from http://127.0.0.1", told)
        self.assertRegex(told, r"1 MB to download, about 1 MB in \.toolchain")
        self.assertEqual(self.left(), [NAME])
        self.assertEqual((self.project / ".toolchain" / NAME).stat().st_mode & 0o777, 0o755)
        requests = len(self.server.requests)
        self.assertEqual(self.run_setup(), "")
        self.assertEqual(self.run_setup("--check"), "setup: nothing is missing\n")
        self.assertEqual(len(self.server.requests), requests)

    def test_the_scripts_use_what_was_fetched(self) -> None:
        self.run_setup()
        done = subprocess.run(["bash", "-c", "source tools/shared/common.sh; command -v swift"], cwd=self.project, check=True,
                              capture_output=True, text=True, env={"PATH": str(self.programs)})
        self.assertEqual(done.stdout.strip(), str(self.project / ".toolchain" / NAME / "usr/bin/swift"))

    def test_a_compiler_on_the_path_is_used_if_it_fits(self) -> None:
        fitting, others = ("6.3", "6.3.2", "6.10", "7.0"), ("6.2.4", "5.10", "none")
        for version in fitting + others:
            fits = version in fitting
            with self.subTest(version):
                self.stand_in("swift", f"echo 'Apple Swift version {version} (x)'")
                told = self.run_setup("--check", status=0 if fits else 1)
                self.assertIn("nothing is missing" if fits else "expected Swift 6.3 or later, found", told)
        self.assertEqual(self.server.requests, [])

    def test_a_broken_download_is_continued(self) -> None:
        self.server.cuts[ADDRESS] = [20_000, 0, 10_000]
        told = self.run_setup()
        self.assertEqual(told.count("the download broke at"), 3)
        ranges = [asked for name, asked in self.server.requests if name == ADDRESS]
        self.assertEqual(ranges, [None, "bytes=20000-", "bytes=20000-", "bytes=30000-"])
        self.assertEqual(self.left(), [NAME])

    def test_a_download_that_breaks_for_good_is_continued_by_the_next_run(self) -> None:
        self.server.cuts[ADDRESS] = [20_000, 0, 0, 0, 0, 0]
        self.assertIn("found 5 broken downloads", self.run_setup(status=1))
        self.run_setup()
        self.assertEqual(self.server.requests[-1], (ADDRESS, "bytes=20000-"))
        self.assertEqual(self.left(), [NAME])

    def test_a_server_that_cannot_continue_sends_all_again(self) -> None:
        self.server.cuts[ADDRESS] = [20_000]
        self.server.ranges = False
        self.run_setup()
        self.assertEqual(self.left(), [NAME])

    def test_a_server_that_cannot_continue_and_always_breaks_is_given_up(self) -> None:
        self.server.cuts[ADDRESS] = [20_000] * 20
        self.server.ranges = False
        self.assertIn("found 5 broken downloads", self.run_setup(status=1))

    def test_a_remainder_longer_than_the_archive_is_thrown_away(self) -> None:
        (self.project / ".toolchain").mkdir()
        (self.project / ".toolchain" / f"{NAME}.tar.gz").write_bytes(b"x" * (len(self.archive) + 1))
        self.run_setup()
        self.assertEqual(self.left(), [NAME])

    def test_an_archive_without_the_program_is_refused(self) -> None:
        empty = io.BytesIO()
        with tarfile.open(fileobj=empty, mode="w:gz"):
            pass
        for archive, expected in ((empty.getvalue(), "expected Swift 6.3 or later on the path, found no swift"),
                                  (toolchain("6.1"), "expected Swift 6.3 or later, found 6.1"), (b"no archive", "expected to unpack")):
            with self.subTest(expected):
                self.serve(archive, self.keys.sign(self.key, archive))
                self.assertIn(expected, self.run_setup(status=1))
                self.assertFalse(any(name.startswith(".unpacking") for name in self.left()))

    def test_another_system_is_named_before_anything_is_fetched(self) -> None:
        for text, processor, expected in (('PRETTY_NAME="Fedora 41"\nID=fedora\n', "x86_64", "found Fedora 41"),
                                          ("VERSION_CODENAME=focal\n", "x86_64", "expected Debian 12 or 13, or Ubuntu 22.04 or 24.04"),
                                          (DEBIAN, "riscv64", "for a toolchain of swift.org, found riscv64")):
            with self.subTest(expected):
                self.release.write_text(text)
                self.stand_in("uname", f"echo {processor}")
                self.assertIn(expected, self.run_setup(status=1))
        self.release.unlink()
        self.assertIn("found no ", self.run_setup(status=1))
        self.assertEqual(self.server.requests, [])

    def test_every_supported_system_has_its_address(self) -> None:
        for text, processor, folder, platform in (("VERSION_CODENAME=trixie", "aarch64", "debian12-aarch64", "debian12-aarch64"),
                                                  ("VERSION_CODENAME=jammy", "x86_64", "ubuntu2204", "ubuntu22.04"),
                                                  ("VERSION_CODENAME=wilma\nUBUNTU_CODENAME=noble", "x86_64", "ubuntu2404", "ubuntu24.04")):
            with self.subTest(platform):
                self.release.write_text(text)
                self.stand_in("uname", f"echo {processor}")
                address = f"swift-6.3.1-release/{folder}/swift-6.3.1-RELEASE/swift-6.3.1-RELEASE-{platform}.tar.gz"
                self.assertIn(f"/{address}, found (22)", self.run_setup(status=1))

    def test_a_full_disk_is_said_before_and_during_the_download(self) -> None:
        # The limit stands for a disk; 40 blocks of 1024 bytes.
        told = self.run_setup(status=1, before="ulimit -f 40; ")
        self.assertIn("found a full disk or a limit at 1 MB: make room", told)
        self.run_setup()
        self.assertEqual(self.left(), [NAME])
        shutil.rmtree(self.project / ".toolchain")
        self.stand_in("df", "printf 'Avail\n100000\n'")
        self.assertIn("MB free for", self.run_setup(status=1))
        self.assertEqual(self.left(), [])

    def test_a_disk_that_is_full_while_unpacking_leaves_nothing_half(self) -> None:
        self.stand_in("tar", "echo 'tar: usr/lib/padding: Cannot write: No space left on device' >&2; exit 2")
        self.assertIn("found: usr/lib/padding: Cannot write: No space left on device: make room", self.run_setup(status=1))
        self.assertEqual(self.left(), [f"{NAME}.tar.gz", f"{NAME}.tar.gz.sig"])
        (self.programs / "tar").unlink()
        (self.programs / "tar").symlink_to(shutil.which("tar"))
        self.run_setup()
        self.assertEqual(self.left(), [NAME])
        self.assertEqual(len([name for name, _ in self.server.requests if name == ADDRESS]), 1)

    def test_a_toolchain_that_does_not_run_is_fetched_again(self) -> None:
        program = self.project / ".toolchain" / NAME / "usr/bin/swift"
        program.parent.mkdir(parents=True)
        program.write_text("#!/bin/bash\nexit 127\n")
        program.chmod(0o755)
        self.run_setup()
        self.assertEqual(self.run_setup("--check"), "setup: nothing is missing\n")

    def test_two_at_once_download_once(self) -> None:
        self.server.pause = 0.3
        environment = {"PATH": str(self.programs), "HOME": str(self.project)}
        both = [subprocess.Popen(["bash", "tools/setup"], cwd=self.project, env=environment, text=True,
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
        told = [process.communicate(timeout=60)[0] for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0], told)
        self.assertEqual(len([name for name, _ in self.server.requests if name == ADDRESS]), 1)

    def test_it_asks_on_a_terminal_only(self) -> None:
        if not shutil.which("script"):
            self.skipTest("no script here, which makes a terminal")
        def on_a_terminal(line: str, answer: str) -> subprocess.CompletedProcess[str]:
            command = [shutil.which("script"), "--quiet", "--return", "--command", line, "/dev/null"]
            return subprocess.run(command, cwd=self.project, env={"PATH": str(self.programs), "HOME": str(self.project)}, input=answer,
                                  capture_output=True, text=True, check=False, timeout=60)

        no = on_a_terminal("bash tools/setup", "n\n")
        self.assertEqual(no.returncode, 1)
        self.assertIn("tools/setup --yes downloads it without asking", no.stdout)
        self.assertEqual(self.left(), [])
        yes = on_a_terminal("bash tools/setup", "\n")
        self.assertIn("Download it? [Y/n]", yes.stdout)
        self.assertEqual((yes.returncode, self.left()), (0, [NAME]), yes.stdout)
        shutil.rmtree(self.project / ".toolchain")
        unasked = on_a_terminal("bash tools/setup --yes", "")
        self.assertNotIn("Download it?", unasked.stdout)
        self.assertEqual((unasked.returncode, self.left()), (0, [NAME]), unasked.stdout)

    def test_missing_libraries_of_the_toolchain_are_listed(self) -> None:
        self.stand_in("ldconfig", "printf '\tlibcurl.so.4 (libc6) => x\n'")
        (self.programs / "gpg").unlink()
        self.assertIn("missing packages: gpg libncurses6 libsqlite3-0 libxml2\n", self.run_setup("--check", status=1))

    def test_peers_of_tests_are_listed_if_asked_for(self) -> None:
        for system, browser in (("debian", " chromium"), ("ubuntu", "")):
            with self.subTest(system):
                self.release.write_text(f"NAME=x\nID={system}\nVERSION_CODENAME=bookworm\n")
                # A mosquitto of this machine is found in /usr/sbin.
                self.assertRegex(self.run_setup("--check", "--peers", status=1),
                                 f"missing packages: (mosquitto )?mosquitto-clients openssl{browser}\n")
        self.assertNotIn("mosquitto", self.run_setup("--check", status=1))

    def test_the_tested_release_satisfies_the_package(self) -> None:
        common = (PROJECT / "tools/shared/common.sh").read_text()
        release, minimum = re.search(r"swift_release=(\S+) swift_minimum=(\S+)", common).groups()
        needed = re.match(r"// swift-tools-version: ?(\S+)", (PROJECT / "Package.swift").read_text())[1]

        def numbers(version: str) -> list[int]:
            return [int(part) for part in version.split(".")]

        self.assertLessEqual(numbers(needed), numbers(minimum))
        self.assertLessEqual(numbers(minimum), numbers(release))


if __name__ == "__main__":
    unittest.main()
