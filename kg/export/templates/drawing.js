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
    polygon(context, x, y, [
      [-half, -half],
      [half, -half],
      [half, half],
      [-half, half],
    ]);
  } else if (kind === "Distributor") {
    const reach = radius * 1.16;
    polygon(context, x, y, [
      [0, -reach],
      [reach, 0],
      [0, reach],
      [-reach, 0],
    ]);
  } else if (kind === "Group") {
    const corners = [0, 1, 2, 3, 4, 5].map((step) => {
      const angle = (Math.PI / 3) * step;
      return [radius * 1.08 * Math.cos(angle), radius * 1.08 * Math.sin(angle)];
    });
    polygon(context, x, y, corners);
  } else if (kind === "Item") {
    polygon(context, x, y, [
      [0, -radius * 0.8],
      [radius * 0.8, radius * 0.6],
      [-radius * 0.8, radius * 0.6],
    ]);
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

// The mark of a chokepoint around a stroke, as the ring is around a party: a line on both sides of it, from ring to ring.
function drawCasing(context, from, controls, to, width, colours, dimmed) {
  const outside = (point) => [from, to].every((end) => Math.hypot(point.x - end.x, point.y - end.y) > GLYPH + 11);
  const points = Array.from({ length: 61 }, (_, step) => curvePoint(from, controls, to, step / 60)).filter(outside);
  context.save();
  context.globalAlpha = dimmed ? DIMMED : 1;
  context.lineCap = "butt";
  for (const [breadth, colour] of [
    [width + 12, colours.mark],
    [width + 7, colours.ground],
  ]) {
    context.beginPath();
    points.forEach(({ x, y }, index) => (index ? context.lineTo(x, y) : context.moveTo(x, y)));
    context.lineWidth = breadth;
    context.strokeStyle = colour;
    context.stroke();
  }
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

// Write a text where there is room for it, and say whether there was. `outline` is the look of one that marks less than a
// chokepoint; one that `must` be there is written over others if need be.
function drawPill(context, text, points, { scale, room, colours }, outline = null) {
  const size = Math.max(10.5, Math.min(13, 12 * scale)) / scale;
  const font = `600 100px ${FONT}`;
  const width = (lineWidths(context, [text], font) * size) / 100 + size * 1.4;
  const height = size * 1.7;
  for (const point of points) {
    const box = {
      left: point.x - width / 2,
      right: point.x + width / 2,
      top: point.y - height / 2,
      bottom: point.y + height / 2,
    };
    const last = point === points[points.length - 1];
    if (!room.free(box) && !(last && outline && outline.must)) continue;
    room.take(box);
    writePill(context, text, box, size, colours, outline);
    return true;
  }
  return false;
}

function writePill(context, text, box, size, colours, outline) {
  context.save();
  context.globalAlpha = outline && outline.dimmed ? DIMMED : 1;
  roundedBox(context, box.left, box.top, box.right - box.left, box.bottom - box.top, size);
  context.fillStyle = outline ? colours.ground : colours.mark;
  context.fill();
  if (outline) {
    context.lineWidth = size * 0.1;
    context.strokeStyle = outline.colour;
    context.stroke();
  }
  context.font = `600 ${size}px ${FONT}`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillStyle = outline ? colours.ink : colours.markText;
  context.fillText(text, (box.left + box.right) / 2, (box.top + box.bottom) / 2 + size * 0.05);
  context.restore();
}

// The mark of a point of diversion: a square on its tip, set off from the stroke below it.
function drawDiversion(context, point, scale, colours, dimmed) {
  const reach = Math.max(6.5, 5.5 / scale);
  context.save();
  context.globalAlpha = dimmed ? DIMMED : 1;
  polygon(context, point.x, point.y, [
    [0, -reach],
    [reach, 0],
    [0, reach],
    [-reach, 0],
  ]);
  context.lineWidth = reach * 0.7;
  context.strokeStyle = colours.ground;
  context.stroke();
  context.fillStyle = colours.types.DIVERTED;
  context.fill();
  context.restore();
}
