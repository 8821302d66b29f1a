// The picture: which parties and transfers are drawn, where they stand, and what stands out.

const MOST_LABELS = 250;
const MOST_STROKES = 12;

class Picture {
  constructor(graph, element, handlers) {
    this.graph = graph;
    this.handlers = handlers;
    this.places = new Map();
    this.shown = { parties: new Set(), relations: new Set() };
    this.emphasis = null;
    this.calm = 1;
    this.written = new Map();
    this.inMotion = false;
    this.fitted = true;
    this.colours = palette();
    this.selected = null;
    this.hovered = null;
    this.strokes = new Map();
    this.strokeOf = new Map();
    this.ruler = document.createElement("canvas").getContext("2d");
    this.nodes = new vis.DataSet();
    this.edges = new vis.DataSet();
    for (const party of graph.parties.values()) {
      if (party.x !== undefined) this.places.set(party.id, { x: party.x, y: party.y });
    }
    teachRoutes((id, from, to) => this.controls(id, from, to));
    this.network = new vis.Network(element, { nodes: this.nodes, edges: this.edges }, this.options(graph.data.options));
    this.listen();
  }

  options(given) {
    return {
      ...given,
      nodes: { shape: "custom", size: GLYPH, label: undefined, chosen: false },
      edges: {
        smooth: { enabled: true, type: "cubicBezier", roundness: 0.5 },
        selectionWidth: 1.5,
        hoverWidth: 0.8,
        arrowStrikethrough: false,
      },
    };
  }

  listen() {
    const network = this.network;
    network.on("click", ({ nodes, edges }) => this.handlers.select(this.hit(nodes, edges)));
    // The library's own double click is missed where the first click takes long; the browser's is not.
    network.body.container.addEventListener("dblclick", ({ clientX, clientY }) => {
      const { left, top } = network.body.container.getBoundingClientRect();
      const node = network.getNodeAt({ x: clientX - left, y: clientY - top });
      if (node !== undefined) this.handlers.expand(node);
    });
    network.on("hoverNode", ({ node, event }) => this.hover({ id: node, edge: false }, event));
    network.on("hoverEdge", ({ edge, event }) => this.hover({ id: edge, edge: true }, event));
    network.on("blurNode", () => this.hover(null));
    network.on("blurEdge", () => this.hover(null));
    network.on("dragEnd", ({ nodes }) => nodes.forEach((id) => this.places.set(id, network.getPosition(id))));
    network.on("dragStart", () => (this.fitted = false));
    network.on("dragging", () => this.move());
    network.on("dragEnd", () => this.moved());
    network.on("zoom", () => {
      this.move();
      this.moved();
    });
    // The library scales what is in view after it has told of a new size: put it back once it is done.
    network.on("resize", () => queueMicrotask(() => this.keepView()));
    network.on("beforeDrawing", (context) => this.drawBehind(context, network.getScale()));
    network.on("afterDrawing", (context) => this.drawAbove(context, network.getScale(), this.view()));
  }

  hit(nodes, edges) {
    if (nodes.length) return { kind: nodes[0].startsWith("\u0000item\u0000") ? "item" : "party", id: nodes[0] };
    const stroke = edges.length ? this.strokes.get(edges[0]) : null;
    if (!stroke) return null;
    if (stroke.bundle) return { kind: "bundle", id: stroke.bundle };
    return { kind: this.graph.transfers.has(stroke.id) ? "transfer" : "possession", id: stroke.id };
  }

  hover(what, event) {
    this.hovered = what;
    this.handlers.hover(what, event);
    this.network.redraw();
  }

  controls(id, from, to) {
    const { slot, aside, possession } = this.strokes.get(id) || { slot: null, aside: 0 };
    const bend = aside + (slot ? fanned(slot, Math.hypot(to.x - from.x, to.y - from.y)) : 0);
    const flowing = this.graph.data.layout === "flow" && !possession;
    return flowing ? flowControls(from, to, bend) : forceControls(from, to, bend);
  }

