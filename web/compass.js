// Azimuths from above, front upwards, and the most active source in figures.

import { degrees, prepare, side } from "./geometry.js";
import { colourOf, colours, faded } from "./palette.js";

const radian = Math.PI / 180;

export class Compass {
  constructor(canvas) { this.canvas = canvas; }

  draw(block) {
    const { context, width, height } = prepare(this.canvas);
    const theme = colours();
    const [cx, cy, radius] = [width / 2, height / 2, Math.min(width, height) / 2 - 20];
    const at = (azimuth, far) => [cx - far * radius * Math.sin(azimuth * radian), cy - far * radius * Math.cos(azimuth * radian)];
    context.fillStyle = theme.field;
    context.strokeStyle = theme.strong;
    context.lineWidth = 1.2;
    context.beginPath();
    context.arc(cx, cy, radius, 0, 2 * Math.PI);
    context.fill();
    context.stroke();
    for (let azimuth = 0; azimuth < 360; azimuth += 10) {
      const isLong = azimuth % 30 === 0;
      const [a, b] = [at(azimuth, 1), at(azimuth, isLong ? 0.92 : 0.96)];
      context.strokeStyle = isLong ? theme.strong : theme.line;
      context.beginPath();
      context.moveTo(...a);
      context.lineTo(...b);
      context.stroke();
    }
    context.fillStyle = theme.soft;
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (const [text, azimuth] of [["F", 0], ["L", 90], ["B", 180], ["R", -90]]) context.fillText(text, ...at(azimuth, 1 + 11 / radius));
    for (const label of block.labels ?? []) {
      const [a, b] = [at(label.azimuth, 0.99), at(label.azimuth, 0.86)];
      context.strokeStyle = theme.soft;
      context.lineWidth = 3;
      context.beginPath();
      context.moveTo(...a);
      context.lineTo(...b);
      context.stroke();
    }
    for (const track of block.tracks) this.needle(context, at, track);
    this.figure(context, cx, cy, radius, block, theme);
  }

  needle(context, at, track) {
    const colour = colourOf(track.id);
    const [a, b] = [at(track.azimuth, 0.52), at(track.azimuth, 0.84)];
    context.strokeStyle = faded(colour, 0.35 + 0.65 * Math.min(1, track.activity ?? 1));
    context.lineWidth = 4;
    context.beginPath();
    context.moveTo(...a);
    context.lineTo(...b);
    context.stroke();
  }

  figure(context, cx, cy, radius, block, theme) {
    const loudest = block.tracks.reduce((best, track) => (!best || (track.activity ?? 0) > (best.activity ?? 0) ? track : best), null);
    if (radius < 50) return;
    const family = getComputedStyle(document.body).fontFamily;
    context.fillStyle = loudest ? theme.ink : theme.faint;
    context.font = `600 ${Math.round(0.26 * radius)}px ${family}`;
    context.fillText(loudest ? degrees(Math.abs(loudest.azimuth)) : "–", cx, cy - 5);
    context.fillStyle = theme.soft;
    context.font = `500 11.5px ${family}`;
    context.fillText(loudest ? side(loudest.azimuth) : "silence", cx, cy + 0.2 * radius);
  }
}
