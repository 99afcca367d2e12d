#!/usr/bin/env python3
"""Holds the announcements of `bearing bridge mqtt` to Home Assistant's own schema of MQTT discovery.

    python3.13 -m venv ha                             # 3.13.2 or later
    ha/bin/pip install homeassistant paho-mqtt        # 200 MB
    ha/bin/python tools/oracles/announcements.py BEARING

Starts mosquitto, `BEARING run` on the demo recording and `BEARING bridge mqtt`, takes the retained announcements from the broker, and
validates each with the schema of its component, the topic with Home Assistant's pattern, and the state with the value templates. Prints a
line for each; ends with 1 if one is refused, or has a key that the schema does not know. Needs mosquitto and its clients.
"""

from __future__ import annotations

import asyncio
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from unittest.mock import MagicMock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))

from stress.broker import Broker, program  # noqa: E402

# Of Home Assistant's cloud, which MQTT does not use.
for name in ("hass_nabucasa", "hass_nabucasa.remote"):
    sys.modules.setdefault(name, MagicMock())

import homeassistant.const  # noqa: E402
import voluptuous  # noqa: E402
from homeassistant.components.mqtt import binary_sensor, discovery, sensor  # noqa: E402
from homeassistant.core import HomeAssistant  # noqa: E402

SCHEMAS = {"sensor": sensor.DISCOVERY_SCHEMA, "binary_sensor": binary_sensor.DISCOVERY_SCHEMA}
ENTITIES = 5
START_SECONDS = 120


def messages(bearing: str) -> dict[str, str]:
    """What is retained at a broker with one node: payloads by topic."""
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        broker = Broker(folder)
        broker.start()
        processes = [subprocess.Popen([bearing, *options, "--socket", folder / "s"], stderr=subprocess.DEVNULL) for options in (
            ("run", "--source", "demo"), ("bridge", "mqtt", "--broker", f"mqtt://127.0.0.1:{broker.port}", "--node", "Kitchen-1"))]
        try:
            listen = [program("mosquitto_sub"), "-p", str(broker.port), "-t", "#", "-W", "2", "--retained-only", "-F", "%t %p"]
            limit = time.monotonic() + START_SECONDS
            while time.monotonic() < limit:
                lines = subprocess.run(listen, capture_output=True, text=True, check=False).stdout.splitlines()
                found = dict(line.split(" ", 1) for line in lines)
                # A state with a source in it.
                if json.loads(found.get("bearing/Kitchen-1/state", '{"count":0}'))["count"] > 0:
                    return found
            sys.exit(f"announcements: expected a source within {START_SECONDS} s, found none")
        finally:
            for process in processes:
                process.terminate()
                process.wait()
            broker.kill()


def fault(topic: str, payload: str, state: str) -> str | None:
    """Why Home Assistant would not take an announcement."""
    prefix, rest = topic.split("/", 1)
    match = discovery.TOPIC_MATCHER.match(rest)
    if prefix != "homeassistant" or match is None or match.group("component") not in SCHEMAS:
        return "expected a topic of discovery"
    fields = json.loads(payload)
    schema = SCHEMAS[match.group("component")]
    try:
        discovery.MQTT_ORIGIN_INFO_SCHEMA(fields["origin"])
        taken = schema(dict(fields))
    except voluptuous.Invalid as error:
        return str(error)
    # Discovery schemas remove keys that they do not know.
    if unknown := set(fields) - {str(key) for key in taken}:
        return f"expected keys of the schema, found {sorted(unknown)}"
    value = taken["value_template"].async_render_with_possible_json_value(state, "")
    if not value or (match.group("component") == "binary_sensor" and value not in (fields["payload_on"], fields["payload_off"])):
        return f"expected a value from the state, found {value!r}"
    return None


async def check(found: dict[str, str]) -> int:
    # Templates are validated in a running Home Assistant only.
    HomeAssistant(tempfile.gettempdir())
    announcements = {topic: payload for topic, payload in found.items() if topic.endswith("/config")}
    faults = {topic: fault(topic, payload, found["bearing/Kitchen-1/state"]) for topic, payload in announcements.items()}
    for topic, text in sorted(faults.items()):
        print(f"{topic}: {text or 'taken'}")
    print(f"homeassistant {homeassistant.const.__version__}: {sum(text is None for text in faults.values())} of {ENTITIES} taken")
    return 0 if len(faults) == ENTITIES and not any(faults.values()) else 1


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] in ("--help", "-h"):
        print(__doc__)
        return 0 if len(sys.argv) == 2 else 64
    return asyncio.run(check(messages(sys.argv[1])))


if __name__ == "__main__":
    sys.exit(main())