  // Draw exactly these parties and relations; what stays keeps its place.
  show(parties, relations) {
    this.strokes = strokesOf(this.graph, relations);
    this.strokeOf = new Map();
    for (const stroke of this.strokes.values()) for (const one of stroke.members) this.strokeOf.set(one.id, stroke.id);
    const goneEdges = this.edges.getIds().filter((id) => !this.strokes.has(id));
    const goneNodes = this.nodes.getIds().filter((id) => !parties.has(id));
    this.edges.remove(goneEdges);
    this.nodes.remove(goneNodes);
    this.nodes.add([...parties].filter((id) => !this.nodes.get(id)).map((id) => this.node(id)));
    const strokes = [...this.strokes.values()];
    this.edges.update(strokes.filter((one) => one.bundle && this.edges.get(one.id)).map((one) => this.edge(one)));
    this.edges.add(strokes.filter((one) => !this.edges.get(one.id)).map((one) => this.edge(one)));
    this.shown = { parties, relations };
    this.calm = relations.size > 250 ? 0.6 : 1;
  }

  node(id) {
    const place = this.places.get(id);
    return {
      id,
      x: place.x,
      y: place.y,
      shape: "custom",
      ctxRenderer: ({ ctx, x, y }) => this.renderNode(ctx, id, x, y),
    };
  }

  renderNode(context, id, x, y) {
    const size = 2 * (GLYPH + 4);
    return {
      drawNode: () => drawGlyph(context, this.nodeOf(id), x, y, this.look(id)),
      nodeDimensions: { width: size, height: size },
    };
  }

  nodeOf(id) {
    return this.graph.parties.get(id) || this.itemNode(id);
  }

  itemNode(id) {
    const name = itemName(this.graph, id.slice(6));
    return { id, kind: "Item", lines: [visible(name.length > 40 ? `${name.slice(0, 39)}…` : name)], rank: 1e6 };
  }

  look(id) {
    return {
      colours: this.colours,
      dimmed: this.emphasis !== null && !this.emphasis.parties.has(id),
      selected: this.selected === id,
      hovered: this.hovered !== null && this.hovered.id === id,
      chokepoint: this.graph.chokepoints.has(id),
    };
  }

  edge(stroke) {
    const { id, start, end, type, possession } = stroke;
    const width = possession ? 1.2 : strokeWidth(stroke);
    return {
      id,
      from: start,
      to: possession ? itemNodeId(stroke.members[0]) : end,
      width,
      dashes: dashes(type, width),
      arrows: { to: { enabled: true, type: ARROWS[type], scaleFactor: possession ? 0.4 : 0.62 } },
      ...this.edgeLook(stroke),
    };
  }

  // Of a stroke for many transfers: whether one of them stands out.
  standsOut(stroke) {
    return this.emphasis !== null && stroke.members.some((one) => this.emphasis.relations.has(one.id));
  }

  edgeLook(stroke) {
    const colour = this.colours.types[stroke.type];
    const strong = this.standsOut(stroke);
    const dimmed = this.emphasis !== null && !strong;
    const chosen =
      this.selected !== null &&
      (this.selected === stroke.bundle || stroke.members.some((one) => one.id === this.selected));
    const shade = chosen ? this.colours.accent : colour;
    const opacity = dimmed ? 0.12 : strong || chosen ? 1 : strokeOpacity(stroke) * this.calm;
    return { color: { color: shade, highlight: this.colours.accent, hover: colour, opacity, inherit: false } };
  }

  // Let these parties and relations stand out (null: all alike), and mark the selected one.
  emphasise(emphasis, selected) {
    if (emphasis === null && this.emphasis === null && selected === this.selected) return;
    this.emphasis = emphasis;
    this.selected = selected;
    this.restyle();
  }

  restyle() {
    this.colours = palette();
    this.edges.update(this.edges.getIds().map((id) => ({ id, ...this.edgeLook(this.strokes.get(id)) })));
    this.network.redraw();
  }

