// What stands in words and figures beside the drawings.

import { decibels, degrees, elevationText, level, side } from "./geometry.js";
import { colourOf } from "./palette.js";

const element = (id) => document.getElementById(id);

function make(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };

export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (number) => String(number).padStart(2, "0");
  if (hours >= 48) return `${Math.floor(hours / 24)} days`;
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

// The table of sources, in the order of their ids; rows are kept, so that a reader's place in it is too.
export class SourceList {
  constructor() {
    this.rows = [];
    this.body = element("sources");
    // Columns that some sources lack: shown once there was a value.
    this.columns = { activity: true, level_dbfs: false, age: true };
  }

  draw(block) {
    const tracks = [...block.tracks].sort((a, b) => a.id - b.id);
    const labels = block.labels ?? [];
    while (this.rows.length < tracks.length + labels.length) this.rows.push(this.row());
    this.rows.forEach((row, index) => {
      const isLabel = index >= tracks.length;
      const track = isLabel ? labels[index - tracks.length] : tracks[index];
      row.node.hidden = !track;
      if (track) this.fill(row, track, isLabel, block.isUnsigned);
    });
    element("silence").hidden = tracks.length + labels.length > 0;
    set(element("count"), tracks.length === 0 ? "none" : tracks.length === 1 ? "1 active" : `${tracks.length} active`);
    for (const name of Object.keys(this.columns)) {
      this.columns[name] ||= tracks.some((track) => typeof track[name] === "number");
      element(`${name}-head`).hidden = !this.columns[name];
      for (const row of this.rows) row[name].hidden = !this.columns[name];
    }
  }

  row() {
    const node = make("tr");
    const [id, azimuth, elevation, activity, level_dbfs, age] = Array.from({ length: 6 }, () => node.appendChild(make("td")));
    const swatch = id.appendChild(make("span", "swatch"));
    const [name, degree, word] = [id.appendChild(make("span")), azimuth.appendChild(make("span")), azimuth.appendChild(make("span", "side"))];
    const bar = activity.appendChild(make("span", "bar")).appendChild(make("i"));
    this.body.append(node);
    return { node, swatch, name, degree, word, elevation, bar, activity, level_dbfs, age };
  }

  fill(row, track, isLabel, isUnsigned) {
    row.node.classList.toggle("label-row", isLabel);
    row.swatch.style.background = isLabel ? "" : colourOf(track.id);
    set(row.name, isLabel ? track.name : `${track.id}`);
    set(row.degree, degrees(Math.abs(track.azimuth)));
    set(row.word, side(track.azimuth));
    set(row.elevation, elevationText(track.elevation, isUnsigned && !isLabel));
    const activity = isLabel ? null : track.activity;
    row.bar.parentElement.hidden = typeof activity !== "number";
    row.bar.style.width = `${Math.round(100 * (activity ?? 0))}%`;
    row.bar.style.background = isLabel ? "" : colourOf(track.id);
    row.activity.title = typeof activity === "number" ? activity.toFixed(2) : "";
    row.activity.setAttribute("aria-label", typeof activity === "number" ? `${Math.round(100 * activity)} percent` : "unknown");
    set(row.level_dbfs, typeof track.level_dbfs === "number" ? level(track.level_dbfs) : "");
    set(row.age, typeof track.age === "number" ? `${track.age.toFixed(1)} s` : "");
  }
}

// Says for screen readers what appears and disappears, at most every few seconds.
export class Announcer {
  constructor() {
    this.ids = "";
    this.due = 0;
  }

  tell(block, now) {
    const ids = block.tracks.map((track) => track.id).sort().join(" ");
    if (ids === this.ids || now < this.due) return;
    [this.ids, this.due] = [ids, now + 4000];
    const words = block.tracks.map((track) => {
      const place = ["front", "behind"].includes(side(track.azimuth)) ? side(track.azimuth) : `${Math.abs(Math.round(track.azimuth))} degrees ${side(track.azimuth)}`;
      return `source ${track.id}: ${place}, ${Math.round(Math.abs(track.elevation))} degrees ${block.isUnsigned ? "up or down" : track.elevation < 0 ? "down" : "up"}`;
    });
    element("summary").textContent = words.length ? words.join("; ") : "No source is active";
  }
}

