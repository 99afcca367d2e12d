"""tools/get-tau-nigens against a server on this machine. Standard library only: python3 -m unittest discover tools/tests"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
import unittest
import zipfile
from typing import Any

import file_server

TOOL = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "get-tau-nigens")


class GetTauNigens(file_server.DownloadCase):
    def setUp(self) -> None:
        super().setUp()
        noise = random.Random(1)
        self.contents = {f"fold1_room1_mix00{k}_ov1.wav": noise.randbytes(60_000 + k) for k in range(3)}
        path = os.path.join(self.folder, "foa_dev.zip")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("foa_dev/", b"")
            archive.writestr("README.md", b"not a recording")
            for name, data in self.contents.items():
                archive.writestr("foa_dev/" + name, data)
        self.serve(path)

    def serve(self, *paths: Any, md5: str | None = None, size: str = "-") -> None:
        """Puts archives on the server and into the table, which then holds nothing else."""
        rows = ["# a comment"]
        for path in paths:
            name = os.path.basename(path)
            with open(path, "rb") as file:
                self.server.files[name] = file.read()
            found = hashlib.md5(self.server.files[name]).hexdigest()
            rows.append(f"{name}\t{size}\t{md5 or found}\thttp://127.0.0.1:{self.server.server_port}/{name}")
        with open(self.table, "w") as file:
            file.write("\n".join(rows) + "\n")

    def command(self, *options: str) -> list[str]:
        return [sys.executable, TOOL, "--table", self.table, "--out", self.out, "--retries", "2", *options]

    def environment(self) -> dict[str, str]:
        return {**os.environ, "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}

    def run_tool(self, *options: str, code: int = 0) -> str:
        done = subprocess.run(self.command(*options), capture_output=True, text=True, env=self.environment(), timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 0 if code == 0 else 1, done.stderr)
        return done.stdout + done.stderr

    def assert_unpacked(self, part: str = "foa_dev") -> None:
        folder = os.path.join(self.out, part)
        self.assertEqual(sorted(os.listdir(folder)), sorted([".complete", *self.contents]))
        for name, data in self.contents.items():
            with open(os.path.join(folder, name), "rb") as file:
                self.assertEqual(file.read(), data)
        self.assertFalse([name for _, _, names in os.walk(self.out) for name in names if name.endswith(".partial")])

    def leave_partial(self, data: bytes, name: str = "foa_dev.zip.partial") -> None:
        os.makedirs(os.path.join(self.out, "archives"))
        with open(os.path.join(self.out, "archives", name), "wb") as file:
            file.write(data)

    def test_whole_download_says_the_licence_first(self) -> None:
        said = self.run_tool()
        self.assertIn("CC BY-NC 4.0", said.splitlines()[0])
        self.assert_unpacked()
        self.assertEqual(os.listdir(os.path.join(self.out, "archives")), [".lock"])

    def test_what_is_whole_is_not_fetched_again(self) -> None:
        self.run_tool()
        self.server.requests.clear()
        self.assertIn("foa_dev: already there", self.run_tool())
        self.assertEqual(self.server.requests, [])

    def test_a_damaged_folder_is_made_whole(self) -> None:
        self.run_tool()
        names = list(self.contents)
        os.remove(os.path.join(self.out, "foa_dev", names[0]))
        with open(os.path.join(self.out, "foa_dev", names[1]), "wb") as file:
            file.write(b"short")
        self.assertIn("unpacking 2 of 3 files", self.run_tool())
        self.assert_unpacked()

    def test_resumes_a_part(self) -> None:
        self.leave_partial(self.server.files["foa_dev.zip"][:50_000])
        self.run_tool()
        self.assertEqual(self.server.requests, [("foa_dev.zip", "bytes=50000-")])
        self.assert_unpacked()

    def test_resumes_a_part_that_is_whole(self) -> None:
        self.leave_partial(self.server.files["foa_dev.zip"])
        self.run_tool()
        self.assert_unpacked()

    def test_a_part_of_something_else_is_fetched_from_its_start(self) -> None:
        self.leave_partial(bytes(50_000))
        self.assertIn("do not fit each other", self.run_tool())
        self.assertEqual([asked for _, asked in self.server.requests], ["bytes=50000-", None])
        self.assert_unpacked()

    def test_a_server_without_ranges(self) -> None:
        self.server.ranges = False
        self.leave_partial(self.server.files["foa_dev.zip"][:50_000])
        self.run_tool()
        self.assertEqual(len(self.server.requests), 1)
        self.assert_unpacked()

    def test_a_server_that_closes_midway(self) -> None:
        self.server.cuts["foa_dev.zip"] = [40_000, 30_000, 20_000]
        self.run_tool()
        self.assertEqual([asked for _, asked in self.server.requests],
                         [None, "bytes=40000-", "bytes=70000-", "bytes=90000-"])
        self.assert_unpacked()

    def test_a_server_that_is_busy_once(self) -> None:
        self.server.answers["foa_dev.zip"] = [503]
        self.assertIn("503", self.run_tool())
        self.assert_unpacked()

    def test_a_server_that_stays_busy(self) -> None:
        self.leave_partial(b"PK")
        self.server.answers["foa_dev.zip"] = [503, 503]
        self.assertIn("it resumes from byte 2", self.run_tool(code=69))

    def test_a_missing_file(self) -> None:
        del self.server.files["foa_dev.zip"]
        said = self.run_tool(code=69)
        self.assertIn("HTTP 404", said)
        self.assertIn(self.table, said)
        self.assertEqual(len(self.server.requests), 1)

    def test_a_wrong_checksum_and_its_correction(self) -> None:
        path = os.path.join(self.folder, "foa_dev.zip")
        right = hashlib.md5(self.server.files["foa_dev.zip"]).hexdigest()
        self.serve(path, md5="0" * 32)
        said = self.run_tool(code=65)
        self.assertIn(f"expected MD5 {'0' * 32}, found {right}", said)
        self.assertFalse(os.path.exists(os.path.join(self.out, "foa_dev")))
        self.serve(path)
        self.server.requests.clear()
        self.assertIn("already downloaded", self.run_tool())
        self.assertEqual(self.server.requests, [])
        self.assert_unpacked()

    def test_a_wrong_size(self) -> None:
        self.serve(os.path.join(self.folder, "foa_dev.zip"), size="12")
        self.assertIn("expected 12 bytes", self.run_tool(code=65))

    def test_more_than_the_disk_holds(self) -> None:
        # A whole announcement, no content: only the length matters.
        class Endless(bytes):
            def __len__(self) -> int:
                return 1 << 60
        self.server.files["foa_dev.zip"] = Endless(b"PK")
        self.assertIn("free disk space", self.run_tool(code=74))

    def test_no_archive_behind_a_right_checksum(self) -> None:
        path = os.path.join(self.folder, "foa_dev.zip")
        with open(path, "wb") as file:
            file.write(b"<html>")
        self.serve(path)
        self.assertIn("expected the end record of a zip archive", self.run_tool(code=65))

    def test_a_broken_entry_never_gets_its_name(self) -> None:
        path = os.path.join(self.folder, "foa_dev.zip")
        with open(path, "r+b") as file:
            file.seek(70_000)
            file.write(b"\0" * 16)
        self.serve(path)
        self.run_tool(code=65)
        self.assertFalse(os.path.exists(os.path.join(self.out, "foa_dev")))
        kept = [name for name in os.listdir(os.path.join(self.out, "foa_dev.partial")) if name.endswith(".wav")]
        self.assertEqual(kept, list(self.contents)[:1])

    def test_files_of_others_are_left_alone(self) -> None:
        os.makedirs(os.path.join(self.out, "foa_dev"))
        with open(os.path.join(self.out, "foa_dev", "mine.wav"), "w") as file:
            file.write("mine")
        self.assertIn("found other files", self.run_tool(code=74))
        self.assertEqual(os.listdir(os.path.join(self.out, "foa_dev")), ["mine.wav"])

    def test_chooses_parts(self) -> None:
        labels = os.path.join(self.folder, "metadata_dev.zip")
        with zipfile.ZipFile(labels, "w") as archive:
            archive.writestr("fold1_room1_mix000_ov1.csv", "0,1,0,30,10\n")
        self.serve(os.path.join(self.folder, "foa_dev.zip"), labels)
        self.run_tool("--part", "metadata_dev")
        self.assertEqual(self.server.requests, [("metadata_dev.zip", None)])
        self.assertTrue(os.path.exists(os.path.join(self.out, "metadata_dev", "fold1_room1_mix000_ov1.csv")))
        self.assertIn("expected some of foa_dev,metadata_dev, found 'mic_dev'", self.run_tool("--part", "mic_dev", code=64))

    def test_dry_run_fetches_nothing(self) -> None:
        self.assertIn("foa_dev.zip: to fetch", self.run_tool("--dry-run"))
        self.assertEqual(self.server.requests, [])
        self.assertFalse(os.path.exists(self.out))

    def test_tables(self) -> None:
        for text, found in [("foa_dev.zip 1 2 3\n", ":1: expected file"), ("", "an empty table"),
                            ("../up.zip\t-\t" + "0" * 32 + "\thttp://h/\n", ":1: expected file"),
                            ("foa_dev.z02\t-\t" + "0" * 32 + "\thttp://h/\n", "found foa_dev.z02")]:
            with open(self.table, "w") as file:
                file.write(text)
            self.assertIn(found, self.run_tool(code=65))
        os.remove(self.table)
        self.run_tool(code=66)

    def test_the_table_that_ships(self) -> None:
        self.table = os.path.join(os.path.dirname(TOOL), "downloads/tau-nigens.tsv")
        said = self.run_tool("--dry-run")
        self.assertEqual(said.count("https://zenodo.org/"), 10)

    def test_ctrl_c_leaves_a_part_that_is_resumed(self) -> None:
        self.server.pause = 10
        # A shell's background job ignores Ctrl-C, and what it starts would too.
        tool = subprocess.Popen(self.command(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                                env=self.environment(),
                                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler))
        partial = os.path.join(self.out, "archives", "foa_dev.zip.partial")
        deadline = time.monotonic() + 20
        while not os.path.exists(partial) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(0.1)
        tool.send_signal(signal.SIGINT)
        _, said = tool.communicate(timeout=20)
        self.assertEqual((tool.returncode, len(said.splitlines())), (130, 1), said)
        self.assertEqual(os.listdir(self.out), ["archives"])
        self.server.pause = 0
        self.run_tool()
        self.assertEqual(self.server.requests[-1], ("foa_dev.zip", "bytes=1000-"))
        self.assert_unpacked()

    @unittest.skipUnless(shutil.which("zip"), "zip, which makes split archives, is not installed")
    def test_a_split_archive(self) -> None:
        work = os.path.join(self.folder, "mic_dev")
        os.makedirs(work)
        for name, data in self.contents.items():
            with open(os.path.join(work, name), "wb") as file:
                file.write(data)
        subprocess.run(["zip", "-q", "-r", "-s", "64k", "mic_dev.zip", "mic_dev"], cwd=self.folder, check=True)
        volumes = [os.path.join(self.folder, name) for name in sorted(os.listdir(self.folder)) if name.startswith("mic_dev.z")]
        self.assertEqual([os.path.basename(path) for path in volumes], ["mic_dev.z01", "mic_dev.z02", "mic_dev.zip"])
        self.serve(*volumes)
        self.run_tool("--keep-archives")
        self.assert_unpacked("mic_dev")
        kept = os.listdir(os.path.join(self.out, "archives"))
        self.assertEqual(sorted(kept), [".lock", *[os.path.basename(path) for path in volumes]])


if __name__ == "__main__":
    unittest.main()