  drawBehind(context, scale) {
    context.lineCap = "round";
    const marked = new Set(this.graph.data.chokepointTerritories.flatMap((one) => one.territories));
    for (const band of this.graph.data.bands) {
      drawBand(
        context,
        scale,
        band,
        this.bandName(band),
        band.territories.some((id) => marked.has(id)),
        this.colours,
      );
    }
    for (const id of this.graph.chokepoints) {
      if (!this.isDrawn(id)) continue;
      const stroke = this.strokes.get(this.strokeOf.get(id));
      const { from, to } = this.network.body.edges[stroke.id];
      const dimmed = this.emphasis !== null && !this.standsOut(stroke);
      drawCasing(context, from, this.controls(stroke.id, from, to), to, strokeWidth(stroke), this.colours, dimmed);
    }
  }

  bandName(band) {
    return visible(band.territories.map((id) => territoryName(this.graph, id)).join(", "));
  }

  drawAbove(context, scale, view) {
    const room = new Room(90 / scale);
    const labels = [];
    for (const id of this.nodes.getIds()) {
      const { x, y } = this.network.body.nodes[id];
      if (x < view.left - 20 || x > view.right + 20 || y < view.top - 20 || y > view.bottom + 20) continue;
      room.take({ left: x - GLYPH, right: x + GLYPH, top: y - GLYPH, bottom: y + GLYPH, owner: id, glyph: true });
      labels.push(this.label(id, x, y));
    }
    for (const band of this.graph.data.bands) room.take(bandTitle(context, scale, band, this.bandName(band)).box);
    labels.sort((one, other) => other.weight - one.weight);
    const crowded = labels.length > 60;
    const wanted = labels.filter((label) => !(crowded && label.dimmed)).slice(0, MOST_LABELS);
    const strokes = this.inMotion ? null : this.strokePoints();
    const frame = { scale, view, room, strokes, colours: this.colours };
    this.drawCounts(context, frame);
    const written = drawLabels(context, this.inMotion ? this.keptLabels(wanted) : wanted, frame);
    if (!this.inMotion) this.written = new Map(written.map((label) => [label.id, label]));
    this.drawMarks(context, frame);
  }

  // While the picture moves, labels stay on the sides where they are: to seek better ones in every frame costs frames.
  keptLabels(labels) {
    const kept = labels.filter((label) => this.written.has(label.id));
    return kept.map((label) => {
      const { side, lines } = this.written.get(label.id);
      return { ...label, side, lines };
    });
  }

