// Colours of the drawings. A source keeps the colour of its id for as long as it lives, on every page that shows it.

const sources = {
  dark: ["#66b9ff", "#ffb454", "#5fd6a4", "#ff8fa3", "#c9a6ff", "#f4d35e", "#6fdfe0", "#ff9e6d"],
  light: ["#0b6fb8", "#b35c00", "#0a7f57", "#c2304f", "#7a4fc9", "#8a6d00", "#0b7f86", "#c4501b"],
};

const surfaces = {
  dark: {
    ink: "#e4ecf2", soft: "#9db0bf", faint: "#8296a7", line: "#22303c", strong: "#3a4d5d", field: "#0d151c", glow: "#16232e", panel: "#111a22",
  },
  light: {
    ink: "#17222c", soft: "#566673", faint: "#62717e", line: "#e1e7ec", strong: "#b9c5cf", field: "#f8fafb", glow: "#eef3f7", panel: "#ffffff",
  },
};

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

export function colours() { return isDark() ? surfaces.dark : surfaces.light; }

export function colourOf(id) {
  const palette = isDark() ? sources.dark : sources.light;
  return palette[((id % palette.length) + palette.length) % palette.length];
}

// The colour with an opacity of 0 to 1.
export function faded(colour, opacity) {
  const byte = Math.round(255 * Math.min(1, Math.max(0, opacity)));
  return colour + byte.toString(16).padStart(2, "0");
}