// Channels, latency, counters and warnings of a status line.
export class Health {
  constructor() {
    this.meters = [];
    this.figures = new Map();
  }

  draw(status, hello) {
    if (!status) return;
    this.levels(status.level_dbfs ?? []);
    const warnings = [...(status.error ? [status.error] : []), ...(status.warnings ?? [])].slice(0, 12);
    const list = element("warnings");
    if (list.dataset.text !== warnings.join("\n")) {
      list.dataset.text = warnings.join("\n");
      list.replaceChildren(...warnings.map((text) => make("li", "", text)));
      list.hidden = warnings.length === 0;
    }
    set(element("capture"), hello?.capture ?? "");
    const latency = status.latency_ms?.minute;
    // The look-ahead is a part of it.
    const late = 100 + (hello?.look_ahead_ms ?? 0);
    const milliseconds = (value) => (typeof value === "number" ? `${value.toFixed(value < 10 ? 1 : 0)} ms` : "–");
    this.figure("State", status.state, status.state === "running" ? "" : status.state === "lost" ? "bad" : "warn");
    this.figure("Sound to line", milliseconds(hello?.latency_ms));
    this.figure("Latency p50", milliseconds(latency?.p50));
    this.figure("Latency p99", milliseconds(latency?.p99), latency?.p99 > late ? "warn" : "");
    this.figure("Load", typeof status.load === "number" ? `${(100 * status.load).toFixed(1)} %` : "–", status.load > 0.8 ? "warn" : "");
    this.figure("Blocks", Number(status.blocks ?? 0).toLocaleString("en"));
    this.figure("Dropped blocks", `${status.dropped_blocks ?? 0}`, status.dropped_blocks > 0 ? "warn" : "");
    this.figure("Overruns", `${status.overruns ?? 0}`, status.overruns > 0 ? "warn" : "");
    this.figure("Reopens", `${status.events?.reopens ?? 0}`, status.events?.reopens > 0 ? "warn" : "");
    this.figure("Clock drift", typeof status.drift_ppm === "number" ? `${status.drift_ppm.toFixed(1)} ppm` : "–");
    this.figure("Subscribers", `${status.subscribers ?? "–"}`);
    this.figure("Uptime", typeof status.uptime === "number" ? duration(status.uptime) : "–");
    this.figure("Model", String(status.model ?? hello?.model ?? "–").split("/").pop().replace(".safetensors", ""));
  }

  figure(name, text, state = "") {
    let value = this.figures.get(name);
    if (!value) {
      element("figures").append(make("dt", "", name), (value = make("dd")));
      this.figures.set(name, value);
    }
    set(value, text);
    value.className = state;
  }

  levels(levels) {
    const box = element("meters");
    while (this.meters.length < Math.min(levels.length, 64)) {
      const row = make("div", "meter");
      row.append(make("span", "", `${this.meters.length + 1}`));
      const bar = row.appendChild(make("span", "bar")).appendChild(make("i"));
      const text = row.appendChild(make("output"));
      box.append(row);
      this.meters.push({ row, bar, text });
    }
    this.meters.forEach(({ row, bar, text }, channel) => {
      const level = levels[channel];
      const isNumber = typeof level === "number";
      bar.style.width = `${isNumber ? Math.min(100, Math.max(0, (100 * (level + 80)) / 80)) : 0}%`;
      row.classList.toggle("hot", isNumber && level > -12 && level <= -3);
      row.classList.toggle("clipped", isNumber && level > -3);
      set(text, isNumber ? `${decibels(level, 1)} dBFS` : "silent");
    });
  }
}

export function facts(pairs) {
  element("facts").replaceChildren(...pairs.flatMap(([name, text]) => [make("dt", "", name), make("dd", "", text)]));
}
