// Colours, widths and dashes. Node colours are told apart by readers with any common colour blindness (after M. Okabe
// and K. Ito), and shape says the same, so that colour is never needed.

const PALETTES = {
  light: {
    ground: "#fbfbf9",
    ink: "#18212c",
    muted: "#5a6573",
    line: "#d9dce1",
    accent: "#0a58a8",
    kinds: { Country: "#0a66b0", Factory: "#c66a00", Distributor: "#00815f", Group: "#a8397c", Item: "#6b7280" },
    types: { SUPPLIED: "#55606e", DIVERTED: "#c23c00", CAPTURED: "#18212c", MANUFACTURED: "#8a93a0", HELD: "#8a93a0" },
    mark: "#18212c",
    markText: "#ffffff",
    band: "rgba(24, 33, 44, 0.045)",
    bandMarked: "rgba(198, 106, 0, 0.13)",
  },
  dark: {
    ground: "#12171d",
    ink: "#edf0f4",
    muted: "#a3aebb",
    line: "#2d3540",
    accent: "#7fb9f7",
    kinds: { Country: "#56a9ee", Factory: "#f0a13c", Distributor: "#2fc49b", Group: "#e58cc0", Item: "#9aa4b1" },
    types: { SUPPLIED: "#9aa5b3", DIVERTED: "#ff8350", CAPTURED: "#edf0f4", MANUFACTURED: "#727d8b", HELD: "#727d8b" },
    mark: "#edf0f4",
    markText: "#12171d",
    band: "rgba(237, 240, 244, 0.055)",
    bandMarked: "rgba(240, 161, 60, 0.17)",
  },
};

const ARROWS = { SUPPLIED: "triangle", DIVERTED: "triangle", CAPTURED: "vee", MANUFACTURED: "circle", HELD: "bar" };
const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, sans-serif';
const GLYPH = 13;
const DIMMED = 0.16;

let printing = false;

// Paper is light whatever the screen is.
function darkWanted() {
  if (printing) return false;
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
}

function palette() {
  return PALETTES[darkWanted() ? "dark" : "light"];
}

function originCount(relation) {
  return (relation.origin_ids || []).length;
}

// Dashes and dots with round ends, as long as the stroke is wide.
function dashes(type, width) {
  if (type === "DIVERTED") return [3 * width + 3, 2.2 * width + 3];
  if (type === "CAPTURED") return [0.1, 2.2 * width];
  return type === "HELD" ? [0.1, 4] : false;
}

function strokeWidth(relation) {
  return 1.3 + 0.9 * Math.min(originCount(relation), 5);
}

// Letter and number of a grade count alike: A1 is drawn full, F6 faint but still seen.
function strokeOpacity(relation) {
  const letter = "ABCDEF".indexOf(relation.grade[0]);
  const number = "123456".indexOf(relation.grade[1]);
  return 1 - 0.055 * ((letter < 0 ? 5 : letter) + (number < 0 ? 5 : number));
}
