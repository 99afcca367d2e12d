"""Cycles between the files of a module, by the names that they declare at their top level and use."""

from __future__ import annotations

import re

DECLARATION = re.compile(
    r"^(?:@\w+(?:\([^)]*\))?\s+)*(?P<modifiers>(?:(?:public|package|internal|fileprivate|private|final|indirect|nonisolated)\s+)*)"
    r"(?:struct|class|enum|protocol|actor|typealias|func|let|var)\s+(?P<name>\w+)", re.M)
# A member behind a dot is no name of the top level.
NAME = re.compile(r"(?<![.\w])[A-Za-z_]\w*")


def code(text: str) -> str:
    """Without comments and the text of strings."""
    text = re.sub(r'"""[\s\S]*?"""', '""', text)
    text = re.sub(r"//.*", "", text)
    return re.sub(r'"(?:\\.|[^"\\])*"', '""', text)


def uses(files: dict[str, str]) -> dict[str, dict[str, set[str]]]:
    """For each file the files that it uses, with the names that it uses of them."""
    texts = {name: code(text) for name, text in files.items()}
    home = {
        match["name"]: file for file, text in texts.items() for match in DECLARATION.finditer(text)
        if not {"private", "fileprivate"} & set(match["modifiers"].split())}
    graph: dict[str, dict[str, set[str]]] = {file: {} for file in files}
    for file, text in texts.items():
        for name in set(NAME.findall(text)):
            if home.get(name, file) != file:
                graph[file].setdefault(home[name], set()).add(name)
    return graph


def components(graph: dict[str, dict[str, set[str]]]) -> list[list[str]]:
    """The strongly connected components of more than one file (Tarjan, 1972)."""
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[list[str]] = []

    def visit(file: str) -> None:
        order[file] = low[file] = len(order)
        stack.append(file)
        for other in graph[file]:
            if other not in order:
                visit(other)
                low[file] = min(low[file], low[other])
            elif other in stack:
                low[file] = min(low[file], order[other])
        if low[file] == order[file]:
            component = stack[stack.index(file):]
            del stack[stack.index(file):]
            if len(component) > 1:
                found.append(sorted(component))

    for file in graph:
        if file not in order:
            visit(file)
    return found


def faults(module: str, files: dict[str, str]) -> list[str]:
    graph = uses(files)
    return [
        f"{module}: expected no cycle between files, found one: " + "; ".join(
            f"{file} uses {', '.join(sorted(names))} of {other}"
            for file in component for other, names in sorted(graph[file].items()) if other in component)
        for component in components(graph)]
