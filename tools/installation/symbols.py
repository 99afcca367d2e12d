"""Programs and libraries without the names of their functions, which nothing but a debugger reads."""

import pathlib
import subprocess
import sys
import tempfile

from .layout import InstallationError


def stripped(program: pathlib.Path) -> bytes:
    """The bytes of a program or library without symbols and debugging information; those of any other file, and of all files on a
    machine without `strip`, as they are."""
    data = program.read_bytes()
    if data[:4] != b"\x7fELF":
        return data
    with tempfile.NamedTemporaryFile() as place:
        command = ["strip", "--strip-unneeded", "--remove-section=.comment", "-o", place.name, program]
        try:
            result = subprocess.run(command, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            print(f"{program.name} is not stripped, which takes more space: apt-get install binutils", file=sys.stderr)
            return data
        if result.returncode != 0:
            raise InstallationError(f"strip {program.name}: {result.stderr.strip()}")
        return pathlib.Path(place.name).read_bytes()
