"""The targets of Package.swift: what they declare, and what their files import."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import subprocess

IMPORT = re.compile(
    r"^(?:@\w+(?:\(\w+\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import[ \t]+"
    r"(?:(?:struct|class|enum|protocol|func|var|typealias)[ \t]+)?(\w+)", re.M)

# What loads the data of all languages (ICU) into the program.
FOUNDATION = {"Foundation", "FoundationInternationalization", "FoundationNetworking", "FoundationXML", "FlyingFox"}


@dataclasses.dataclass(frozen=True)
class Target:
    name: str
    path: str
    dependencies: frozenset[str]
    """All names that are not those of the toolchain: targets of the package and products of other packages."""
    known: frozenset[str]


def targets(project: pathlib.Path) -> list[Target]:
    """All targets of Swift code; wrappers of C libraries have no imports."""
    answer = subprocess.run(
        ["swift", "package", "--package-path", str(project), "dump-package"], capture_output=True, text=True, check=True)
    dump = json.loads(answer.stdout)
    found = []
    known = set()
    for target in dump["targets"]:
        known.add(target["name"])
        dependencies = {value[0] for entry in target["dependencies"] for value in entry.values()}
        known |= dependencies
        folder = "Tests" if target["type"] == "test" else "Sources"
        if target["type"] != "system":
            found.append((target["name"], target.get("path") or f"{folder}/{target['name']}", dependencies))
    return [Target(name, path, frozenset(dependencies), frozenset(known)) for name, path, dependencies in found]


def sources(folder: pathlib.Path) -> dict[str, str]:
    """The Swift files below a folder, by their names: a module has no two of one name."""
    return {path.name: path.read_text() for path in sorted(folder.rglob("*.swift"))}


def faults(target: Target, files: dict[str, str]) -> list[str]:
    imported = {name for text in files.values() for name in IMPORT.findall(text)}
    undeclared = sorted((imported & target.known) - target.dependencies)
    unused = sorted(target.dependencies - imported)
    foundation = sorted(imported & FOUNDATION) if target.path.startswith("Sources/") else []
    return (
        [f"{target.name}: expected {name} among its dependencies in Package.swift, found only an import" for name in undeclared]
        + [f"{target.name}: expected an import of its dependency {name}, found none: remove it from Package.swift" for name in unused]
        + [f"{target.name}: expected FoundationEssentials or less, found an import of {name}, which brings 50 MB" for name in foundation])
