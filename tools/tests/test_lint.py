"""tools/lint with linters that find something, find nothing, or are not there. Standard library only."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import unittest
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NEEDED = ("bash", "basename", "dirname", "git", "grep", "head", "sed", "sort", "uname")


class Lint(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        for name in NEEDED:
            (self.folder / name).symlink_to(shutil.which(name))

    def linter(self, name: str, status: int) -> None:
        """A linter that writes its arguments to a file and ends with a status."""
        script = self.folder / name
        script.write_text(f'#!/bin/bash\necho "$@" >{self.folder / name}.arguments\nexit {status}\n')
        script.chmod(0o755)

    def lint(self, *options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [PROJECT / "tools/lint", *options], capture_output=True, text=True, env={**os.environ, "PATH": str(self.folder)})

    def arguments(self, name: str) -> list[str]:
        return (self.folder / f"{name}.arguments").read_text().split()

    def test_every_linter_gets_its_files(self) -> None:
        for name in ("swift", "ruff", "shellcheck"):
            self.linter(name, 0)
        done = self.lint("--all")
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertIn("Sources", self.arguments("swift"))
        # By their endings, and by their first lines where they have none.
        self.assertLessEqual({"tools/faults/daemon.py", "tools/install", "Fuzz/make-corpus"}, set(self.arguments("ruff")))
        self.assertLessEqual({"tools/shared/common.sh", "tools/lint", ".ci/run"}, set(self.arguments("shellcheck")))
        self.assertNotIn("tools/install", self.arguments("shellcheck"))

    def test_findings_of_one_linter_do_not_stop_the_others(self) -> None:
        for name, status in (("swift", 1), ("ruff", 0), ("shellcheck", 1)):
            self.linter(name, status)
        done = self.lint()
        self.assertEqual(done.returncode, 1)
        self.assertIn("findings in: Swift shell", done.stderr)

    @unittest.skipIf((PROJECT / ".venv/bin/ruff").exists(), "ruff is installed in .venv")
    def test_a_missing_linter_is_named_and_left_out(self) -> None:
        self.linter("swift", 0)
        self.linter("shellcheck", 0)
        done = self.lint()
        self.assertEqual(done.returncode, 0)
        self.assertIn("ruff is not installed, so Python is skipped", done.stderr)
        self.assertEqual(self.lint("--all").returncode, 1)

    def test_an_unknown_option_is_a_usage_error(self) -> None:
        done = self.lint("--fix")
        self.assertEqual(done.returncode, 64)
        self.assertIn("expected nothing or --all, found --fix", done.stderr)


if __name__ == "__main__":
    unittest.main()
