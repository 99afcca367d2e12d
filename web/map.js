// The sphere unrolled: azimuth from behind over the left, the front and the right to behind, elevation upwards.

import { degrees, mirrored, prepare, size } from "./geometry.js";
import { colourOf, colours, faded } from "./palette.js";

export class DirectionMap {
  constructor(canvas) { this.canvas = canvas; }

  draw(block, trails) {
    const { context, width, height } = prepare(this.canvas);
    const theme = colours();
    const [left, top, right, bottom] = [34, 8, 10, 22];
    const x = (azimuth) => left + ((180 - azimuth) / 360) * (width - left - right);
    const y = (elevation) => top + ((90 - elevation) / 180) * (height - top - bottom);
    context.fillStyle = theme.field;
    context.fillRect(left, top, width - left - right, height - top - bottom);
    this.grid(context, x, y, theme, width);
    for (const [id, pieces] of trails) for (const piece of pieces) this.trail(context, x, y, piece, colourOf(id), block.time);
    for (const label of block.labels ?? []) this.label(context, x(label.azimuth), y(label.elevation), label, theme);
    for (const track of mirrored(block.tracks, block.isUnsigned)) {
      context.strokeStyle = faded(colourOf(track.id), 0.7);
      context.lineWidth = 2;
      context.beginPath();
      context.arc(x(track.azimuth), y(track.elevation), size(track), 0, 2 * Math.PI);
      context.stroke();
    }
    return block.tracks.map((track) => {
      const [cx, cy, radius] = [x(track.azimuth), y(track.elevation), size(track)];
      context.fillStyle = faded(colourOf(track.id), 0.16);
      context.beginPath();
      context.arc(cx, cy, radius + 7, 0, 2 * Math.PI);
      context.fill();
      context.fillStyle = colourOf(track.id);
      context.strokeStyle = theme.panel;
      context.lineWidth = 2;
      context.beginPath();
      context.arc(cx, cy, radius, 0, 2 * Math.PI);
      context.fill();
      context.stroke();
      context.fillStyle = theme.ink;
      context.textBaseline = "alphabetic";
      context.textAlign = cx > width - 60 ? "right" : "left";
      context.fillText(`${track.id}`, cx + (cx > width - 60 ? -1 : 1) * (radius + 5), cy - radius - 1);
      return { id: track.id, x: cx, y: cy };
    });
  }

  grid(context, x, y, theme, width) {
    context.lineWidth = 1;
    const line = (x1, y1, x2, y2, strong) => {
      context.strokeStyle = strong ? theme.strong : theme.line;
      context.beginPath();
      context.moveTo(Math.round(x1) + 0.5, Math.round(y1) + 0.5);
      context.lineTo(Math.round(x2) + 0.5, Math.round(y2) + 0.5);
      context.stroke();
    };
    for (let azimuth = -180; azimuth <= 180; azimuth += 30) line(x(azimuth), y(90), x(azimuth), y(-90), azimuth === 0);
    for (let elevation = -90; elevation <= 90; elevation += 30) line(x(180), y(elevation), x(-180), y(elevation), elevation === 0);
    context.fillStyle = theme.faint;
    context.textBaseline = "top";
    const words = width < 480
      ? [[180, "180°"], [90, "left 90°"], [0, "front"], [-90, "−90° right"], [-180, "−180°"]]
      : [[180, "behind 180°"], [90, "left 90°"], [0, "front 0°"], [-90, "right −90°"], [-180, "behind −180°"]];
    for (const [azimuth, text] of words) {
      context.textAlign = azimuth === 180 ? "left" : azimuth === -180 ? "right" : "center";
      context.fillText(text, x(azimuth), y(-90) + 6);
    }
    context.textAlign = "right";
    context.textBaseline = "middle";
    for (const elevation of [60, 30, 0, -30, -60]) context.fillText(degrees(elevation), x(180) - 6, y(elevation));
  }

  trail(context, x, y, piece, colour, now) {
    context.lineWidth = 2.4;
    context.lineCap = "butt";
    for (let i = 1; i < piece.length; i++) {
      const [a, b] = [piece[i - 1], piece[i]];
      // Over the edge at the back.
      if (Math.abs(a.azimuth - b.azimuth) > 180) continue;
      context.strokeStyle = faded(colour, 0.75 * Math.max(0, 1 - (now - b.time) / 10));
      context.beginPath();
      context.moveTo(x(a.azimuth), y(a.elevation));
      context.lineTo(x(b.azimuth), y(b.elevation));
      context.stroke();
    }
  }

  label(context, x, y, label, theme) {
    context.strokeStyle = theme.soft;
    context.lineWidth = 1.5;
    context.beginPath();
    context.moveTo(x, y - 11); context.lineTo(x + 11, y); context.lineTo(x, y + 11); context.lineTo(x - 11, y);
    context.closePath();
    context.stroke();
    context.fillStyle = theme.soft;
    context.textAlign = "center";
    context.textBaseline = "top";
    context.fillText(label.name, x, y + 14);
  }
}
