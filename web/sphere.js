// The unit sphere around the microphone, as seen from somewhere that one can choose.

import { mirrored, prepare, project, size, vector } from "./geometry.js";
import { colourOf, colours, faded } from "./palette.js";

const views = { above: [0, 32], behind: [0, 4], side: [-62, 20] };
const names = [["Front", 0, 0], ["Left", 90, 0], ["Right", -90, 0], ["Behind", 180, 0], ["Up", 0, 90]];

export class Sphere {
  // changed: called when the view has been turned.
  constructor(canvas, buttons, changed) {
    this.canvas = canvas;
    this.changed = changed;
    this.show("above");
    for (const button of buttons) button.addEventListener("click", () => { this.show(button.dataset.view); changed(); });
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      canvas.classList.add("turning");
      this.from = [event.clientX, event.clientY];
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!this.from) return;
      this.turn(0.45 * (event.clientX - this.from[0]), 0.45 * (event.clientY - this.from[1]));
      this.from = [event.clientX, event.clientY];
    });
    for (const end of ["pointerup", "pointercancel"]) {
      canvas.addEventListener(end, () => { this.from = null; canvas.classList.remove("turning"); });
    }
    canvas.addEventListener("keydown", (event) => {
      const steps = { ArrowLeft: [-6, 0], ArrowRight: [6, 0], ArrowUp: [0, -6], ArrowDown: [0, 6] }[event.key];
      if (steps) this.turn(...steps);
      else if (event.key === "Home") { this.show("above"); changed(); }
      else return;
      event.preventDefault();
    });
  }

  show(name) { [this.yaw, this.tilt] = views[name]; }

  turn(right, down) {
    this.yaw -= right;
    this.tilt = Math.min(90, Math.max(-90, this.tilt + down));
    this.changed();
  }

  draw(block, trails) {
    const { context, width, height } = prepare(this.canvas);
    const theme = colours();
    const [radius, cx, cy] = [Math.min(width, height) / 2 - 20, width / 2, height / 2];
    const place = (azimuth, elevation, far = 1) => {
      const [x, y, depth] = project(vector(azimuth, elevation), this.yaw, this.tilt);
      return [cx + far * radius * x, cy - far * radius * y, depth];
    };
    this.ball(context, cx, cy, radius, theme);
    for (const front of [false, true]) this.grid(context, place, front, theme);
    for (const [text, azimuth, elevation] of names) {
      const [x, y, depth] = place(azimuth, elevation, 1.075);
      context.fillStyle = depth < -0.05 ? faded(theme.faint, 0.75) : theme.soft;
      context.textAlign = "center";
      context.textBaseline = "middle";
      context.fillText(text, Math.min(width - 18, Math.max(18, x)), Math.min(height - 7, Math.max(7, y)));
    }
    for (const [id, pieces] of trails) for (const piece of pieces) this.trail(context, place, piece, colourOf(id), block.time);
    for (const label of block.labels ?? []) this.label(context, place, label, theme);
    context.fillStyle = theme.strong;
    context.beginPath();
    context.arc(cx, cy, 3, 0, 2 * Math.PI);
    context.fill();
    for (const track of mirrored(block.tracks, block.isUnsigned)) {
      const [x, y, depth] = place(track.azimuth, track.elevation);
      context.strokeStyle = faded(colourOf(track.id), depth < 0 ? 0.35 : 0.7);
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x, y, size(track), 0, 2 * Math.PI);
      context.stroke();
    }
    // What lies behind is drawn first.
    const points = block.tracks.map((track) => ({ track, at: place(track.azimuth, track.elevation) }));
    points.sort((a, b) => a.at[2] - b.at[2]);
    return points.map(({ track, at }) => this.source(context, [cx, cy], track, at, theme));
  }

  ball(context, cx, cy, radius, theme) {
    const light = context.createRadialGradient(cx - 0.35 * radius, cy - 0.45 * radius, radius * 0.1, cx, cy, radius);
    light.addColorStop(0, theme.glow);
    light.addColorStop(1, theme.field);
    context.fillStyle = light;
    context.strokeStyle = theme.strong;
    context.lineWidth = 1.2;
    context.beginPath();
    context.arc(cx, cy, radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
  }

  // Meridians and parallels; those on the far side fainter.
  grid(context, place, front, theme) {
    const line = (points, strong) => {
      context.beginPath();
      let isDown = false;
      for (const [x, y, depth] of points) {
        if (depth >= 0 === front) isDown ? context.lineTo(x, y) : context.moveTo(x, y);
        isDown = depth >= 0 === front;
      }
      context.strokeStyle = strong ? faded(theme.strong, front ? 1 : 0.55) : faded(theme.line, front ? 1 : 0.6);
      context.lineWidth = strong ? 1.3 : 1;
      context.stroke();
    };
    const steps = (count, of) => Array.from({ length: count + 1 }, (_, i) => of(i));
    for (let azimuth = 0; azimuth < 360; azimuth += 30) line(steps(36, (i) => place(azimuth, -90 + 5 * i)), false);
    for (let elevation = -60; elevation <= 60; elevation += 30) line(steps(90, (i) => place(4 * i, elevation)), elevation === 0);
  }

  trail(context, place, piece, colour, now) {
    context.lineCap = "butt";
    for (let i = 1; i < piece.length; i++) {
      const [a, b] = [place(piece[i - 1].azimuth, piece[i - 1].elevation), place(piece[i].azimuth, piece[i].elevation)];
      const age = Math.max(0, 1 - (now - piece[i].time) / 10);
      context.strokeStyle = faded(colour, age * (b[2] < 0 ? 0.4 : 0.75));
      context.lineWidth = 2.4;
      context.beginPath();
      context.moveTo(a[0], a[1]);
      context.lineTo(b[0], b[1]);
      context.stroke();
    }
  }

  label(context, place, label, theme) {
    const [x, y] = place(label.azimuth, label.elevation);
    context.strokeStyle = theme.soft;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, y - 10); context.lineTo(x + 10, y); context.lineTo(x, y + 10); context.lineTo(x - 10, y);
    context.closePath();
    context.stroke();
  }

  source(context, [cx, cy], track, [x, y, depth], theme) {
    const [colour, radius] = [colourOf(track.id), size(track)];
    const isFar = depth < -0.02;
    context.strokeStyle = faded(colour, isFar ? 0.35 : 0.6);
    context.lineWidth = 1.4;
    context.beginPath();
    context.moveTo(cx, cy);
    context.lineTo(x, y);
    context.stroke();
    context.fillStyle = faded(colour, isFar ? 0.1 : 0.16);
    context.beginPath();
    context.arc(x, y, radius + 7, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = colour;
    context.strokeStyle = theme.panel;
    context.lineWidth = 2;
    context.beginPath();
    context.arc(x, y, isFar ? 0.85 * radius : radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    context.fillStyle = theme.ink;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillText(`${track.id}`, x + radius + 5, y - radius - 1);
    return { id: track.id, x, y };
  }
}
