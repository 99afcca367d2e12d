"""tools/structure/check: it finds violations, and none in this project."""

import pathlib
import shutil
import subprocess
import sys
import unittest

PROJECT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(PROJECT / "tools"))

from structure import cycles, package  # noqa: E402


class Structure(unittest.TestCase):
    @unittest.skipUnless(shutil.which("swift"), "needs swift")
    def test_the_project_is_sound(self) -> None:
        answer = subprocess.run([PROJECT / "tools/structure/check"], capture_output=True, text=True, check=False)
        self.assertEqual((answer.returncode, answer.stdout, answer.stderr), (0, "", ""))

    def test_undeclared_and_unused_modules_are_named(self) -> None:
        target = package.Target("A", "Sources/A", frozenset({"B", "C"}), frozenset({"A", "B", "C", "D"}))
        found = package.faults(target, {"a.swift": "import Glibc\npublic import B\n@testable import D\n"})
        self.assertEqual(found, [
            "A: expected D among its dependencies in Package.swift, found only an import",
            "A: expected an import of its dependency C, found none: remove it from Package.swift"])

    def test_foundation_is_for_tests_only(self) -> None:
        files = {"a.swift": "import FoundationEssentials\n", "b.swift": "public import Foundation\n"}
        for path, found in (("Sources/A", ["A: expected FoundationEssentials or less, found an import of Foundation, which brings 50 MB"]),
                            ("Tests/A", [])):
            self.assertEqual(package.faults(package.Target("A", path, frozenset(), frozenset()), files), found)

    def test_a_cycle_is_named_with_what_makes_it(self) -> None:
        files = {
            "One.swift": "public struct One { let two: Two }\n", "Two.swift": "struct Two { func f() { three() } }\n",
            "Three.swift": "func three() -> One? { nil }\n", "Four.swift": "// Five\nlet four = \"Five\"\n",
            "Five.swift": "let five = four\nprivate struct One {}\n"}
        self.assertEqual(cycles.faults("A", files), [
            "A: expected no cycle between files, found one: One.swift uses Two of Two.swift; "
            "Three.swift uses One of One.swift; Two.swift uses three of Three.swift"])


if __name__ == "__main__":
    unittest.main()
