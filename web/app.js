// The page: what is shown, at which moment, and when it is drawn.

import { Compass } from "./compass.js";
import { Feed, lines } from "./feed.js";
import { NodeList } from "./fleet.js";
import { DirectionMap } from "./map.js";
import { isDark } from "./palette.js";
import { Announcer, duration, facts, Health, SourceList } from "./panels.js";
import { Sphere } from "./sphere.js";
import { Store } from "./store.js";
import { Timeline } from "./timeline.js";

const element = (id) => document.getElementById(id);
const trailSeconds = 10;

const page = {
  store: new Store(6000),
  // The moment that is shown; null: the newest.
  moment: null,
  hello: null,
  status: null,
  replay: null,
  // The microphones of a broker, and the feed of the one that is shown.
  nodes: null,
  feed: null,
  // Why there is no broker; null while there is one.
  broker: null,
  audio: null,
  isConnected: false,
  received: 0,
  // When the last line came, by this machine's clock.
  heard: 0,
  drawn: { sphere: [], map: [] },
};

let isDue = false;
const draw = () => {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => { isDue = false; render(); });
};

const sphere = new Sphere(element("sphere"), document.querySelectorAll("[data-view]"), draw);
const map = new DirectionMap(element("map"));
const compass = new Compass(element("compass"));
const timeline = new Timeline(element("timeline"), (time) => go(time));
const [list, health, announcer] = [new SourceList(), new Health(), new Announcer()];

// MARK: Moment

const now = () => (page.replay ? page.audio.currentTime : page.moment ?? page.store.last);

function go(time) {
  if (page.replay) {
    page.audio.currentTime = Math.min(page.replay.seconds, Math.max(0, time));
  } else {
    page.moment = time >= page.store.last - 0.05 ? null : Math.max(page.store.first, time);
  }
  draw();
}

const clockText = (time) => new Date(1000 * time).toLocaleTimeString("en-GB");
const axisText = (time) => (page.replay ? duration(time) : clockText(time));

function span() {
  const seconds = Number(element("span").value);
  if (page.replay) {
    const width = Math.min(seconds, Math.max(1, page.replay.seconds));
    const from = Math.min(Math.max(0, now() - width / 2), Math.max(0, page.replay.seconds - width));
    return [from, from + width];
  }
  // Scrolled back, the moment stays within sight.
  const end = page.moment !== null && page.moment < page.store.last - seconds ? page.moment + seconds / 2 : page.store.last;
  return [end - seconds, end];
}

// MARK: Drawing

// Whether elevations have no sign: live, hello states it; in a replay, the recording or a line of `localize`.
const isUnsigned = () => (page.replay ? page.replay.elevation : page.hello?.elevation) === "unsigned";

function render() {
  const time = now();
  const block = { ...page.store.at(time), isUnsigned: isUnsigned() };
  const trails = page.store.trails(time, trailSeconds);
  page.drawn.sphere = sphere.draw(block, trails);
  page.drawn.map = map.draw(block, trails);
  compass.draw(block);
  timeline.draw(page.store, ...span(), time, axisText);
  list.draw(block);
  if (page.moment === null) announcer.tell(block, performance.now());
  const scrub = element("scrub");
  const [first, last] = page.replay ? [0, page.replay.seconds] : [page.store.first, page.store.last];
  [scrub.min, scrub.max, scrub.value] = [first, last, time];
  scrub.setAttribute("aria-valuetext", axisText(time));
  element("clock").textContent = page.replay ? `${duration(time)} of ${duration(page.replay.seconds)}` : time ? clockText(time) : "--:--:--";
  element("live").disabled = page.moment === null;
  element("behind").hidden = page.moment === null;
  element("behind").textContent = page.moment === null ? "" : `${duration(page.store.last - page.moment)} ago`;
}

function connection(state, text) {
  page.isConnected = state === "live";
  element("link").dataset.state = state;
  element("link-text").textContent = text;
}

function notice(text) {
  element("notice").hidden = !text;
  if (element("notice").textContent !== text) element("notice").textContent = text;
}

// MARK: Live

