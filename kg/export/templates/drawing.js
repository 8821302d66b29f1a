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

function drawBands(context, bands, names, marked, colours) {
  for (const band of bands) {
    context.save();
    roundedBox(context, band.left, band.top, band.width, band.height, 14);
    context.fillStyle = marked.has(band.territory) ? colours.bandMarked : colours.band;
    context.fill();
    if (marked.has(band.territory)) {
      context.lineWidth = 1.5;
      context.strokeStyle = colours.kinds.Factory;
      context.stroke();
    }
    context.font = `600 12px ${FONT}`;
    context.textAlign = "left";
    context.textBaseline = "top";
    context.fillStyle = colours.muted;
    context.fillText(visible(names(band.territory)), band.left + 12, band.top + 7, band.width - 24);
    context.restore();
  }
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

// Write each label where it meets no other label and no glyph, the most important ones first; size is in screen pixels.
function drawLabels(context, labels, scale, room, colours) {
  const size = Math.max(11, Math.min(15, 13.5 * scale));
  for (const label of labels) {
    const font = `${label.strong ? 650 : 450} 100px ${FONT}`;
    const width = (lineWidths(context, label.lines, font) * size) / 100 / scale + 4 / scale;
    const height = (label.lines.length * size * 1.25) / scale;
    const reach = (label.marked ? GLYPH + 12 : GLYPH + 4) + 3 / scale;
    const sides = [label.side || "below", ...SIDES.filter((side) => side !== (label.side || "below"))];
    for (const side of label.lines[0] ? sides : []) {
      const box = { ...labelBox(side, label.x, label.y, width, height, reach), owner: label.id };
      if (!room.free(box, label.id)) continue;
      room.take(box);
      writeLabel(context, label, side, box, size / scale, colours);
      break;
    }
  }
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

function drawPill(context, text, points, scale, room, colours, always) {
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
  if (always && points.length) drawDot(context, points[0], 5, colours);
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

function drawDot(context, point, radius, colours) {
  context.save();
  context.beginPath();
  context.arc(point.x, point.y, radius, 0, 2 * Math.PI);
  context.fillStyle = colours.mark;
  context.fill();
  context.restore();
}
