// Drawing on a canvas context. The same functions draw on the screen and, through vector.js, into an SVG.

function polygon(context, x, y, corners) {
  context.beginPath();
  corners.forEach(([across, down], index) => {
    if (index) context.lineTo(x + across, y + down);
    else context.moveTo(x + across, y + down);
  });
  context.closePath();
}

function glyphPath(context, kind, x, y, radius) {
  if (kind === "Factory") {
    const half = radius * 0.86;
    polygon(context, x, y, [[-half, -half], [half, -half], [half, half], [-half, half]]);
  } else if (kind === "Distributor") {
    const reach = radius * 1.16;
    polygon(context, x, y, [[0, -reach], [reach, 0], [0, reach], [-reach, 0]]);
  } else if (kind === "Group") {
    const corners = [0, 1, 2, 3, 4, 5].map((step) => {
      const angle = (Math.PI / 3) * step;
      return [radius * 1.08 * Math.cos(angle), radius * 1.08 * Math.sin(angle)];
    });
    polygon(context, x, y, corners);
  } else if (kind === "Item") {
    polygon(context, x, y, [[0, -radius * 0.8], [radius * 0.8, radius * 0.6], [-radius * 0.8, radius * 0.6]]);
  } else {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.closePath();
  }
}

function drawGlyph(context, party, x, y, look) {
  const colours = look.colours;
  const colour = colours.kinds[party.kind];
  context.save();
  context.globalAlpha = look.dimmed ? DIMMED : 1;
  if (look.chokepoint) drawRing(context, x, y, GLYPH + 11, 2.5, colours.mark);
  if (look.selected) drawRing(context, x, y, GLYPH + 7, 3, colours.accent);
  else if (look.hovered) drawRing(context, x, y, GLYPH + 7, 2, colours.muted);
  context.lineWidth = 1.8;
  context.strokeStyle = colour;
  if (party.collective) {
    glyphPath(context, party.kind, x, y, GLYPH);
    context.fillStyle = colours.ground;
    context.fill();
    context.stroke();
  }
  const radius = party.collective ? GLYPH - 4.5 : GLYPH;
  glyphPath(context, party.kind, x, y, radius);
  context.fillStyle = party.placeholder ? colours.ground : colour;
  context.fill();
  context.lineWidth = party.placeholder ? 2.4 : 1;
  context.stroke();
  context.restore();
}

function drawRing(context, x, y, radius, width, colour) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.lineWidth = width;
  context.strokeStyle = colour;
  context.stroke();
}

function roundedBox(context, left, top, width, height, radius) {
  const corner = Math.min(radius, width / 2, height / 2);
  context.beginPath();
  context.moveTo(left + corner, top);
  context.lineTo(left + width - corner, top);
  context.quadraticCurveTo(left + width, top, left + width, top + corner);
  context.lineTo(left + width, top + height - corner);
  context.quadraticCurveTo(left + width, top + height, left + width - corner, top + height);
  context.lineTo(left + corner, top + height);
  context.quadraticCurveTo(left, top + height, left, top + height - corner);
  context.lineTo(left, top + corner);
  context.quadraticCurveTo(left, top, left + corner, top);
  context.closePath();
}

function drawBand(context, scale, band, name, marked, colours) {
  context.save();
  roundedBox(context, band.left, band.top, band.width, band.height, 14);
  context.fillStyle = marked ? colours.bandMarked : colours.band;
  context.fill();
  if (marked) {
    context.lineWidth = 1.5;
    context.strokeStyle = colours.kinds.Factory;
    context.stroke();
  }
  const { text, size, box } = bandTitle(context, scale, band, name);
  context.font = `600 ${size}px ${FONT}`;
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.fillStyle = colours.muted;
  context.fillText(text, box.left, (box.top + box.bottom) / 2);
  context.restore();
}

// The name of a band as it fits, and where it stands.
function bandTitle(context, scale, band, name) {
  const size = Math.max(10.5, 12 * scale) / scale;
  const widthOf = (text) => (lineWidths(context, [text], `600 100px ${FONT}`) * size) / 100;
  let text = name.slice(0, 60);
  while (text.length > 2 && widthOf(text) > band.width - 20) text = `${text.slice(0, -2).trimEnd()}…`;
  const [left, top] = [band.left + 10, band.top + 5];
  return { text, size, box: { left, right: left + widthOf(text), top, bottom: top + size * 1.2 } };
}

