"""The version of a package, from CHANGELOG.md."""

from __future__ import annotations

import datetime
import os
import pathlib
import re
import subprocess

from installation.layout import InstallationError


def released(changelog: str) -> tuple[str, bool]:
    """The newest version of a changelog, and whether it has been released."""
    match = re.search(r"(?m)^## (\d+\.\d+\.\d+) - (\S+)$", changelog)
    if match is None:
        raise InstallationError("CHANGELOG.md: expected a heading such as \"## 0.1.0 - 2026-01-31\", found none")
    return match[1], match[2] != "unreleased"


def moment(project: pathlib.Path) -> int:
    """Seconds since 1970 that stand for a state of the source: $SOURCE_DATE_EPOCH, the last commit, or now."""
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given:
        return int(given)
    result = subprocess.run(["git", "-C", project, "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False)
    return int(result.stdout) if result.returncode == 0 else int(datetime.datetime.now().timestamp())


def debian(changelog: str, program_says: str, time: int) -> str:
    """0.1.0-1, or 0.1.0~202601311200-1 before the release: later states are newer, and the release is newer than all of them."""
    version, is_released = released(changelog)
    if program_says != version:
        raise InstallationError(f"expected a program of version {version}, as CHANGELOG.md says, found {program_says}: build it again")
    stamp = datetime.datetime.fromtimestamp(time, datetime.timezone.utc).strftime("%Y%m%d%H%M")
    return f"{version}-1" if is_released else f"{version}~{stamp}-1"