  // Until nothing has moved for a moment.
  move() {
    this.inMotion = true;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => {
      this.inMotion = false;
      this.network.redraw();
    }, 160);
  }

  // Where the strokes run, so that labels keep off them; in a large picture that would cost more than it gives.
  strokePoints() {
    if (this.edges.length > 150) return null;
    const ids = this.edges.getIds().filter((id) => this.isStroke(id));
    const strokes = new Strokes(60, this.graph.data.bands.length ? 12 : 4);
    for (const id of ids) for (let step = 1; step < 20; step += 1) strokes.add(this.pointOn(id, step / 20));
    return strokes;
  }

  label(id, x, y) {
    const node = this.nodeOf(id);
    const look = this.look(id);
    const strong = look.selected || look.chokepoint;
    const weight = (look.selected ? 4e6 : 0) + (look.hovered ? 3e6 : 0) + (look.dimmed ? 0 : 1e6) - node.rank;
    return {
      id,
      x,
      y,
      lines: node.lines,
      side: node.side,
      strong,
      marked: strong,
      dimmed: look.dimmed,
      important: look.selected || (node.rank < 20 && this.nodes.length > 60),
      weight,
    };
  }

  drawMarks(context, frame) {
    for (const id of this.graph.chokepoints) {
      const node = this.network.body.nodes[id];
      if (this.isDrawn(id)) {
        drawPill(context, "chokepoint", this.pointsAlong(this.strokeOf.get(id)), frame);
      } else if (node && this.shown.parties.has(id)) {
        const points = [-38, -50, 44, 70, 84].map((aside) => ({ x: node.x, y: node.y + aside }));
        drawPill(context, "chokepoint", points, frame);
      }
    }
    for (const id of this.graph.diversionPoints) {
      const dimmed = this.emphasis !== null && !this.emphasis.relations.has(id);
      if (this.isDrawn(id))
        drawDiversion(context, this.pointOn(this.strokeOf.get(id), 0.5), frame.scale, this.colours, dimmed);
    }
  }

  // How many transfers a stroke stands for.
  drawCounts(context, frame) {
    for (const stroke of this.strokes.values()) {
      if (!stroke.bundle || !this.isStroke(stroke.id)) continue;
      const dimmed = this.emphasis !== null && !this.standsOut(stroke);
      const outline = { colour: frame.colours.types[stroke.type], dimmed };
      const number = stroke.members.length;
      const points = this.pointsAlong(stroke.id);
      const written = drawPill(context, count(number, "transfer", "transfers"), points, frame, outline);
      // Where that finds no room the number alone does, if need be over others.
      if (!written) drawPill(context, number.toLocaleString("en"), points, frame, { ...outline, must: true });
    }
  }

  isDrawn(relation) {
    return this.isStroke(this.strokeOf.get(relation));
  }

  // False also while the library has the node or edge not yet: it draws between two changes.
  isStroke(id) {
    const edge = this.network.body.edges[id];
    return edge !== undefined && edge.connected && this.strokes.has(id);
  }

  pointOn(id, share) {
    const { from, to } = this.network.body.edges[id];
    return curvePoint(from, this.controls(id, from, to), to, share);
  }

  // Where a mark may stand on a stroke, its middle first, then a little above and below it.
  pointsAlong(id) {
    const points = [0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8].map((share) => this.pointOn(id, share));
    return [...points, ...[-22, 22, -40, 40].map((aside) => ({ x: points[0].x, y: points[0].y + aside }))];
  }

  view() {
    const { clientWidth, clientHeight } = this.network.body.container;
    const corner = this.network.DOMtoCanvas({ x: 0, y: 0 });
    const opposite = this.network.DOMtoCanvas({ x: clientWidth, y: clientHeight });
    return { left: corner.x, top: corner.y, right: opposite.x, bottom: opposite.y };
  }

  // The view that holds all that is shown with its labels, whose size is counted in pixels of the screen.
  fit(animate) {
    const ids = this.nodes.getIds();
    this.fitted = true;
    this.fittedNodes = ids.length;
    this.handlers.moved();
    if (!ids.length) return;
    const points = [...ids.map((id) => this.places.get(id)), ...this.bulges()];
    const [left, right] = extent(points.map((point) => point.x));
    const [top, bottom] = extent(points.map((point) => point.y));
    const bands = this.graph.data.bands;
    const { clientWidth, clientHeight } = this.network.body.container;
    const high = (clientHeight - 56 - 74) / (bottom - top);
    let scale = 1;
    let margin = null;
    for (let round = 0; round < 3; round += 1) {
      margin = {
        left: Math.max(this.labelMargin(ids, "left", scale, left), ...bands.map((band) => (left - band.left) * scale + 12)),
        right: Math.max(
          this.labelMargin(ids, "right", scale, right),
          ...bands.map((band) => (band.left + band.width - right) * scale + 12),
        ),
      };
      const wide = (clientWidth - margin.left - margin.right) / (right - left);
      scale = Math.max(0.02, Math.min(1.3, wide, high));
    }
    const position = {
      x: (left + right + (margin.right - margin.left) / scale) / 2,
      y: (top + bottom + 18 / scale) / 2,
    };
    const animation = animate && !matchMedia("(prefers-reduced-motion: reduce)").matches && { duration: 260 };
    this.network.moveTo({ position, scale, animation });
  }

  // How far the strokes go.
  bulges() {
    const bulges = [];
    for (const { id, start, end, possession, members } of this.strokes.values()) {
      const ends = [start, possession ? itemNodeId(members[0]) : end].map((one) => ({ id: one, ...this.places.get(one) }));
      const controls = this.controls(id, ...ends);
      for (const share of [0.3, 0.5, 0.7]) bulges.push(curvePoint(ends[0], controls, ends[1], share));
    }
    return bulges;
  }

  // How much room the labels need on a side of the outermost parties, in pixels of the screen.
  labelMargin(ids, side, scale, edge) {
    const font = `450 100px ${FONT}`;
    const most = this.network.body.container.clientWidth * 0.3;
    let margin = 76;
    for (const id of ids) {
      const { lines, side: own = "below" } = this.nodeOf(id);
      if (own !== side && (own === "left" || own === "right")) continue;
      const width = (lineWidths(this.ruler, lines, font) * labelSize(scale)) / 100;
      const inward = Math.abs(this.places.get(id).x - edge) * scale;
      margin = Math.max(margin, own === side ? width + 44 : width / 2 + 8 - inward);
    }
    return Math.min(most, margin);
  }

  centreIfHidden(id) {
    const { x, y } = this.places.get(id);
    const view = this.view();
    const inside = x > view.left + 60 && x < view.right - 60 && y > view.top + 60 && y < view.bottom - 60;
    const scale = this.network.getScale() < 0.45 ? 0.75 : this.network.getScale();
    if (inside && scale === this.network.getScale()) return;
    this.network.moveTo({ position: { x, y }, scale, animation: false });
    this.moved();
  }

  moved() {
    this.fitted = false;
    this.seen = { position: this.network.getViewPosition(), scale: this.network.getScale() };
    this.handlers.moved();
  }

  keepView() {
    if (this.fitted) this.fit(false);
    else if (this.seen) this.network.moveTo({ ...this.seen, animation: false });
  }

  // Take the size that the page has given the picture by now.
  takeSize() {
    this.network.setSize("100%", "100%");
  }

  // The middle of the view and its scale; null where all is in view as it was fitted.
  whereabouts() {
    if (this.fitted && this.fittedNodes === this.nodes.length) return null;
    const { x, y } = this.network.getViewPosition();
    return { x: Math.round(x), y: Math.round(y), scale: Number(this.network.getScale().toFixed(3)) };
  }

  goTo({ x, y, scale }) {
    this.network.moveTo({ position: { x, y }, scale, animation: false });
    this.moved();
  }

  // The nearest party in a direction from a party, or the most important one where none is given.
  nearest(from, across, down) {
    const parties = this.nodes.getIds().filter((id) => this.graph.parties.has(id) && id !== from);
    if (!from || !this.places.has(from)) return ordered(parties, (id) => this.nodeOf(id).rank)[0];
    const here = this.places.get(from);
    const costs = parties.map((id) => {
      const { x, y } = this.places.get(id);
      const ahead = (x - here.x) * across + (y - here.y) * down;
      const aside = Math.abs((x - here.x) * down) + Math.abs((y - here.y) * across);
      return { id, cost: ahead > 4 ? ahead + 2.2 * aside : Infinity };
    });
    const best = ordered(costs, (one) => one.cost)[0];
    return best && best.cost < Infinity ? best.id : null;
  }

  zoom(factor) {
    this.network.moveTo({ scale: Math.max(0.03, Math.min(4, this.network.getScale() * factor)), animation: false });
    this.moved();
  }

  // What is in view, so many pixels wide at least: a wider picture has room for more of the labels.
  toSvg(title, least = 0) {
    const { clientWidth, clientHeight } = this.network.body.container;
    const factor = Math.max(1, least / clientWidth);
    const scale = this.network.getScale() * factor;
    const { x, y } = this.network.canvasToDOM({ x: 0, y: 0 });
    const matrix = [scale, 0, 0, scale, x * factor, y * factor];
    const context = new SvgContext(Math.round(clientWidth * factor), Math.round(clientHeight * factor), matrix);
    context.root.prepend(
      ...nodesOf([
        makeSvg("title", {}, title),
        printing ? "" : makeSvg("rect", { width: "100%", height: "100%", fill: this.colours.ground }),
      ]),
    );
    this.drawBehind(context, scale);
    for (const edge of Object.values(this.network.body.edges)) {
      edge.draw(context);
      edge.drawArrows(context);
    }
    for (const id of this.nodes.getIds()) {
      const { x, y } = this.network.body.nodes[id];
      drawGlyph(context, this.nodeOf(id), x, y, this.look(id));
    }
    this.drawAbove(context, scale, this.view());
    const code = this.graph.data.handling;
    if (code && !printing) context.root.append(this.handlingMark(code));
    return context.root;
  }

  // A picture that leaves the page alone carries its handling code.
  handlingMark(code) {
    const look = { x: 12, y: 20, fill: this.colours.ink, "font-family": FONT, "font-size": 13, "font-weight": 700 };
    return makeSvg("text", look, code);
  }
}

