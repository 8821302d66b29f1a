// Labels are written where there is room for them: none lies on another one.

// Boxes on the screen that are taken, in cells, so that a label is only written where nothing else is.
class Room {
  constructor(size) {
    this.size = size;
    this.cells = new Map();
  }

  copy() {
    const copied = new Room(this.size);
    for (const [key, boxes] of this.cells) copied.cells.set(key, [...boxes]);
    return copied;
  }

  cellsOf(box) {
    const keys = [];
    for (let column = Math.floor(box.left / this.size); column <= Math.floor(box.right / this.size); column += 1) {
      for (let row = Math.floor(box.top / this.size); row <= Math.floor(box.bottom / this.size); row += 1) {
        keys.push(column * 65536 + row);
      }
    }
    return keys;
  }

  take(box) {
    for (const key of this.cellsOf(box)) listed(this.cells, key).push(box);
  }

  // `over` allows a box to lie on glyphs, not on labels.
  free(box, owner, over = false) {
    return this.cellsOf(box).every((key) =>
      (this.cells.get(key) || []).every(
        (other) =>
          (owner !== undefined && other.owner === owner) ||
          (over && other.glyph) ||
          other.right <= box.left ||
          other.left >= box.right ||
          other.bottom <= box.top ||
          other.top >= box.bottom,
      ),
    );
  }
}

const SIDES = ["below", "right", "left", "above"];

function labelBox(side, x, y, width, height, reach) {
  if (side === "left")
    return { left: x - reach - width, right: x - reach, top: y - height / 2, bottom: y + height / 2 };
  if (side === "right")
    return { left: x + reach, right: x + reach + width, top: y - height / 2, bottom: y + height / 2 };
  const top = side === "above" ? y - reach - height : y + reach;
  return { left: x - width / 2, right: x + width / 2, top, bottom: top + height };
}

const measured = new Map();

function lineWidths(context, lines, font) {
  const key = `${font}|${lines.join("|")}`;
  if (!measured.has(key)) {
    context.font = font;
    measured.set(key, Math.max(...lines.map((line) => context.measureText(line).width)));
  }
  return measured.get(key);
}

// Write each label where it meets no other label and no glyph, and as few strokes as can be; the most important labels
// first. A frame is the scale, the view, and what is taken. In a small picture every label is to be there: if need be
// all are cut to fewer lines.
function drawLabels(context, labels, frame) {
  const written = labels.filter((label) => label.lines[0]);
  let best = null;
  for (let most = Math.max(1, ...written.map((label) => label.lines.length)); most > 0; most -= 1) {
    const placed = placedLabels(context, written, most, { ...frame, room: frame.room.copy() });
    if (!best || placed.length > best.length) best = placed;
    if (!frame.strokes || best.length === written.length) break;
  }
  for (const label of best || []) {
    frame.room.take(label.box);
    writeLabel(context, label, labelSize(frame.scale) / frame.scale, frame.colours);
  }
  return best || [];
}

// A label without room is cut to its first lines, and left out where these find no room either, unless it is so
// important that it may lie on glyphs.
function placedLabels(context, labels, most, frame) {
  const cut = labels.map((label) => ({ ...label, lines: cutLines(label.lines, most) }));
  const wishes = frame.strokes && wishedBoxes(context, cut, frame);
  const placed = [];
  for (const label of cut) {
    let chosen = null;
    for (let kept = label.lines.length; kept > 0 && !chosen; kept -= 1) {
      chosen = bestBox(context, { ...label, lines: cutLines(label.lines, kept) }, frame, wishes);
    }
    if (!chosen && label.important)
      chosen = bestBox(context, { ...label, over: true }, { ...frame, strokes: null }, null);
    if (!chosen) continue;
    frame.room.take(chosen.box);
    placed.push({ ...label, ...chosen });
  }
  return placed;
}

function cutLines(lines, most) {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), `${lines[most - 1].replace(/…$/, "")}…`];
}

// In pixels of the screen: it follows the zoom within what is legible.
function labelSize(scale) {
  return Math.max(11, Math.min(15, 13.5 * scale));
}

function sizedBox(context, label, side, scale) {
  const font = `${label.strong ? 650 : 450} 100px ${FONT}`;
  const size = labelSize(scale) / scale;
  const width = (lineWidths(context, label.lines, font) * size) / 100 + 4 / scale;
  const height = label.lines.length * size * 1.25;
  const reach = (label.marked ? GLYPH + 12 : GLYPH + 4) + 3 / scale;
  return { ...labelBox(side, label.x, label.y, width, height, reach), owner: label.id };
}

