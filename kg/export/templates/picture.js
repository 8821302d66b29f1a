// The picture: which parties and transfers are drawn, where they stand, and what stands out.

class Picture {
  constructor(graph, element, handlers) {
    this.graph = graph;
    this.handlers = handlers;
    this.places = new Map();
    this.shown = { parties: new Set(), relations: new Set() };
    this.emphasis = null;
    this.selected = null;
    this.hovered = null;
    this.bends = new Map();
    this.nodes = new vis.DataSet();
    this.edges = new vis.DataSet();
    for (const party of graph.parties.values()) {
      if (party.x !== undefined) this.places.set(party.id, { x: party.x, y: party.y });
    }
    for (const transfer of graph.transfers.values()) this.bends.set(transfer.id, transfer.bend);
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
    network.on("doubleClick", ({ nodes }) => nodes.length && this.handlers.expand(nodes[0]));
    network.on("hoverNode", ({ node, event }) => this.hover({ id: node, edge: false }, event));
    network.on("hoverEdge", ({ edge, event }) => this.hover({ id: edge, edge: true }, event));
    network.on("blurNode", () => this.hover(null));
    network.on("blurEdge", () => this.hover(null));
    network.on("dragEnd", ({ nodes }) => nodes.forEach((id) => this.places.set(id, network.getPosition(id))));
    network.on("beforeDrawing", (context) => this.drawBehind(context));
    network.on("afterDrawing", (context) => this.drawAbove(context, network.getScale()));
  }

  hit(nodes, edges) {
    if (nodes.length) return { kind: nodes[0].startsWith("\u0000item\u0000") ? "item" : "party", id: nodes[0] };
    if (edges.length) return { kind: this.graph.transfers.has(edges[0]) ? "transfer" : "possession", id: edges[0] };
    return null;
  }

  hover(what, event) {
    this.hovered = what;
    this.handlers.hover(what, event);
    this.network.redraw();
  }

  controls(id, from, to) {
    const bend = this.bends.get(id) || 0;
    const flowing = this.graph.data.layout === "flow" && this.graph.transfers.has(id);
    return flowing ? flowControls(from, to, bend) : forceControls(from, to, bend);
  }

  // Draw exactly these parties and relations; what stays keeps its place.
  show(parties, relations) {
    const goneEdges = this.edges.getIds().filter((id) => !relations.has(id));
    const goneNodes = this.nodes.getIds().filter((id) => !parties.has(id));
    this.edges.remove(goneEdges);
    this.nodes.remove(goneNodes);
    this.shown = { parties, relations };
    this.nodes.add([...parties].filter((id) => !this.nodes.get(id)).map((id) => this.node(id)));
    this.edges.add([...relations].filter((id) => !this.edges.get(id)).map((id) => this.edge(id)));
  }

