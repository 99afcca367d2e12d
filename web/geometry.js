// Directions: x front, y left, z up; azimuth in degrees counter-clockwise from the front, elevation upwards.

const radian = Math.PI / 180;

export function vector(azimuth, elevation) {
  const [a, e] = [azimuth * radian, elevation * radian];
  return [Math.cos(e) * Math.cos(a), Math.cos(e) * Math.sin(a), Math.sin(e)];
}

// The camera looks at the origin along a direction that `turn` and `tilt` (degrees) give: 0, 0 is from behind, on the horizon.
// Returns right, up and depth, the last positive towards the viewer.
export function project([x, y, z], turn, tilt) {
  const [ct, st] = [Math.cos(turn * radian), Math.sin(turn * radian)];
  const [front, left] = [x * ct + y * st, y * ct - x * st];
  const [ce, se] = [Math.cos(tilt * radian), Math.sin(tilt * radian)];
  return [-left, front * se + z * ce, z * se - front * ce];
}

// A canvas that is as sharp as the screen: its context, scaled to CSS pixels, cleared.
export function prepare(canvas) {
  const scale = Math.min(3, window.devicePixelRatio || 1);
  const [width, height] = [canvas.clientWidth, canvas.clientHeight];
  if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
  }
  const context = canvas.getContext("2d");
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  context.font = `500 11.5px ${getComputedStyle(document.body).fontFamily}`;
  context.lineJoin = context.lineCap = "round";
  return { context, width, height };
}

// The elevation of a track or label as text; without a sign where the array cannot distinguish above from below.
export function elevationText(elevation, isUnsigned) {
  return isUnsigned ? `±${degrees(Math.abs(elevation))}` : degrees(elevation);
}

// Where else a source may be: the mirror images of tracks below the plane of the capsules; none where elevations have a sign.
export function mirrored(tracks, isUnsigned) {
  return isUnsigned ? tracks.filter((track) => Math.abs(track.elevation) >= 1).map((track) => ({ ...track, elevation: -track.elevation })) : [];
}

export function degrees(value) {
  const rounded = Math.round(value);
  return `${rounded < 0 ? "−" : ""}${Math.abs(rounded)}°`;
}

// Decibels, with a minus as long as a plus.
export function decibels(value, decimals) { return value.toFixed(decimals).replace("-", "−"); }

// The level of a source: digital silence is -200 dBFS.
export function level(value) { return value > -199.5 ? `${decibels(value, 0)} dB` : "silent"; }

export function side(azimuth) {
  const rounded = Math.round(azimuth);
  if (rounded === 0) return "front";
  if (Math.abs(rounded) === 180) return "behind";
  return rounded > 0 ? "left" : "right";
}

// Radius of a source's dot, by its activity.
export function size(track) { return 4.5 + 4 * Math.min(1, Math.max(0, track.activity ?? 0.6)); }