// Where each label stands if it may; another label goes there only if it has nowhere else to go.
function wishedBoxes(context, labels, { scale }) {
  const wishes = new Room(90 / scale);
  for (const label of labels) wishes.take(sizedBox(context, label, label.side || "below", scale));
  return wishes;
}

function bestBox(context, label, frame, wishes) {
  const preferred = label.side || "below";
  let best = null;
  for (const side of [preferred, ...SIDES.filter((one) => one !== preferred)]) {
    const { lines, box } = insideView(context, label, side, frame);
    if (!box || !frame.room.free(box, label.id, label.over)) continue;
    const shorter = lines === label.lines ? 0 : 200;
    const cost = frame.strokes ? costOf(box, side === preferred, frame, wishes) : 0;
    if (!best || cost + shorter < best.cost) best = { side, box, lines, cost: cost + shorter };
    if (!frame.strokes && !shorter) break;
  }
  return best;
}

function costOf(box, preferred, { strokes }, wishes) {
  return strokes.count(box) + (preferred ? 0 : strokes.turning + (wishes.free(box, box.owner) ? 0 : 40));
}

// No label is cut by the edge of the picture: above or below its party it moves aside, beside it its lines become
// shorter; no box is left where that would leave next to nothing.
function insideView(context, label, side, { scale, view }) {
  const box = sizedBox(context, label, side, scale);
  const edge = 3 / scale;
  const [left, right] = [view.left + edge, view.right - edge];
  if (label.x < view.left || label.x > view.right || box.top < view.top || box.bottom > view.bottom) return {};
  if (box.left >= left && box.right <= right) return { lines: label.lines, box };
  const width = right - left;
  if ((side === "above" || side === "below") && box.right - box.left <= width) {
    const shift = box.left < left ? left - box.left : right - box.right;
    return { lines: label.lines, box: { ...box, left: box.left + shift, right: box.right + shift } };
  }
  const free = side === "left" ? box.right - left : side === "right" ? right - box.left : width;
  if (free * scale < LEAST_WIDTH) return {};
  const lines = narrowedLines(context, label, free - 4 / scale, scale);
  const narrowed = sizedBox(context, { ...label, lines }, side, scale);
  const shift = Math.max(0, left - narrowed.left) - Math.max(0, narrowed.right - right);
  return { lines, box: { ...narrowed, left: narrowed.left + shift, right: narrowed.right + shift } };
}

const LEAST_WIDTH = 48;

function narrowedLines(context, label, width, scale) {
  const font = `${label.strong ? 650 : 450} 100px ${FONT}`;
  const size = labelSize(scale) / scale;
  const fits = (line) => (lineWidths(context, [line], font) * size) / 100 <= width;
  return label.lines.map((line) => {
    if (fits(line)) return line;
    const letters = [...line.slice(0, 200)];
    let [most, less] = [0, letters.length];
    while (less - most > 1) {
      const tried = Math.floor((most + less) / 2);
      if (fits(`${letters.slice(0, tried).join("")}…`)) most = tried;
      else less = tried;
    }
    return `${letters.slice(0, most).join("").trimEnd()}…`;
  });
}

function writeLabel(context, label, size, colours) {
  const { side, box } = label;
  context.save();
  context.globalAlpha = label.dimmed ? 0.3 : 1;
  context.font = `${label.strong ? 650 : 450} ${size}px ${FONT}`;
  context.textBaseline = "middle";
  context.textAlign = side === "left" ? "right" : side === "right" ? "left" : "center";
  const x = side === "left" ? box.right : side === "right" ? box.left : (box.left + box.right) / 2;
  context.lineJoin = "round";
  context.lineWidth = size * 0.32;
  context.strokeStyle = colours.ground;
  context.fillStyle = colours.ink;
  label.lines.forEach((line, index) => {
    const y = box.top + (index + 0.5) * size * 1.25;
    context.strokeText(line, x, y);
    context.fillText(line, x, y);
  });
  context.restore();
}

// Points along the strokes, in cells, to count how many strokes a label would lie on.
class Strokes {
  // `turning` is how many points of a stroke a label bears before it goes to another side than it should be on.
  constructor(size, turning) {
    this.turning = turning;
    this.size = size;
    this.cells = new Map();
  }

  add(point) {
    listed(this.cells, Math.floor(point.x / this.size) * 65536 + Math.floor(point.y / this.size)).push(point);
  }

  count(box) {
    let found = 0;
    for (let column = Math.floor(box.left / this.size); column <= Math.floor(box.right / this.size); column += 1) {
      for (let row = Math.floor(box.top / this.size); row <= Math.floor(box.bottom / this.size); row += 1) {
        for (const { x, y } of this.cells.get(column * 65536 + row) || []) {
          if (x > box.left && x < box.right && y > box.top && y < box.bottom) found += 1;
        }
      }
    }
    return found;
  }
}
