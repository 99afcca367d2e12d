"""The package as a wheel in a clean environment, and the notebook of the documentation."""

from __future__ import annotations

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import bearing
from test_tables import missing

PROJECT = pathlib.Path(__file__).resolve().parents[2]
NOTEBOOK = PROJECT / "docs/tracks.ipynb"


class Wheel(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def run_quietly(self, *command: str | os.PathLike[str]) -> str:
        environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        answer = subprocess.run(command, capture_output=True, text=True, check=False, cwd=self.folder, env=environment)
        self.assertEqual(answer.returncode, 0, f"{command}\n{answer.stdout}{answer.stderr}")
        return answer.stdout

    @unittest.skipIf(missing("pip", "setuptools", "wheel", "venv", "ensurepip"), missing("pip", "setuptools", "wheel", "venv", "ensurepip"))
    def test_a_wheel_installs_in_a_clean_environment(self) -> None:
        # Building leaves files beside the sources.
        source = self.folder / "source"
        shutil.copytree(PROJECT / "python", source, ignore=shutil.ignore_patterns("__pycache__", "build", "*.egg-info"))
        self.run_quietly(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "--no-index",
                         "--disable-pip-version-check", "--wheel-dir", self.folder, source)
        (wheel,) = self.folder.glob("*.whl")
        self.assertEqual(wheel.name, f"bearing_client-{bearing.__version__}-py3-none-any.whl")
        self.run_quietly(sys.executable, "-m", "venv", self.folder / "clean")
        python = self.folder / "clean/bin/python"
        self.run_quietly(python, "-m", "pip", "install", "--quiet", "--no-index", "--disable-pip-version-check", wheel)
        place = self.run_quietly(python, "-c", "import bearing, bearing.labels, pathlib; folder = pathlib.Path(bearing.__file__).parent; "
                                 "assert (folder / 'py.typed').exists(); print(folder)")
        self.assertTrue(place.startswith(str(self.folder.resolve() / "clean")) or place.startswith(str(self.folder / "clean")), place)

    def test_versions_agree(self) -> None:
        project = re.search(r'^version = "(.*)"', (PROJECT / "python/pyproject.toml").read_text(), re.MULTILINE)
        program = re.search(r'version: "(.*)"', (PROJECT / "Sources/bearing/Bearing.swift").read_text())
        self.assertEqual({project[1], program[1]}, {bearing.__version__})


class Notebook(unittest.TestCase):
    def test_all_cells_run(self) -> None:
        reason = missing("nbclient", "nbformat", "ipykernel", "matplotlib", "pandas")
        if reason:
            self.run_cells()
        else:
            self.run_notebook()

    def run_notebook(self) -> None:
        import nbclient
        import nbformat

        notebook = nbformat.read(NOTEBOOK, as_version=4)
        os.environ["PYTHONPATH"] = os.pathsep.join([str(PROJECT / "python"), os.environ.get("PYTHONPATH", "")])
        nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3", resources={"metadata": {"path": NOTEBOOK.parent}}).execute()

    def run_cells(self) -> None:
        """Without Jupyter: one cell after another in one namespace; cells that want a package which is not here are left out."""
        cells = json.loads(NOTEBOOK.read_text())["cells"]
        program = ["import os", f"os.chdir({str(NOTEBOOK.parent)!r})"]
        count = 0
        for cell in cells:
            needed = cell["metadata"].get("tags", [])
            if cell["cell_type"] == "code" and not missing(*needed):
                program.append("".join(cell["source"]))
                count += 1
        self.assertGreaterEqual(count, 4)
        environment = {**os.environ, "PYTHONPATH": str(PROJECT / "python"), "MPLBACKEND": "Agg"}
        answer = subprocess.run([sys.executable, "-c", "\n".join(program)], capture_output=True, text=True, check=False, env=environment)
        self.assertEqual(answer.returncode, 0, answer.stderr)


if __name__ == "__main__":
    unittest.main()
