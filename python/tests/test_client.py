"""Live tracks: for, async for, reconnecting, and peers that are no daemon."""

from __future__ import annotations

import asyncio
import pathlib
import tempfile
import threading
import time
import unittest

import bearing
from bearing.address import Address
from feed import HELLO, Feed, track, tracks


class Live(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name) / "bearing.sock"

    def feed(self, *scripts: list[dict | bytes]) -> None:
        feed = Feed(self.path, list(scripts))
        self.addCleanup(feed.close)

    def test_blocks_come_in_order_with_what_was_missed(self) -> None:
        self.feed([HELLO, {"type": "status", "state": "running"}, {"type": "later", "x": 1}, tracks(5),
                   tracks(6, track(7, -31.2, level_dbfs=-28.5)), tracks(9, track(7, -30.0))])
        connection = bearing.connect(self.path, reconnect=False)
        blocks = list(connection)
        self.assertEqual([(block.seq, block.missed) for block in blocks], [(5, 0), (6, 0), (9, 2)])
        self.assertEqual(blocks[1].tracks[0].azimuth, -31.2)
        self.assertEqual([block.tracks[0].level_dbfs for block in blocks[1:]], [-28.5, None])
        self.assertEqual(connection.hello, HELLO)
        self.assertEqual(connection.status, {"type": "status", "state": "running"})
        self.assertEqual(connection.elevation, "signed")

    def test_elevations_without_sign(self) -> None:
        self.feed([{**HELLO, "elevation": "unsigned"}, tracks(1)])
        connection = bearing.connect(self.path, reconnect=False)
        self.assertEqual(connection.elevation, "signed", "before hello")
        list(connection)
        self.assertEqual(connection.elevation, "unsigned")

    def test_async_for_gives_the_same(self) -> None:
        script = [HELLO, tracks(1, track(3, 10)), tracks(2)]
        self.feed(script, script)

        async def read() -> list[bearing.Block]:
            return [block async for block in bearing.connect(self.path, reconnect=False)]

        self.assertEqual(asyncio.run(read()), list(bearing.connect(self.path, reconnect=False)))

    def test_it_waits_for_a_daemon_and_connects_again(self) -> None:
        timer = threading.Timer(0.3, lambda: self.feed([HELLO, tracks(1)], [HELLO, tracks(1), tracks(2)]))
        timer.start()
        self.addCleanup(timer.join)
        seen = []
        with bearing.connect(self.path) as connection:
            for block in connection:
                seen.append((block.seq, block.missed))
                if len(seen) == 3:
                    break
        self.assertEqual(seen, [(1, 0), (1, 0), (2, 0)])

    def test_without_reconnecting_nobody_is_an_error(self) -> None:
        with self.assertRaises(OSError):
            list(bearing.connect(self.path, reconnect=False))

    def test_a_silent_peer_times_out(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)

        class Silent(list):
            def __iter__(self):  # noqa: ANN204
                release.wait(10)
                return iter(())

        self.feed(Silent())
        begin = time.monotonic()
        with self.assertRaises(OSError):
            list(bearing.connect(self.path, reconnect=False, timeout=0.2))
        self.assertLess(time.monotonic() - begin, 5)

    def test_closing_from_another_thread_ends_the_iteration(self) -> None:
        release = threading.Event()
        self.addCleanup(release.set)

        class Slow(list):
            def __iter__(self):  # noqa: ANN204
                yield HELLO
                yield tracks(1)
                release.wait(10)

        self.feed(Slow())
        connection = bearing.connect(self.path)
        seen = []
        for block in connection:
            seen.append(block.seq)
            connection.close()
        self.assertEqual(seen, [1])

    def test_what_is_no_daemon_is_an_error_of_one_line(self) -> None:
        nan = b'{"type":"tracks","seq":1,"time":1,"tracks":[{"id":1,"azimuth":NaN,"elevation":0,"x":1,"y":0,"z":0,"activity":1,"age":1}]}\n'
        for script in ([b"SSH-2.0-OpenSSH\r\n"], [b"[1]\n"], [{**HELLO, "protocol": 2}], [b"x" * (1 << 20) + b"yz\n"], [nan],
                       [{"type": "tracks", "seq": -1, "time": 1, "tracks": []}], [{"type": "tracks"}], [b"[" * 100_000 + b"\n"],
                       [{"type": "tracks", "seq": 1, "time": 1, "tracks": [7]}]):
            with self.subTest(script=script[0][:40] if isinstance(script[0], bytes) else script[0]), \
                    tempfile.TemporaryDirectory() as folder:
                self.path = pathlib.Path(folder) / "bearing.sock"
                feed = Feed(self.path, [script, script])
                with self.assertRaises(bearing.ProtocolError) as caught:
                    list(bearing.connect(self.path, reconnect=False))
                self.assertNotIn("\n", str(caught.exception))

                async def read() -> None:
                    async for _ in bearing.connect(self.path, reconnect=False):
                        pass

                with self.assertRaises(bearing.ProtocolError):
                    asyncio.run(read())
                feed.close()


class Addresses(unittest.TestCase):
    def test_the_forms_of_the_program(self) -> None:
        for text, expected in (("/run/x.sock", Address(path="/run/x.sock")), ("@bearing", Address(path="\0bearing")),
                               ("tcp:7420", Address(host="127.0.0.1", port=7420)), ("tcp:pi.local:1", Address(host="pi.local", port=1)),
                               ("tcp:[::1]:7420", Address(host="::1", port=7420))):
            self.assertEqual(Address.parse(text), expected)
        self.assertEqual(str(Address.parse("@bearing")), "@bearing")
        self.assertEqual(str(Address.parse("tcp:[::1]:7420")), "tcp:[::1]:7420")
        for text in ("", "tcp:", "tcp:x", "tcp:h:0", "tcp:h:70000"):
            with self.assertRaises(ValueError):
                Address.parse(text)


if __name__ == "__main__":
    unittest.main()
