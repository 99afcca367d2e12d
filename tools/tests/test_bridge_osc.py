"""`bearing bridge osc` against a receiver whose decoder of OSC is written anew here."""

from __future__ import annotations

import socket
import struct
import subprocess
import sys
import time
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bridge_peers import PROGRAM, BridgeCase, resident, track  # noqa: E402


def text(data: bytes, place: int) -> tuple[str, int]:
    end = data.index(0, place)
    return data[place:end].decode("ascii"), (end + 4) & ~3


def decode(data: bytes) -> list[tuple[str, list[float]]]:
    """The messages of a packet, bundles unpacked (OSC 1.0)."""
    if data.startswith(b"#bundle\0"):
        messages, place = [], 16
        while place < len(data):
            (size,) = struct.unpack_from(">i", data, place)
            if size % 4 or place + 4 + size > len(data):
                raise ValueError(f"an element of {size} bytes at {place}")
            messages += decode(data[place + 4:place + 4 + size])
            place += 4 + size
        return messages
    address, place = text(data, 0)
    tags, place = text(data, place)
    if tags[0] != "," or set(tags[1:]) > {"f"} or len(data) != place + 4 * (len(tags) - 1):
        raise ValueError(f"tags {tags} of {len(data)} bytes")
    return [(address, list(struct.unpack_from(f">{len(tags) - 1}f", data, place)))]


class Osc(BridgeCase):
    def receiver(self, port: int = 0) -> socket.socket:
        receiver = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        receiver.bind(("127.0.0.1", port))
        receiver.settimeout(30)
        self.addCleanup(receiver.close)
        return receiver

    def packet(self, receiver: socket.socket) -> list[tuple[str, list[float]]]:
        return decode(receiver.recv(65536))

    def test_tracks_are_objects_of_adm(self) -> None:
        daemon = self.daemon(track(7, -31.25, 4.0), track(8, 90.0))
        receiver = self.receiver()
        process = self.bridge("osc", "--to", f"127.0.0.1:{receiver.getsockname()[1]}")
        self.assertEqual(self.packet(receiver), [("/adm/obj/1/aed", [-31.25, 4.0, 1.0]), ("/adm/obj/2/aed", [90.0, 0.0, 1.0])])
        daemon.tracks = [track(8, 91.0)]
        self.wait("the next tracks", lambda: self.packet(receiver) == [("/adm/obj/2/aed", [91.0, 0.0, 1.0])])
        # Without tracks there is nothing to say.
        daemon.tracks = []
        time.sleep(0.5)
        receiver.settimeout(0.5)
        with self.assertRaises(TimeoutError):
            while True:
                receiver.recv(65536)
        self.assertEqual(self.end(process), 0)

    def test_messages_of_ones_own_and_the_end_of_all_tracks(self) -> None:
        self.daemon(track(7, 10.0, level=-28.5))
        receiver = self.receiver()
        config = self.folder / "bearing.toml"
        address = f"127.0.0.1:{receiver.getsockname()[1]}"
        config.write_text(f"""[osc]\nto = "{address}"\nbegan = ["/gain/{{n}} 1"]\nended = ["/gain/{{n}} 0"]\n""")
        process = self.bridge("osc", "--config", config, "--message", "/t/{id} {-azimuth} {level}")
        self.assertEqual(self.packet(receiver), [("/gain/1", [1.0]), ("/t/7", [-10.0, -28.5])])
        self.assertEqual(self.end(process), 0)
        receiver.settimeout(1)
        last = []
        try:
            while True:
                last = self.packet(receiver)
        except TimeoutError:
            pass
        self.assertEqual(last, [("/gain/1", [0.0])])

    def test_a_receiver_may_come_late_and_go(self) -> None:
        self.daemon(track(7, 10.0))
        receiver = self.receiver()
        port = receiver.getsockname()[1]
        receiver.close()
        process = self.bridge("osc", "--to", f"127.0.0.1:{port}", "--preset", "iem")
        self.wait("a line about the daemon", lambda: self.lines("connected to the daemon"))
        time.sleep(0.5)
        memory = resident(process)
        receiver = self.receiver(port)
        self.assertEqual(self.packet(receiver)[0], ("/MultiEncoder/azimuth0", [10.0]))
        receiver.close()
        time.sleep(1)
        receiver = self.receiver(port)
        self.assertEqual(self.packet(receiver)[1], ("/MultiEncoder/elevation0", [0.0]))
        self.assertLess(resident(process), memory + 4096)
        self.assertEqual(len(self.log.read_text().splitlines()), 1, self.log.read_text())

    def test_a_host_that_does_not_exist_is_looked_up_again(self) -> None:
        self.daemon(track(7, 10.0))
        process = self.bridge("osc", "--to", "no-such-host.invalid:9000")
        self.wait("a line", lambda: self.lines("no-such-host.invalid"))
        time.sleep(1)
        self.assertIsNone(process.poll())
        self.assertEqual(len(self.lines("no-such-host.invalid")), 1, self.log.read_text())
        self.assertEqual(self.end(process), 0)

    def test_wrong_options_are_exit_code_78(self) -> None:
        for arguments, said in (((), "expected a receiver"), (("--to", "h:1", "--message", "x {q}"), "--message"),
                                (("--to", "h:1", "--preset", "max"), "--preset"), (("--to", "h:1", "--objects", "65"), "--objects")):
            answer = subprocess.run([PROGRAM, "bridge", "osc", *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(answer.returncode, 78, answer.stderr)
            self.assertIn(said, answer.stderr)


if __name__ == "__main__":
    unittest.main()