function extent(values) {
  return values.reduce(
    ([least, most], value) => [Math.min(least, value), Math.max(most, value)],
    [values[0], values[0]],
  );
}

// The strokes for these relations: one for each, but where there are too many between two parties one for all of a type
// in a direction. What lies between the same two parties has a slot of its own in their fan.
function strokesOf(graph, relations) {
  const strokes = new Map();
  const between = new Map();
  for (const id of ordered(relations, (one) => one)) {
    const transfer = graph.transfers.get(id);
    const possession = graph.possessions.get(id);
    if (possession) strokes.set(id, { ...possession, members: [possession], aside: 0, slot: null, possession: true });
    else listed(between, JSON.stringify([transfer.start, transfer.end].sort())).push(transfer);
  }
  for (const transfers of between.values()) {
    const groups = new Map();
    const many = transfers.length > MOST_STROKES;
    for (const one of transfers) listed(groups, many ? bundleId(one) : one.id).push(one);
    [...groups.values()].forEach((members, place) => {
      const stroke = strokeFor(graph, members);
      strokes.set(stroke.id, { ...stroke, members, slot: { place, of: groups.size } });
    });
  }
  return strokes;
}

// Of many transfers the stroke has the best grade, and the width of all their origins.
function strokeFor(graph, members) {
  const [{ id, type, start, end, grade, origin_ids, bend }] = members;
  const one = { id, type, start, end, grade, origin_ids, aside: bend || 0 };
  if (members.length === 1) return one;
  const bundle = bundleId(one);
  let own = `\u0000bundle\u0000${bundle}`;
  while (graph.transfers.has(own)) own += "\u0000";
  return {
    ...one,
    id: own,
    bundle,
    grade: ordered(members, (member) => gradeRank(member.grade))[0].grade,
    origin_ids: [...new Set(members.flatMap((member) => member.origin_ids || []))],
  };
}

