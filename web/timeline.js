// Azimuth over time: the past to the left. A click goes to a moment.

import { prepare } from "./geometry.js";
import { colourOf, colours, faded } from "./palette.js";

const [left, top, right, bottom] = [34, 6, 10, 20];

export class Timeline {
  // chosen: called with the time that was clicked at.
  constructor(canvas, chosen) {
    this.canvas = canvas;
    this.range = [0, 1];
    let isDown = false;
    const choose = (event) => {
      const box = canvas.getBoundingClientRect();
      const share = (event.clientX - box.left - left) / (box.width - left - right);
      chosen(this.range[0] + Math.min(1, Math.max(0, share)) * (this.range[1] - this.range[0]));
    };
    canvas.addEventListener("pointerdown", (event) => { isDown = true; canvas.setPointerCapture(event.pointerId); choose(event); });
    canvas.addEventListener("pointermove", (event) => { if (isDown) choose(event); });
    for (const end of ["pointerup", "pointercancel"]) canvas.addEventListener(end, () => { isDown = false; });
  }

  // name: the text of a time on the axis.
  draw(store, from, to, cursor, name) {
    this.range = [from, to];
    const { context, width, height } = prepare(this.canvas);
    const theme = colours();
    const x = (time) => left + ((time - from) / (to - from)) * (width - left - right);
    const y = (azimuth) => top + ((180 - azimuth) / 360) * (height - top - bottom);
    context.fillStyle = theme.field;
    context.fillRect(left, top, width - left - right, height - top - bottom);
    this.grid(context, x, y, from, to, theme, name, width);
    const dot = Math.min(4, Math.max(2, ((width - left - right) / (to - from)) * 0.12));
    for (const block of store.between(from, to)) {
      for (const label of block.labels ?? []) {
        context.fillStyle = faded(theme.faint, 0.55);
        context.fillRect(x(block.time) - dot, y(label.azimuth) - 4, Math.max(1.5, 1.3 * dot), 8);
      }
      for (const track of block.tracks) {
        context.fillStyle = faded(colourOf(track.id), 0.35 + 0.65 * Math.min(1, track.activity ?? 1));
        context.beginPath();
        context.arc(x(block.time), y(track.azimuth), dot, 0, 2 * Math.PI);
        context.fill();
      }
    }
    context.strokeStyle = theme.ink;
    context.lineWidth = 1.2;
    context.beginPath();
    context.moveTo(x(cursor), top);
    context.lineTo(x(cursor), height - bottom);
    context.stroke();
  }

  grid(context, x, y, from, to, theme, name, width) {
    context.lineWidth = 1;
    context.fillStyle = theme.faint;
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const [azimuth, text] of [[180, "B"], [90, "L"], [0, "F"], [-90, "R"], [-180, "B"]]) {
      context.strokeStyle = azimuth === 0 ? theme.strong : theme.line;
      context.beginPath();
      context.moveTo(left, Math.round(y(azimuth)) + 0.5);
      context.lineTo(width - right, Math.round(y(azimuth)) + 0.5);
      context.stroke();
      context.fillText(text, left - 8, y(azimuth) + (azimuth === 180 ? 5 : azimuth === -180 ? -5 : 0));
    }
    const step = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800].find((seconds) => ((to - from) / seconds) * 74 < width) ?? 3600;
    context.textAlign = "center";
    context.textBaseline = "top";
    for (let time = Math.ceil(from / step) * step; time <= to; time += step) {
      context.strokeStyle = theme.line;
      context.beginPath();
      context.moveTo(Math.round(x(time)) + 0.5, y(180));
      context.lineTo(Math.round(x(time)) + 0.5, y(-180));
      context.stroke();
      const [text, place] = [name(time), x(time)];
      const half = context.measureText(text).width / 2;
      if (place - half > left - 6 && place + half < width) context.fillText(text, place, y(-180) + 6);
    }
  }
}