// Boxes on the screen that are taken, in cells, so that a label is only written where nothing else is.
class Room {
  constructor(size) {
    this.size = size;
    this.cells = new Map();
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

  free(box, owner) {
    return this.cellsOf(box).every((key) =>
      (this.cells.get(key) || []).every(
        (other) =>
          (owner !== undefined && other.owner === owner) ||
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
  if (side === "left") return { left: x - reach - width, right: x - reach, top: y - height / 2, bottom: y + height / 2 };
  if (side === "right") return { left: x + reach, right: x + reach + width, top: y - height / 2, bottom: y + height / 2 };
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
// first. A label without room is cut to its first lines, and left out where these find no room either.
function drawLabels(context, labels, scale, room, strokes, colours) {
  const size = labelSize(scale);
  const wishes = strokes ? wishedBoxes(context, labels, size, scale) : null;
  for (const label of labels) {
    if (!label.lines[0]) continue;
    let chosen = null;
    for (let kept = label.lines.length; kept > 0 && !chosen; kept -= 1) {
      const lines = label.lines.slice(0, kept);
      if (kept < label.lines.length) lines[kept - 1] = `${lines[kept - 1].replace(/…$/, "")}…`;
      chosen = bestBox(context, { ...label, lines }, size, scale, room, strokes, wishes);
    }
    if (!chosen) continue;
    room.take(chosen.box);
    writeLabel(context, { ...label, lines: chosen.lines }, chosen.side, chosen.box, size / scale, colours);
  }
}

// In pixels of the screen: it follows the zoom within what is legible.
function labelSize(scale) {
  return Math.max(11, Math.min(15, 13.5 * scale));
}

function sizedBox(context, label, side, size, scale) {
  const font = `${label.strong ? 650 : 450} 100px ${FONT}`;
  const width = (lineWidths(context, label.lines, font) * size) / 100 / scale + 4 / scale;
  const height = (label.lines.length * size * 1.25) / scale;
  const reach = (label.marked ? GLYPH + 12 : GLYPH + 4) + 3 / scale;
  return { ...labelBox(side, label.x, label.y, width, height, reach), owner: label.id };
}

// Where each label stands if it may; another label goes there only if it has nowhere else to go.
function wishedBoxes(context, labels, size, scale) {
  const wishes = new Room(90 / scale);
  for (const label of labels) wishes.take(sizedBox(context, label, label.side || "below", size, scale));
  return wishes;
}

function bestBox(context, label, size, scale, room, strokes, wishes) {
  const preferred = label.side || "below";
  let best = null;
  for (const side of [preferred, ...SIDES.filter((one) => one !== preferred)]) {
    const box = sizedBox(context, label, side, size, scale);
    if (!room.free(box, label.id)) continue;
    const aside = side === preferred || !strokes ? 0 : strokes.turning + (wishes.free(box, label.id) ? 0 : 40);
    const cost = strokes ? strokes.count(box) + aside : 0;
    if (!best || cost < best.cost) best = { side, box, lines: label.lines, cost };
    if (!strokes) break;
  }
  return best;
}

function writeLabel(context, label, side, box, size, colours) {
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

function drawPill(context, text, points, scale, room, colours) {
  const size = Math.max(10.5, Math.min(13, 12 * scale)) / scale;
  const font = `600 100px ${FONT}`;
  const width = (lineWidths(context, [text], font) * size) / 100 + size * 1.4;
  const height = size * 1.7;
  for (const point of points) {
    const box = { left: point.x - width / 2, right: point.x + width / 2, top: point.y - height / 2, bottom: point.y + height / 2 };
    if (!room.free(box)) continue;
    room.take(box);
    writePill(context, text, box, size, colours);
    return;
  }
}

function writePill(context, text, box, size, colours) {
  context.save();
  roundedBox(context, box.left, box.top, box.right - box.left, box.bottom - box.top, size);
  context.fillStyle = colours.mark;
  context.fill();
  context.font = `600 ${size}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = colours.markText;
  context.fillText(text, (box.left + box.right) / 2, (box.top + box.bottom) / 2 + size * 0.05);
  context.restore();
}

// The mark of a point of diversion: a square on its tip, set off from the stroke below it.
function drawDiversion(context, point, scale, colours, dimmed) {
  const reach = Math.max(6.5, 5.5 / scale);
  context.save();
  context.globalAlpha = dimmed ? DIMMED : 1;
  polygon(context, point.x, point.y, [[0, -reach], [reach, 0], [0, reach], [-reach, 0]]);
  context.lineWidth = reach * 0.7;
  context.strokeStyle = colours.ground;
  context.stroke();
  context.fillStyle = colours.types.DIVERTED;
  context.fill();
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