function take(line) {
  page.received += 1;
  page.heard = performance.now();
  switch (line.type) {
    case "hello":
      page.hello = line;
      element("origin").textContent = [line.source, line.format, line.name].filter(Boolean).join("  ·  ");
      break;
    case "status":
      page.status = line;
      if (line.state === "running") { connection("live", "live"); notice(""); }
      else { connection("lost", line.state); notice(line.state === "lost" ? `Audio lost: ${line.error ?? "no reason given"}` : ""); }
      health.draw(line, page.hello);
      break;
    case "tracks":
      if (line.seq === 0) page.store.clear();
      if (Array.isArray(line.tracks)) page.store.add({ time: line.time, tracks: line.tracks });
      if (!page.isConnected && page.status?.state === "running") { connection("live", "live"); notice(""); }
      draw();
      break;
    case "connection":
      if (!line.connected) { connection("lost", "no daemon"); notice(line.reason); }
      break;
    default: break;
  }
}

async function startLive(state) {
  // Before the history is drawn: what its elevations tell.
  page.hello = state?.hello ?? null;
  for (const line of await lines("/api/history")) if (Array.isArray(line.tracks)) page.store.add({ time: line.time, tracks: line.tracks });
  draw();
  new Feed(take, (reason) => { connection("lost", "no connection"); notice(reason); }).start();
  setInterval(() => {
    if (page.isConnected && performance.now() - page.heard > 3000) connection("lost", "no lines");
  }, 1000);
}

// MARK: Microphones of a broker

// Shows the blocks of a node, and whether it is there.
function show(name, node, place) {
  if (page.feed?.node !== name) {
    page.feed?.stop();
    page.store.clear();
    page.moment = null;
    page.feed = new Feed(takeFleet, (reason) => { connection("lost", "no connection"); notice(reason); }, name);
    page.feed.node = name;
    page.feed.start();
    element("origin").textContent = [name, place].filter(Boolean).join("  ·  ");
  }
  if (page.broker !== null) return;
  const state = node?.availability ?? "unknown";
  if (state !== "online" && page.isConnected) page.store.add({ time: page.store.last + 0.1, tracks: [] });
  if (state === "online") { connection("live", "live"); notice(""); }
  else if (state === "offline") { connection("lost", "offline"); notice(`${name} is offline.`); }
  else { connection("waiting", "waiting"); notice(node ? "" : `The broker knows no microphone ${name}.`); }
  draw();
}

function takeFleet(line) {
  page.received += 1;
  switch (line.type) {
    case "nodes":
      page.nodes.take(line);
      break;
    case "tracks":
      if (Array.isArray(line.tracks)) page.store.add({ time: line.time, tracks: line.tracks });
      element("held").hidden = !line.held;
      draw();
      break;
    case "connection":
      page.broker = line.connected ? null : line.reason;
      if (!line.connected) { connection("lost", "no broker"); notice(line.reason); }
      else page.nodes.pick();
      break;
    default: break;
  }
}

function startFleet(state) {
  page.broker = state.connected ? null : state.reason ?? "connecting";
  list.columns = { activity: false, level_dbfs: false, age: false };
  for (const [id, isHidden] of [["nodes-panel", false], ["health", true]]) element(id).hidden = isHidden;
  document.querySelector("main").classList.add("fleet");
  page.nodes = new NodeList((name, node) => show(name, node, state.place));
  takeFleet({ type: "nodes", complete: true, removed: [], nodes: state.nodes });
  if (page.broker !== null) { connection("lost", "no broker"); notice(page.broker); }
  // Until there is a node to show, for the list alone.
  if (!page.feed) {
    page.feed = new Feed(takeFleet, (reason) => { connection("lost", "no connection"); notice(reason); });
    page.feed.start();
  }
  draw();
}

// MARK: Replay

