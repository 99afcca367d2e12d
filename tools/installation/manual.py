"""The manual page, from the program's own help."""

import json


def escaped(text: str) -> str:
    text = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in text.splitlines())


def page(dump: str, version: str, configuration: str, web: str) -> str:
    """A page for section 1.

    dump: of `bearing --experimental-dump-help` (the JSON of swift-argument-parser).
    configuration, web: of `bearing run --print-config` and `bearing web --print-config`, which explain every key.
    """
    command = json.loads(dump)["command"]
    lines = [f'.TH BEARING 1 "" "bearing {version}"', ".SH NAME", f"bearing \\- {escaped(command['abstract'])}", ".SH SYNOPSIS",
             ".B bearing", "COMMAND [OPTIONS]", ".SH COMMANDS"]
    for part in command.get("subcommands", []):
        lines += section(part, "bearing")
    lines += [".SH CONFIGURATION FILE", "Every key of the file of", ".B bearing run --config", "with its default:", ".PP", ".nf",
              escaped(configuration), ".fi"]
    lines += [".PP", "Every key of", ".BR \"bearing web --config\" ,", "which may be the same file:", ".PP", ".nf", escaped(web), ".fi"]
    lines += [".SH EXIT STATUS", "0 done, 64 usage, 65 bad data, 66 no input, 69 device unavailable, 74 input/output, 78 configuration."]
    return "\n".join(lines) + "\n"


def section(command: dict, above: str) -> list[str]:
    name = f"{above} {command['commandName']}"
    if command.get("shouldDisplay") is False or command["commandName"] == "help":
        return []
    lines = [f".SS {escaped(name)}", escaped(command.get("abstract", ""))]
    if command.get("discussion"):
        lines += [".PP", ".nf", escaped(command["discussion"]), ".fi"]
    for argument in command.get("arguments", []):
        if argument.get("shouldDisplay", True):
            lines += [".TP", f".B {escaped(label(argument))}", escaped(argument.get("abstract") or "")]
    for part in command.get("subcommands", []):
        lines += section(part, name)
    return lines


def label(argument: dict) -> str:
    names = [("--" if name["kind"].startswith("long") and "SingleDash" not in name["kind"] else "-") + name["name"]
             for name in argument.get("names") or []]
    value = f"<{argument.get('valueName', '')}>"
    if argument["kind"] == "positional":
        return value
    return ", ".join(names) + (f" {value}" if argument["kind"] == "option" else "")