function itemNodeId(possession) {
  return `\u0000item\u0000${possession.end}`;
}

// Places taken, in cells, to find free ones.
class Taken {
  constructor(places, distance) {
    this.distance = distance;
    this.cells = new Map();
    for (const place of places.values()) this.add(place);
  }

  add({ x, y }) {
    listed(this.cells, Math.floor(x / this.distance) * 65536 + Math.floor(y / this.distance)).push({ x, y });
  }

  free({ x, y }) {
    for (let across = -1; across <= 1; across += 1) {
      for (let down = -1; down <= 1; down += 1) {
        const key = (Math.floor(x / this.distance) + across) * 65536 + Math.floor(y / this.distance) + down;
        const near = this.cells.get(key) || [];
        if (near.some((one) => Math.hypot(one.x - x, one.y - y) < this.distance)) return false;
      }
    }
    return true;
  }
}

// Find a free place near the given neighbours, on rings around their mean.
function placeBeside(places, taken, id, neighbours) {
  const near = neighbours.map((one) => places.get(one)).filter(Boolean);
  const mean = (values) => (values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0);
  const centre = { x: mean(near.map((one) => one.x)), y: mean(near.map((one) => one.y)) };
  let place = centre;
  for (let ring = 1; ring < 200 && !taken.free(place); ring += 1) {
    const steps = 6 * ring;
    for (let step = 0; step < steps && !taken.free(place); step += 1) {
      const angle = (2 * Math.PI * (step + (ring % 2) / 2)) / steps;
      const reach = ring * taken.distance * 1.2;
      place = {
        x: Math.round(centre.x + reach * Math.cos(angle)),
        y: Math.round(centre.y + reach * 0.85 * Math.sin(angle)),
      };
    }
  }
  places.set(id, place);
  taken.add(place);
}
