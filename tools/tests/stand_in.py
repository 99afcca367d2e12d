"""A stand-in for the program, for the tests of what installs it."""

from __future__ import annotations

import pathlib

# What the program is asked while it is installed.
SCRIPT = """#!/bin/sh
case "$1" in
    --version) echo VERSION ;;
    --generate-completion-script) echo "completions for $2" ;;
    --experimental-dump-help) echo '{"command": {"commandName": "bearing", "abstract": "Hears.", "subcommands": [
        {"commandName": "run", "abstract": ".listens", "arguments": [
            {"kind": "option", "names": [{"kind": "long", "name": "socket"}], "valueName": "path", "abstract": "Where."}]}]}}' ;;
    *) echo "run: $0 $*" ;;
esac
"""


def program(folder: pathlib.Path, version: str = "9.9.9") -> pathlib.Path:
    path = folder / "bearing"
    path.write_text(SCRIPT.replace("VERSION", version))
    path.chmod(0o755)
    return path
