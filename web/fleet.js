// All microphones at a broker: a list to pick from. The hash of the page's address has the one that is shown.

import { degrees, level, side } from "./geometry.js";

const element = (id) => document.getElementById(id);
const set = (node, text) => { if (node.textContent !== text) node.textContent = text; };

function make(name, className) {
  const made = document.createElement(name);
  if (className) made.className = className;
  return made;
}

const words = { online: "", offline: "offline", unknown: "not heard" };

export class NodeList {
  // picked: called with the name of the node to show, also when its state changes.
  constructor(picked) {
    this.picked = picked;
    this.nodes = new Map();
    this.rows = new Map();
    this.name = null;
    this.filter = "";
    element("nodes-filter").addEventListener("input", (event) => { this.filter = event.target.value.trim().toLowerCase(); this.sift(); });
    addEventListener("hashchange", () => this.pick());
  }

  get node() { return this.nodes.get(this.name) ?? null; }

  // Takes a line of type "nodes".
  take(line) {
    const named = new Set(line.nodes.map((node) => node.node));
    for (const name of line.complete ? [...this.nodes.keys()].filter((name) => !named.has(name)) : line.removed) {
      this.nodes.delete(name);
      this.rows.get(name)?.item.remove();
      this.rows.delete(name);
    }
    let isNew = false;
    for (const node of line.nodes) {
      isNew ||= !this.rows.has(node.node);
      this.nodes.set(node.node, node);
      this.fill(node);
    }
    if (isNew) this.order();
    const online = [...this.nodes.values()].filter((node) => node.availability === "online").length;
    set(element("nodes-count"), `${online} of ${this.nodes.size} online`);
    element("nodes-none").hidden = this.nodes.size > 0;
    element("nodes-filter").hidden = this.nodes.size < 9;
    this.pick();
  }

  // The node of the address; without one the first that is online, which is kept.
  pick() {
    let asked = null;
    try { asked = decodeURIComponent(location.hash.slice(1)); } catch { /* not an address of ours */ }
    if (!asked && !this.nodes.has(this.name)) {
      const names = [...this.rows.keys()];
      asked = names.find((name) => this.nodes.get(name).availability === "online") ?? names[0] ?? null;
    }
    const name = asked || this.name;
    if (name !== this.name) {
      this.rows.get(this.name)?.link.removeAttribute("aria-current");
      this.name = name;
    }
    this.rows.get(name)?.link.setAttribute("aria-current", "true");
    if (name) this.picked(name, this.node);
  }

  order() {
    const names = [...this.rows.keys()].sort((a, b) => a.localeCompare(b, "en", { numeric: true }));
    this.rows = new Map(names.map((name) => [name, this.rows.get(name)]));
    element("nodes").replaceChildren(...names.map((name) => this.rows.get(name).item));
    this.sift();
  }

  sift() {
    for (const [name, row] of this.rows) row.item.hidden = !name.toLowerCase().includes(this.filter);
  }

  row(name) {
    const item = make("li");
    const link = item.appendChild(make("a"));
    link.href = `#${encodeURIComponent(name)}`;
    const lamp = link.appendChild(make("span", "lamp"));
    lamp.setAttribute("aria-hidden", "true");
    set(link.appendChild(make("span", "name")), name);
    const [arrow, where, loudness] = ["arrow", "where", "level"].map((part) => link.appendChild(make("span", part)));
    arrow.setAttribute("aria-hidden", "true");
    arrow.textContent = "↑";
    const row = { item, link, arrow, where, loudness };
    this.rows.set(name, row);
    return row;
  }

  fill(node) {
    const row = this.rows.get(node.node) ?? this.row(node.node);
    const isOnline = node.availability === "online";
    const count = isOnline ? node.count ?? 0 : 0;
    row.item.dataset.state = node.availability;
    const hasDirection = count > 0 && typeof node.azimuth === "number";
    row.arrow.hidden = !hasDirection;
    if (hasDirection) row.arrow.style.transform = `rotate(${-node.azimuth}deg)`;
    const more = count > 1 ? ` +${count - 1}` : "";
    const angle = hasDirection ? `${degrees(Math.abs(node.azimuth))} ${side(node.azimuth)}${more}` : "quiet";
    set(row.where, isOnline ? angle : words[node.availability] ?? "");
    set(row.loudness, hasDirection && typeof node.level === "number" ? level(node.level) : "");
  }
}
