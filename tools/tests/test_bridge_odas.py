"""`bearing bridge odas` against peers that read as odas_web and odas_ros do, and against such as do not."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bridge_peers import PROGRAM, BridgeCase, resident, track  # noqa: E402


def split_as_web(stream: str) -> list[dict]:
    """As odas_web reads: cut between messages, braces put back where their place says that they are missing."""
    pieces = stream.split("}\n{")
    found = []
    for piece in pieces[:-1]:
        text = piece if piece[0] == "{" else "{" + piece
        if text[-2] != "}" and text[-3] != "}":
            text += "}"
        found.append(json.loads(text))
    return found


def split_as_ros(stream: str) -> list[dict]:
    """As odas_ros reads: by the depth of braces."""
    found, depth, start = [], 0, 0
    for place, letter in enumerate(stream):
        if letter == "{":
            start = place if depth == 0 else start
            depth += 1
        elif letter == "}" and depth > 0:
            depth -= 1
            if depth == 0:
                found.append(json.loads(stream[start:place + 1]))
    return found


class Odas(BridgeCase):
    def test_both_programs_understand_every_message(self) -> None:
        daemon = self.daemon(track(7, -31.2, 4.0), track(8, 90.0))
        tracked, potential = self.server(), self.server()
        process = self.bridge("odas", "--tracked", f"127.0.0.1:{tracked.port}", "--potential", f"127.0.0.1:{potential.port}")
        self.wait("messages", lambda: len(tracked.data) > 40_000 and len(potential.data) > 40_000)
        daemon.tracks = [track(8, 91.0)]
        mark = len(tracked.data)
        self.wait("messages", lambda: len(tracked.data) > mark + 20_000)
        self.assertEqual(self.end(process), 0)
        stream = tracked.data.decode()
        web, ros = split_as_web(stream), split_as_ros(stream)
        self.assertEqual(web, ros[:len(web)])
        self.assertGreaterEqual(len(web), len(ros) - 1)
        stamps = [message["timeStamp"] for message in ros]
        self.assertEqual(stamps, list(range(stamps[0], stamps[0] + len(stamps))))
        self.assertTrue(all(len(message["src"]) == 4 for message in ros))
        self.assertEqual([source["id"] for source in ros[0]["src"]], [7, 8, 0, 0])
        # The second keeps its place when the first has gone.
        self.assertEqual([source["id"] for source in ros[-1]["src"]], [0, 8, 0, 0])
        self.assertEqual(ros[-1]["src"][2], {"id": 0, "tag": "", "x": 0, "y": 0, "z": 0, "activity": 0})
        self.assertAlmostEqual(ros[0]["src"][1]["y"], 1, delta=0.001)
        sources = split_as_web(potential.data.decode())
        self.assertTrue(all(set(source) == {"x", "y", "z", "E"} for message in sources for source in message["src"]))
        self.assertAlmostEqual(sources[-1]["src"][1]["E"], 0.9)

    def test_each_block_is_repeated_at_the_pace_of_odas(self) -> None:
        self.daemon(track(7, 10.0))
        tracked = self.server()
        self.bridge("odas", "--tracked", f"127.0.0.1:{tracked.port}")
        self.wait("messages", lambda: len(tracked.data) > 10_000)
        before, began = len(split_as_ros(tracked.data.decode())), time.monotonic()
        time.sleep(3)
        rate = (len(split_as_ros(tracked.data.decode())) - before) / (time.monotonic() - began)
        self.assertTrue(105 < rate < 145, f"expected 125 messages a second, found {rate:.0f}")

    def test_it_starts_before_both_sides_and_outlives_them(self) -> None:
        tracked = self.server()
        port = tracked.port
        tracked.end()
        process = self.bridge("odas", "--tracked", f"127.0.0.1:{port}")
        self.wait("a line about the peer", lambda: self.lines("expected a program that reads tracked sources"))
        self.wait("a line about the daemon", lambda: self.lines("expected a daemon"))
        daemon = self.daemon(track(7, 10.0))
        tracked = self.server(port)
        self.wait("messages", lambda: tracked.data)
        tracked.end()
        self.wait("a line about the loss", lambda: self.lines("lost the peer"))
        tracked = self.server(port)
        self.wait("messages again", lambda: len(tracked.data) > 1000)
        daemon.end()
        self.wait("a line about the daemon", lambda: self.lines("closed the connection; waiting for it"))
        time.sleep(0.5)
        mark = len(tracked.data)
        time.sleep(0.5)
        self.assertEqual(len(tracked.data), mark, "without a daemon there is nothing to send")
        self.daemon(track(9, 10.0))
        self.wait("messages of the next daemon", lambda: b'"id": 9' in tracked.data)
        self.assertLessEqual(len(self.lines("the peer for tracked")) + len(self.lines("expected a program that reads")), 6,
                             self.log.read_text())
        self.assertEqual(self.end(process), 0)

    def test_a_peer_that_does_not_read_or_floods_harms_nobody(self) -> None:
        self.daemon(track(7, 10.0))

        def sleep(_: socket.socket) -> None:
            time.sleep(60)

        def flood(client: socket.socket) -> None:
            client.settimeout(0.2)
            while True:
                try:
                    client.sendall(b"x" * 65536)
                except TimeoutError:
                    pass

        for hostile in (sleep, flood):
            with self.subTest(hostile.__name__):
                stuck, healthy = self.server(0, hostile), self.server()
                process = self.bridge("odas", "--tracked", f"127.0.0.1:{stuck.port}", "--potential", f"127.0.0.1:{healthy.port}")
                self.wait("messages", lambda: len(healthy.data) > 20_000)  # noqa: B023
                memory = resident(process)
                mark = len(healthy.data)
                self.wait("messages", lambda: len(healthy.data) > mark + 100_000)  # noqa: B023
                self.assertLess(resident(process), memory + 4096)
                began = time.monotonic()
                self.assertEqual(self.end(process), 0)
                self.assertLess(time.monotonic() - began, 3)

    def test_a_peer_that_hangs_up_is_not_flooded_with_connections(self) -> None:
        self.daemon(track(7, 10.0))
        rude = self.server(0, lambda client: client.close())
        self.bridge("odas", "--tracked", f"127.0.0.1:{rude.port}")
        self.wait("connections", lambda: rude.connections >= 2)
        time.sleep(3)
        self.assertLess(rude.connections, 10)
        self.assertLessEqual(len(self.lines("lost the peer")), 3, self.log.read_text())

    def test_a_wrong_configuration_is_exit_code_78(self) -> None:
        for arguments, said in ((("--tracked", "9000"), "--tracked: expected HOST:PORT"), ((), "expected a peer"),
                                (("--config", "/nonexistent.toml"), "nonexistent.toml")):
            answer = subprocess.run([PROGRAM, "bridge", "odas", *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(answer.returncode, 78, answer.stderr)
            self.assertIn(said, answer.stderr)


if __name__ == "__main__":
    unittest.main()
