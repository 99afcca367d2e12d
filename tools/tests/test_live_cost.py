"""What tools/benchmarks/live-cost reads from the system. Standard library only, no daemon."""

from __future__ import annotations

import importlib.machinery
import importlib.util
import os
import threading
import time
import unittest
from pathlib import Path
from types import ModuleType

TOOL = Path(__file__).resolve().parents[1] / "benchmarks/live-cost"


def load() -> ModuleType:
    loader = importlib.machinery.SourceFileLoader("live_cost", str(TOOL))
    spec = importlib.util.spec_from_loader("live_cost", loader)
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


class LiveCostTests(unittest.TestCase):
    def setUp(self) -> None:
        self.tool = load()

    def test_sleeps_are_counted_for_their_thread(self) -> None:
        before = sum(self.tool.switches(os.getpid()).values())
        sleeper = threading.Thread(target=lambda: [time.sleep(0.002) for _ in range(50)])
        sleeper.start()
        time.sleep(0.02)
        during = sum(self.tool.switches(os.getpid()).values())
        sleeper.join()
        self.assertGreater(during, before)

    def test_work_is_counted(self) -> None:
        user, system = self.tool.cpu(os.getpid())
        ran = sum(self.tool.nanoseconds(os.getpid()).values())
        deadline = time.process_time() + 0.1
        while time.process_time() < deadline:
            pass
        again = self.tool.cpu(os.getpid())
        self.assertGreater(sum(again), user + system)
        self.assertGreater(sum(self.tool.nanoseconds(os.getpid()).values()) - ran, 5e7)
        self.assertGreater(self.tool.memory(os.getpid())["VmRSS"], 1)

    def test_a_report_of_strace_is_read(self) -> None:
        report = """% time     seconds  usecs/call     calls    errors syscall
------ ----------- ----------- --------- --------- ----------------
 60.00    0.000600           6       100           write
 40.00    0.000400           8        50        10 read
------ ----------- ----------- --------- --------- ----------------
100.00    0.001000           6       150        10 total
"""
        self.assertEqual(self.tool.calls(report), {"write": 100, "read": 50})


if __name__ == "__main__":
    unittest.main()
