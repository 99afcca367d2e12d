"""One recording: sources that speak in turn, still or moving on arcs, in a room, over a diffuse background."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import fftconvolve
from scipy.special import eval_legendre

from . import array, sounds
from .room import Room

FS = array.SAMPLE_RATE
BLOCK = 2400  # samples of a label
KNOT_DEGREES = 2.0  # a moving source's response is renewed at least this often


@dataclass
class Event:
    kind: int  # class of the label
    track: int
    start: int  # sample
    samples: np.ndarray  # dry
    azimuth: float  # degrees, at the start
    elevation: float
    speed: float  # degrees of azimuth a second, 0 = still
    turn: float  # seconds after the start at which the motion reverses
    distance: float  # metres

    def direction(self, seconds):
        """(azimuth, elevation) so long after the start; azimuth not wrapped."""
        there = self.turn - np.abs(self.turn - seconds)
        return self.azimuth + self.speed * there, self.elevation


def plan_events(rng, library, room, overlap, seconds):
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


def place(rng, room, event):
    """Gives the event a distance that keeps its whole path inside the room, nearer the horizon if need be."""
    while True:
        times = np.linspace(0, len(event.samples) / FS, 40)
        reach = min(room.clearance(*event.direction(t)) for t in times)
        if reach > 0.8:
            event.distance = float(min(rng.uniform(0.8, 1.0) * reach, rng.uniform(1.0, 4.0)))
            return event
        event.elevation *= 0.7


def render_event(room, event, total):
    """[total, 8] float32: the event through the room."""
    seconds = len(event.samples) / FS
    step = seconds if event.speed == 0 else max(KNOT_DEGREES / abs(event.speed), 0.05)
    knots = np.arange(int(np.ceil(seconds / step)) + 1) * step if event.speed else np.array([0.0])
    output = np.zeros((total, 8), np.float32)
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


def add(output, start, samples, response):
    """Adds `samples` [n] through `response` [m, 8] to `output` from `start`; what passes the end is cut."""
    wet = fftconvolve(samples[:, None], response, axes=0)
    end = min(start + len(wet), len(output))
    output[start:end] += wet[:end - start]


def background(rng, total):
    """[total, 8] float32: a diffuse field, falling 3 to 6 dB an octave above 150 Hz; W has unit power."""
    frequencies = np.fft.rfftfreq(total, 1 / FS)
    colour = np.maximum(frequencies, 150.0) ** -rng.uniform(0.5, 1.0)
    colour[frequencies < 30] = 0
    colour /= np.sqrt(np.mean(colour**2))
    filters = array.sphere_filters(2049)
    grid = np.linspace(0, FS / 2, 2049)
    capsules = array.unit_vectors(array.CAPSULES[:, 0], array.CAPSULES[:, 1])
    cosines = np.clip(capsules @ capsules.T, -1, 1)
    spectra = np.zeros((len(frequencies), 8), complex)

    def noise(channels):
        return np.fft.rfft(rng.standard_normal((total, channels)), axis=0) * colour[:, None]

    spectra[:, :4] = noise(4) * np.sqrt([1, 1 / 3, 1 / 3, 1 / 3])
    for n in range(array.ORDER + 1):
        # Components of one order are independent; between capsules they correlate by P_n of the angle between them.
        values, vectors = np.linalg.eigh(eval_legendre(n, cosines))
        mix = vectors * np.sqrt(np.maximum(values, 0) / (2 * n + 1))
        gain = np.interp(frequencies, grid, filters[n].real) + 1j * np.interp(frequencies, grid, filters[n].imag)
        spectra[:, 4:] += gain[:, None] * (noise(4) @ mix.T)
    return np.fft.irfft(spectra, total, axis=0).astype(np.float32)


def labels(events, total):
    """Rows (frame, class, track, azimuth, elevation), integers: blocks of which at least half is heard."""
    rows = []
    for event in events:
        active = np.repeat(sounds.active_pieces(event.samples), 480)
        heard = np.zeros(total, bool)
        end = min(event.start + len(active), total)
        heard[event.start:end] = active[:end - event.start]
        for frame in np.flatnonzero(heard[:total // BLOCK * BLOCK].reshape(-1, BLOCK).mean(1) >= 0.5):
            middle = (frame + 0.5) * BLOCK - event.start
            azimuth, elevation = event.direction(np.clip(middle, 0, len(event.samples)) / FS)
            wrapped = (int(np.rint(azimuth)) + 180) % 360 - 180
            rows.append((int(frame), event.kind, event.track, wrapped, int(np.rint(elevation))))
    return sorted(rows)


def mix(rng, room, events, seconds, snr, peak):
    """(audio [samples, 8] float32 in +-1, label rows).

    `snr`: dB of the sources, reverberation included, over the background, both in W, where any source is active;
    None for no background. `peak`: dB re full scale of the loudest sample.
    """
    total = int(seconds * FS)
    audio = sum(render_event(room, event, total) for event in events)
    rows = labels(events, total)
    if snr is not None:
        active = np.zeros(total // BLOCK, bool)
        active[[row[0] for row in rows]] = True
        level = np.mean(audio[:total // BLOCK * BLOCK, 0].reshape(-1, BLOCK)[active] ** 2)
        audio += background(rng, total) * np.sqrt(level) * np.float32(10 ** (-snr / 20))
    return audio * np.float32(10 ** (peak / 20) / np.max(np.abs(audio))), rows


def random_recording(rng, library, overlap, seconds, dry=False):
    """(audio, rows, facts): everything about the recording drawn from `rng`."""
    room = Room(rng, rng.uniform(0.25, 0.9), dry)
    snr = None if dry else rng.uniform(6, 30)
    events = plan_events(rng, library, room, overlap, seconds)
    audio, rows = mix(rng, room, events, seconds, snr, rng.uniform(-18, -2))
    facts = f"room {room.size.round(1)} m, rt60 {room.rt60:.2f} s, snr {'none' if dry else round(snr, 1)} dB"
    return audio, rows, f"{facts}, {len(events)} events"
