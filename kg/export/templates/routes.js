// The way of a stroke: a cubic curve from the two ends, pulled aside by the bend that the layout gave it.

function normalOf(from, to) {
  const swapped = String(from.id) > String(to.id);
  const across = swapped ? from.x - to.x : to.x - from.x;
  const down = swapped ? from.y - to.y : to.y - from.y;
  const length = Math.hypot(across, down) || 1;
  return { x: -down / length, y: across / length };
}

function flowControls(from, to, bend) {
  const across = to.x - from.x;
  const down = to.y - from.y;
  if (Math.abs(across) <= 100) {
    const aside = 74 + bend;
    return [
      { x: from.x + aside, y: from.y + down * 0.2 },
      { x: to.x + aside, y: to.y - down * 0.2 },
    ];
  }
  const reach = Math.abs(across) * 0.42 * Math.sign(across);
  return [
    { x: from.x + reach, y: from.y + bend },
    { x: to.x - reach, y: to.y + bend },
  ];
}

function forceControls(from, to, bend) {
  const normal = normalOf(from, to);
  const across = (to.x - from.x) / 3;
  const down = (to.y - from.y) / 3;
  return [
    { x: from.x + across + normal.x * bend, y: from.y + down + normal.y * bend },
    { x: to.x - across + normal.x * bend, y: to.y - down + normal.y * bend },
  ];
}

const FAN = 26;
const FAN_SPREAD = 0.7;

// How far a stroke is pulled aside in the fan of all between its two ends. The fan is never wider than a share of their
// distance: where strokes are many they stand closer.
function fanned({ place, of }, distance) {
  const step = of > 1 ? Math.min(FAN, (FAN_SPREAD * Math.max(distance, 60)) / (of - 1)) : 0;
  return (place - (of - 1) / 2) * step;
}

function curvePoint(from, [first, second], to, share) {
  const rest = 1 - share;
  const weigh = (a, b, c, d) =>
    rest ** 3 * a + 3 * rest * rest * share * b + 3 * rest * share * share * c + share ** 3 * d;
  return { x: weigh(from.x, first.x, second.x, to.x), y: weigh(from.y, first.y, second.y, to.y) };
}

// vis-network 9.1.2 has no option for own curves; its classes are reached through a network of two nodes that is
// thrown away. Ends of strokes then touch our round glyphs instead of a box around them.
function teachRoutes(controlsOf) {
  const element = document.createElement("div");
  const nodes = [
    { id: "a", x: 0, y: 0, shape: "custom", ctxRenderer: () => ({}) },
    { id: "b", x: 9, y: 9 },
  ];
  const edges = [{ id: "e", from: "a", to: "b", smooth: { enabled: true, type: "cubicBezier" } }];
  const network = new vis.Network(element, { nodes, edges }, { physics: false });
  const edgeType = Object.getPrototypeOf(network.body.edges.e.edgeType);
  const shape = Object.getPrototypeOf(network.body.nodes.a.shape);
  network.destroy();
  edgeType._getViaCoordinates = function () {
    return controlsOf(this.id, this.from, this.to);
  };
  shape.distanceToBorder = () => GLYPH + 4;
}