async function startReplay(replay) {
  const audio = (page.audio = new Audio("/replay/audio.wav"));
  audio.preload = "metadata";
  page.replay = replay;
  page.store = new Store(Infinity);
  list.columns = { activity: false, level_dbfs: false, age: false };
  const [tracks, labels] = await Promise.all([lines("/replay/tracks"), replay.labels === null ? [] : lines("/replay/labels")]);
  const byTime = new Map(labels.map(({ t, line }) => [Math.round(10 * t), line.tracks]));
  const named = (label) => ({ ...label, name: `ref ${label.class}.${label.id}` });
  if (tracks.some(({ line }) => line.elevation === "unsigned")) replay.elevation = "unsigned";
  const blocks = new Map(tracks.map(({ t, line }) => [Math.round(10 * t), { time: t, tracks: line.tracks, labels: [] }]));
  for (const [tenth, entries] of byTime) {
    const block = blocks.get(tenth) ?? blocks.set(tenth, { time: tenth / 10, tracks: [] }).get(tenth);
    block.labels = entries.map(named);
  }
  for (const block of [...blocks.values()].sort((a, b) => a.time - b.time)) page.store.add(block);

  const button = element("play");
  const shown = () => { button.textContent = audio.paused ? "Play" : "Pause"; button.setAttribute("aria-pressed", String(!audio.paused)); draw(); };
  const run = () => { draw(); if (!audio.paused) requestAnimationFrame(run); };
  audio.addEventListener("play", () => { shown(); run(); });
  for (const event of ["pause", "ended", "seeked", "loadedmetadata"]) audio.addEventListener(event, shown);
  audio.addEventListener("error", () => notice("The browser cannot play the sound of this recording."));
  const toggle = () => (audio.paused ? audio.play().catch((error) => notice(`The sound does not play: ${error.message}`)) : audio.pause());
  button.addEventListener("click", toggle);
  element("speed").addEventListener("change", (event) => { audio.playbackRate = Number(event.target.value); });
  element("volume").addEventListener("input", (event) => { audio.volume = Number(event.target.value); });
  document.addEventListener("keydown", (event) => {
    if (event.key === " " && event.target === document.body) { toggle(); event.preventDefault(); }
  });

  connection("live", "replay");
  element("origin").textContent = [replay.name, replay.format].filter(Boolean).join("  ·  ");
  element("time-title").textContent = "Time";
  for (const [id, isHidden] of [["transport", false], ["recording", false], ["live", true], ["health", true]]) element(id).hidden = isHidden;
  facts([
    ["Name", replay.name], ["Length", duration(replay.seconds)], ["Blocks with tracks", `${replay.blocks}`],
    ["Reference", replay.labels === null ? "none" : `${replay.labels} blocks`],
    ["Sound", `${replay.channels === 2 ? "stereo" : "mono"}, ${replay.sample_rate} Hz`],
    ...(replay.model ? [["Model", String(replay.model).split("/").pop()]] : []),
    ...(replay.start ? [["Recorded", new Date(1000 * replay.start).toLocaleString("en-GB")]] : []),
  ]);
  draw();
}

// MARK: Controls

element("scrub").addEventListener("input", (event) => go(Number(event.target.value)));
element("span").addEventListener("change", draw);
element("live").addEventListener("click", () => { page.moment = null; draw(); });
element("theme").addEventListener("click", () => {
  const theme = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = theme;
  try { localStorage.setItem("theme", theme); } catch { /* a private window keeps nothing */ }
  draw();
});
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") document.documentElement.dataset.theme = theme;
} catch { /* as above */ }
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
new ResizeObserver(draw).observe(document.querySelector("main"));

// For tests, and for a look from the browser's console.
window.bearing = {
  get state() {
    return {
      mode: page.replay ? "replay" : page.nodes ? "fleet" : "live", node: page.nodes?.name ?? null, nodes: page.nodes?.nodes.size ?? 0, connected: page.isConnected, link: element("link-text").textContent, received: page.received,
      blocks: page.store.blocks.length, first: page.store.first, last: page.store.last, time: now(), moment: page.moment,
      shown: page.store.at(now()), drawn: page.drawn, dark: isDark(),
    };
  },
  go,
};

fetch("/api/state", { cache: "no-store" }).then((answer) => answer.json())
  .then((state) => (state.mode === "replay" ? startReplay(state) : state.mode === "fleet" ? startFleet(state) : startLive(state)))
  .catch(() => startLive());
