"""tools/stress/stress-subscribers against daemons that do what it must notice. Standard library only."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from stress.lines import HELLO, STATUS, TRACKS, LineCheck, flat, percentile

TOOLS = Path(__file__).resolve().parents[1]

# Serves as `bearing run` does, only faster and simpler, with one fault that the environment names.
DAEMON = r"""#!{python}
import json, os, select, signal, socket, sys, time
fault = os.environ["FAULT"]
path = sys.argv[sys.argv.index("--socket") + 1]
config = open(sys.argv[sys.argv.index("--config") + 1]).read()
stall = float(config.split("stall_seconds = ")[1])
listener = socket.socket(socket.AF_UNIX)
listener.bind(path)
listener.listen(256)
signal.signal(signal.SIGTERM, lambda *_: None if fault == "never ends" else sys.exit(0))
connections, memory, leaked, sequence = {{}}, [], [], 0
while True:
    while select.select([listener], [], [], 0)[0]:
        connection = listener.accept()[0]
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 2048)
        try:
            connection.send(b'{{"type":"hello","protocol":1}}\n')
        except OSError:
            continue
        connections[connection] = time.monotonic()
        if fault == "leaks":
            leaked.append(connection.dup())
    if fault == "grows":
        memory.append(os.urandom(200_000))
    status = dict(type="status", dropped_blocks=int(fault == "drops"))
    tracks = dict(type="tracks", seq=sequence, time=time.time(), tracks=[])
    lines = "".join(json.dumps(line, separators=(",", ":")) + "\n" for line in (status, tracks))
    if fault == "cuts" and sequence % 50 == 49:
        lines = lines[:-3] + "\n"
    for connection, since in list(connections.items()):
        try:
            if not (fault == "skips" and sequence % 50 == 49):
                connection.send(lines.encode())
            connections[connection] = time.monotonic()
        except OSError as error:
            stalled = time.monotonic() - since > stall and fault != "keeps"
            if stalled or not isinstance(error, BlockingIOError):
                del connections[connection]
                connection.close()
    sequence += 1
    time.sleep(0.02)
"""


class StressTests(unittest.TestCase):
    # The row of the table that must tell each fault.
    FAULTS = {
        "skips": "faults", "cuts": "faults", "drops": "blocks lost in the daemon", "grows": "resident KiB",
        "leaks": "descriptors", "keeps": "stalled and disconnected", "never ends": "exit status",
    }

    def test_a_good_daemon_passes_and_each_fault_is_noticed(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            program = Path(folder) / "bearing"
            program.write_text(DAEMON.format(python=sys.executable))
            program.chmod(0o755)
            command = [str(TOOLS / "stress/stress-subscribers"), "--program", str(program), "--subscribers", "20", "--stalled", "4",
                       "--leaving", "4", "--talking", "2", "--stall-seconds", "0.5", "--stall-allowance", "1", "--minutes", "0.06"]
            # All at once: each takes its time, and little of the processor's.
            runs = {fault: subprocess.Popen(command, env={**os.environ, "FAULT": fault}, stdout=subprocess.PIPE,
                                            stderr=subprocess.STDOUT, text=True) for fault in ["none", *self.FAULTS]}
            said = {fault: run.communicate(timeout=60)[0] for fault, run in runs.items()}
        self.assertEqual(runs["none"].returncode, 0, said["none"])
        self.assertIn("received every line                        12 of 12", said["none"])
        for fault, row in self.FAULTS.items():
            with self.subTest(fault):
                self.assertEqual(runs[fault].returncode, 1, said[fault])
                wrong = [line for line in said[fault].splitlines() if line.endswith("NOT AS IT MUST BE")]
                self.assertTrue(any(line.startswith(row) for line in wrong), said[fault])

    def test_no_program_is_said(self) -> None:
        command = [str(TOOLS / "stress/stress-subscribers"), "--program", "/nowhere/bearing"]
        done = subprocess.run(command, capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("expected the program, found none", done.stderr)


class LineTests(unittest.TestCase):
    HELLO, TRACKS, STATUS = HELLO + b'"protocol":1}\n', TRACKS + b'%d,"time":1.5,"tracks":[]}\n', STATUS + b'"time":1}\n'

    def heard(self, *lines: bytes, piece: int = 7) -> LineCheck:
        check, text = LineCheck(), b"".join(lines)
        for start in range(0, len(text), piece):
            check.take(text[start:start + piece])
        return check

    def test_what_is_in_order_is_good_however_it_is_cut(self) -> None:
        lines = [self.HELLO, self.STATUS, *(self.TRACKS % number for number in range(9, 12)), self.STATUS]
        for piece in (1, 7, 1000):
            check = self.heard(*lines, piece=piece)
            self.assertEqual((check.fault, check.first, check.last, check.missed), (None, 9, 11, 0))

    def test_what_is_not_is_named(self) -> None:
        for lines, fault in [
            ([self.TRACKS % 1], "expected hello first"),
            ([self.HELLO, self.TRACKS % 1, self.TRACKS % 4], "after seq 1 came 4"),
            ([self.HELLO, self.TRACKS % 1, self.TRACKS % 1], "after seq 1 came 1"),
            ([self.HELLO, b'{"type":"tra\n'], "a line that is cut"),
            ([self.HELLO, b"{}\n"], "a line of no known type"),
        ]:
            self.assertIn(fault, self.heard(*lines).fault or "nothing")
        self.assertEqual(self.heard(self.HELLO, self.TRACKS % 1, self.TRACKS % 4).missed, 2)


class FigureTests(unittest.TestCase):
    def test_memory_that_grows_is_not_flat(self) -> None:
        steady = [(second, 5000 + (second < 60) * 10 * second) for second in range(600)]
        self.assertEqual(flat(steady, 60, 1024), (5000, 5000, True))
        growing = [(second, 5000 + 4 * second) for second in range(600)]
        self.assertFalse(flat(growing, 60, 1024)[2])

    def test_percentiles(self) -> None:
        values = [float(value) for value in range(100)]
        self.assertEqual([percentile(values, share) for share in (0.5, 0.99, 1)], [50, 99, 99])


if __name__ == "__main__":
    unittest.main()
