"""One recording: sources that speak in turn, still or moving on arcs, in a room, over a diffuse background."""

from __future__ import annotations

from typing import Any

import numpy as np

from . import microphone, sounds
from .events import BLOCK, Event, add, event_facts, labels
from .receivers import Receiver
from .room import Room

FS = microphone.SAMPLE_RATE
KNOT_DEGREES = 2.0  # a moving source's response is renewed at least this often


def plan_events(rng: np.random.Generator, library: sounds.Library, room: Room, overlap: int, seconds: float) -> list[Event]:
    """Events of `overlap` layers that fill the recording with pauses between."""
    events = []
    for track in range(overlap):
        time = rng.uniform(0.3, 2.0) + 1.5 * track
        while time < seconds - 2:
            length = min(rng.uniform(2.5, 9), seconds - 0.5 - time)
            kind, samples = library.event(rng, length)
            samples = samples * 10 ** (rng.uniform(-5, 5) / 20)
            moving = rng.random() < 0.5
            speed = float(rng.choice([-1, 1]) * rng.uniform(5, 40)) if moving else 0.0
            event = place(rng, room, Event(
                kind, track, int(time * FS), samples, rng.uniform(-180, 180), rng.uniform(-40, 45), speed,
                rng.uniform(0.4, 1.0) * length, 0))
            events.append(event)
            time += length + rng.uniform(0.5, 3.0)
    return events


def place(rng: np.random.Generator, room: Room, event: Event) -> Event:
    """Gives the event a distance that keeps its whole path inside the room, nearer the horizon if need be."""
    while True:
        times = np.linspace(0, len(event.samples) / FS, 40)
        reach = min(room.clearance(*event.direction(t)) for t in times)
        if reach > 0.8:
            event.distance = float(min(rng.uniform(0.8, 1.0) * reach, rng.uniform(1.0, 4.0)))
            return event
        event.elevation *= 0.7


def render_event(room: Room, event: Event, total: int) -> np.ndarray:
    """[total, channels of the receiver] float32: the event through the room."""
    seconds = len(event.samples) / FS
    step = seconds if event.speed == 0 else max(KNOT_DEGREES / abs(event.speed), 0.05)
    knots = np.arange(int(np.ceil(seconds / step)) + 1) * step if event.speed else np.array([0.0])
    output = np.zeros((total, room.receiver.channels), np.float32)
    samples = event.samples.astype(np.float32)
    times = np.arange(len(samples)) / FS
    for k, knot in enumerate(knots):
        images = room.images(*event.direction(knot), event.distance)
        response = room.response(images, 0.03 if room.dry else 0.11)
        if len(knots) == 1:
            add(output, event.start, samples, response)
        else:
            near = np.flatnonzero(np.abs(times - knot) < step)
            if len(near):
                window = (1 - np.abs(times[near] - knot) / step).astype(np.float32)
                add(output, event.start + near[0], samples[near] * window, response)
        if k == 0 and not room.dry:
            length = 0.11 + 0.7 * max(room.decays)
            add(output, event.start, samples, room.response(room.tail(images, length), length))
    return output


def background(rng: np.random.Generator, receiver: Receiver, total: int, slope: float | None = None) -> np.ndarray:
    """[total, channels] float32: a diffuse field, above 150 Hz falling `slope` times 6 dB an octave; pressure has unit power.

    Without `slope` it is drawn from 0.5 to 1.
    """
    frequencies = np.fft.rfftfreq(total, 1 / FS)
    colour = np.maximum(frequencies, 150.0) ** -(rng.uniform(0.5, 1.0) if slope is None else slope)
    colour[frequencies < 30] = 0
    colour /= np.sqrt(np.mean(colour**2))
    return receiver.diffuse(rng, colour, total)


def mix(
    rng: np.random.Generator, room: Room, events: list[Event], seconds: float, snr: float | None, peak: float,
    facts: list[dict[str, Any]] | None = None
) -> tuple[np.ndarray, list[tuple[int, int, int, int, int]]]:
    """(audio [samples, channels] float32 in +-1, label rows).

    `snr`: dB of the sources, reverberation included, over the background, both in the first channel, where any source is active;
    None for no background. `peak`: dB re full scale of the loudest sample. `facts`: a list that gets `event_facts`.
    """
    total, noise = int(seconds * FS), 0.0
    audio, pressures = np.zeros((total, room.receiver.channels), np.float32), []
    for event in events:
        rendered = render_event(room, event, total)
        pressures.append(rendered[:, 0].copy())
        audio += rendered
    rows = labels(events, total)
    if snr is not None:
        active = np.zeros(total // BLOCK, bool)
        active[[row[0] for row in rows]] = True
        level = np.mean(audio[:total // BLOCK * BLOCK, 0].reshape(-1, BLOCK)[active] ** 2)
        noise = float(level) * 10 ** (-snr / 10)
        audio += background(rng, room.receiver, total) * np.sqrt(level) * np.float32(10 ** (-snr / 20))
    gain = np.float32(10 ** (peak / 20) / np.max(np.abs(audio)))
    if facts is not None:
        facts.extend(event_facts(event, w, float(gain), noise) for event, w in zip(events, pressures))
    return audio * gain, rows


def random_recording(
    rng: np.random.Generator, receiver: Receiver, library: sounds.Library, overlap: int, seconds: float, dry: bool = False
) -> tuple[np.ndarray, list[tuple[int, int, int, int, int]], dict[str, Any]]:
    """(audio, rows, facts): everything about the recording drawn from `rng`; `facts` as facts.jsonl has them."""
    room = Room(rng, receiver, rng.uniform(0.25, 0.9), dry)
    snr = None if dry else rng.uniform(6, 30)
    events, facts = plan_events(rng, library, room, overlap, seconds), []
    audio, rows = mix(rng, room, events, seconds, snr, rng.uniform(-18, -2), facts)
    blocks = [event["last_block"] - event["first_block"] + 1 for event in facts]
    moving = sum(count for count, event in zip(blocks, facts) if event["degrees_per_second"])
    return audio, rows, {
        "room_m": [round(float(length), 2) for length in room.size], "rt60": round(float(room.rt60), 3),
        "snr": None if dry else round(float(snr), 2), "overlap": overlap, "seconds": seconds,
        "moving_share": round(moving / sum(blocks), 3), "events": facts,
    }
