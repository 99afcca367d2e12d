"""tools/get-measured-rooms against a server on this machine. Standard library only."""

from __future__ import annotations

import hashlib
import os
import random
import re
import subprocess
import sys
import unittest

import file_server

TOOL = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "get-measured-rooms")
TABLE = os.path.join(os.path.dirname(TOOL), "downloads/measured-rooms.tsv")


def name(walls: str, place: str) -> str:
    return f"RLRVarAcLab_Absorptive_{walls}_S{place}_R1_FRL10cm.wav"


class GetMeasuredRooms(file_server.DownloadCase):
    def setUp(self) -> None:
        super().setUp()
        noise = random.Random(1)
        self.names = [name("025", "000-150"), name("025", "030-200"), name("RB", "330-300")]
        for k, file in enumerate(self.names):
            self.server.files[file] = noise.randbytes(20_000 + k)
        self.write_table(self.names)

    def write_table(self, names: list[str]) -> None:
        with open(self.table, "w") as file:
            for entry in names:
                body = self.server.files.get(entry, b"")
                address = f"http://127.0.0.1:{self.server.server_port}/{entry}"
                file.write(f"{entry}\t{len(body)}\t{hashlib.sha256(body).hexdigest()}\t{address}\n")

    def run_tool(self, *options: str, code: int = 0, table: str | None = None) -> str:
        command = [sys.executable, TOOL, "--table", table or self.table, "--out", self.out, "--retries", "2", *options]
        environment = {**os.environ, "no_proxy": "127.0.0.1", "NO_PROXY": "127.0.0.1"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60)
        self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        self.assertEqual(len(done.stderr.splitlines()), 0 if code == 0 else 1, done.stderr)
        return done.stdout + done.stderr

    def assert_whole(self, names: list[str]) -> None:
        self.assertEqual(sorted(os.listdir(self.out)), sorted([".lock", "LICENCE.md", *names]))
        for entry in names:
            with open(os.path.join(self.out, entry), "rb") as file:
                self.assertEqual(file.read(), self.server.files[entry])

    def test_fetches_all_and_names_the_licence(self) -> None:
        self.assertIn("CC BY 4.0", self.run_tool().splitlines()[0])
        self.assert_whole(self.names)
        with open(os.path.join(self.out, "LICENCE.md")) as file:
            note = file.read()
        self.assertIn("Sebastia V. Amengual Gari", note)
        self.assertIn("CC BY 4.0", note)

    def test_keeps_what_is_whole_and_replaces_what_is_not(self) -> None:
        self.run_tool()
        with open(os.path.join(self.out, self.names[1]), "r+b") as file:
            file.write(b"changed")
        self.server.requests.clear()
        self.run_tool()
        self.assertEqual(self.server.requests, [(self.names[1], None)])
        self.assert_whole(self.names)

    def test_resumes_where_a_run_stopped(self) -> None:
        os.makedirs(self.out)
        with open(os.path.join(self.out, self.names[0] + ".partial"), "wb") as file:
            file.write(self.server.files[self.names[0]][:5000])
        self.run_tool()
        self.assertEqual(self.server.requests[0], (self.names[0], "bytes=5000-"))
        self.assert_whole(self.names)

    def test_continues_after_a_broken_connection(self) -> None:
        self.server.cuts[self.names[2]] = [7000]
        self.run_tool()
        self.assertEqual(self.server.requests[-1], (self.names[2], "bytes=7000-"))
        self.assert_whole(self.names)

    def test_refuses_another_content_of_the_same_length(self) -> None:
        self.server.files[self.names[0]] = bytes(20_000)
        self.assertIn("expected SHA-256", self.run_tool(code=65))

    def test_chooses_walls(self) -> None:
        self.run_tool("--walls", "RB")
        self.assert_whole(self.names[2:])
        for walls in ("050", "R"):
            self.assertIn(f"expected some of 025,075,RB,RBL, found '{walls}'", self.run_tool("--walls", walls, code=64))

    def test_refuses_a_table_with_the_walls_of_the_final_measure(self) -> None:
        for walls in ("000", "050", "100", "R"):
            self.write_table([name(walls, "000-150")])
            self.assertIn(":1: expected file (walls 025, 075, RB, RBL)", self.run_tool(code=65))
        self.assertEqual(self.server.requests, [])

    def test_the_table_that_ships(self) -> None:
        said = self.run_tool("--dry-run", table=TABLE)
        addresses = re.findall(r"https://raw\.githubusercontent\.com/facebookresearch/R3VIVAL/[0-9a-f]{40}/RIRs/FRL_array/(\S+)", said)
        self.assertEqual(len(set(addresses)), 120)
        self.assertEqual({entry.split("_")[2] for entry in addresses}, {"025", "075", "RB", "RBL"})
        self.assertFalse(os.path.exists(self.out))


if __name__ == "__main__":
    unittest.main()