  node(id) {
    const place = this.places.get(id);
    return { id, x: place.x, y: place.y, shape: "custom", ctxRenderer: ({ ctx, x, y }) => this.renderNode(ctx, id, x, y) };
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

  get colours() {
    return palette();
  }

  relation(id) {
    return this.graph.transfers.get(id) || this.graph.possessions.get(id);
  }

  edge(id) {
    const relation = this.relation(id);
    const transfer = this.graph.transfers.has(id);
    return {
      id,
      from: relation.start,
      to: transfer ? relation.end : itemNodeId(relation),
      width: transfer ? strokeWidth(relation) : 1.2,
      dashes: DASHES[relation.type],
      arrows: { to: { enabled: true, type: ARROWS[relation.type], scaleFactor: transfer ? 0.62 : 0.4 } },
      ...this.edgeLook(relation),
    };
  }

  edgeLook(relation) {
    const colour = this.colours.types[relation.type];
    const dimmed = this.emphasis !== null && !this.emphasis.relations.has(relation.id);
    const chosen = this.selected === relation.id;
    const strong = chosen || (this.emphasis !== null && this.emphasis.relations.has(relation.id));
    const shade = chosen ? this.colours.accent : colour;
    const opacity = dimmed ? 0.12 : strong ? 1 : strokeOpacity(relation);
    return { color: { color: shade, highlight: this.colours.accent, hover: colour, opacity, inherit: false } };
  }

  // Let these parties and relations stand out (null: all alike), and mark the selected one.
  emphasise(emphasis, selected) {
    this.emphasis = emphasis;
    this.selected = selected;
    this.restyle();
  }

  restyle() {
    this.edges.update(this.edges.getIds().map((id) => ({ id, ...this.edgeLook(this.relation(id)) })));
    this.network.redraw();
  }

  drawBehind(context) {
    const names = (id) => territoryName(this.graph, id);
    drawBands(context, this.graph.data.bands, names, new Set(this.graph.data.chokepointTerritories), this.colours);
  }

  drawAbove(context, scale) {
    const view = this.view();
    const room = new Room(90 / scale);
    const labels = [];
    for (const id of this.nodes.getIds()) {
      const { x, y } = this.network.body.nodes[id];
      if (x < view.left || x > view.right || y < view.top || y > view.bottom) continue;
      room.take({ left: x - GLYPH, right: x + GLYPH, top: y - GLYPH, bottom: y + GLYPH, owner: id });
      labels.push(this.label(id, x, y));
    }
    labels.sort((one, other) => other.weight - one.weight);
    drawLabels(context, labels.slice(0, 600), scale, room, this.colours);
    this.drawMarks(context, scale, room);
  }

  label(id, x, y) {
    const node = this.nodeOf(id);
    const look = this.look(id);
    const strong = look.selected || look.chokepoint;
    const weight = (look.selected ? 4e6 : 0) + (look.hovered ? 3e6 : 0) + (look.dimmed ? 0 : 1e6) - node.rank;
    return { id, x, y, lines: node.lines, side: node.side, strong, marked: strong, dimmed: look.dimmed, weight };
  }

  drawMarks(context, scale, room) {
    for (const id of this.graph.chokepoints) {
      const node = this.network.body.nodes[id];
      if (!node || !this.shown.parties.has(id)) continue;
      const points = [-36, -48, 36, 60].map((aside) => ({ x: node.x, y: node.y + aside }));
      drawPill(context, "chokepoint", points, scale, room, this.colours, false);
    }
    for (const id of this.graph.diversionPoints) {
      if (!this.shown.relations.has(id)) continue;
      const points = [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74].map((share) => this.pointOn(id, share));
      drawPill(context, "point of diversion", points, scale, room, this.colours, true);
    }
  }

  pointOn(id, share) {
    const { from, to } = this.network.body.edges[id];
    return curvePoint(from, this.controls(id, from, to), to, share);
  }

  view() {
    const { clientWidth, clientHeight } = this.network.body.container;
    const corner = this.network.DOMtoCanvas({ x: 0, y: 0 });
    const opposite = this.network.DOMtoCanvas({ x: clientWidth, y: clientHeight });
    return { left: corner.x - 20, top: corner.y - 20, right: opposite.x + 20, bottom: opposite.y + 20 };
  }

  // The box of all that is shown with its labels, and the view that holds it.
  fit(animate) {
    const points = this.nodes.getIds().map((id) => ({ ...this.places.get(id), side: this.nodeOf(id).side }));
    if (!points.length) return;
    const side = (point, name) => (point.side === name ? 178 : 84);
    const left = Math.min(...points.map((point) => point.x - side(point, "left")));
    const right = Math.max(...points.map((point) => point.x + side(point, "right")));
    const top = Math.min(...points.map((point) => point.y)) - 58;
    const bottom = Math.max(...points.map((point) => point.y)) + 84;
    const { clientWidth, clientHeight } = this.network.body.container;
    const scale = Math.min(1.25, clientWidth / (right - left), clientHeight / (bottom - top));
    const animation = animate && !matchMedia("(prefers-reduced-motion: reduce)").matches && { duration: 260 };
    this.network.moveTo({ position: { x: (left + right) / 2, y: (top + bottom) / 2 }, scale, animation });
  }

  centre(id) {
    const scale = Math.max(this.network.getScale(), 0.75);
    this.network.moveTo({ position: this.places.get(id), scale, animation: false });
  }

  zoom(factor) {
    this.network.moveTo({ scale: Math.max(0.03, Math.min(4, this.network.getScale() * factor)), animation: false });
  }

  toSvg(title) {
    const { clientWidth, clientHeight } = this.network.body.container;
    const scale = this.network.getScale();
    const origin = this.network.canvasToDOM({ x: 0, y: 0 });
    const context = new SvgContext(clientWidth, clientHeight, [scale, 0, 0, scale, origin.x, origin.y]);
    context.root.prepend(makeSvg("title", {}, title), makeSvg("rect", { width: "100%", height: "100%", fill: this.colours.ground }));
    this.drawBehind(context);
    for (const edge of Object.values(this.network.body.edges)) {
      const look = edge.getFormattingValues ? edge : edge;
      look.draw(context);
      look.drawArrows ? look.drawArrows(context) : null;
    }
    for (const id of this.nodes.getIds()) {
      const { x, y } = this.network.body.nodes[id];
      drawGlyph(context, this.nodeOf(id), x, y, this.look(id));
    }
    this.drawAbove(context, scale);
    return context.root;
  }
}

function itemNodeId(possession) {
  return `\u0000item\u0000${possession.end}`;
}
