"""The program finds its arguments although a library that was loaded before it has moved the environment. Needs a C compiler."""

from __future__ import annotations

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from bridge_peers import PROGRAM

COMPILER = shutil.which("clang") or shutil.which("cc")
# What a library for graphics or for profiling may do: the environment then lies where it grew to.
LIBRARY = """
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void grow(void) {
    char name[32];
    for (int i = 0; i < 64; i++) {
        snprintf(name, sizeof name, "GROWN_%d", i);
        setenv(name, "1", 1);
    }
}
"""


@unittest.skipUnless(os.access(PROGRAM, os.X_OK), f"{PROGRAM} is not built")
@unittest.skipUnless(COMPILER, "no C compiler")
class Arguments(unittest.TestCase):
    def test_arguments_are_found_after_the_environment_moved(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            source, library = pathlib.Path(folder, "grow.c"), pathlib.Path(folder, "grow.so")
            source.write_text(LIBRARY)
            subprocess.run([str(COMPILER), "-shared", "-fPIC", "-o", str(library), str(source)], check=True)
            done = subprocess.run(
                [str(PROGRAM), "--version"], env=os.environ | {"LD_PRELOAD": str(library)}, capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, r"^\d+\.\d+\.\d+\n$")


if __name__ == "__main__":
    unittest.main()
