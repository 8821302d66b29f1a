// A canvas context that writes SVG: what draws on the screen draws the same into a file.

class SvgContext {
  constructor(width, height, matrix) {
    this.root = makeSvg("svg", { width, height, viewBox: `0 0 ${width} ${height}`, role: "img" });
    this.group = makeSvg("g", { transform: `matrix(${matrix.join(" ")})` });
    this.root.append(this.group);
    this.ruler = document.createElement("canvas").getContext("2d");
    this.kept = [];
    Object.assign(this, SvgContext.defaults());
    this.path = [];
  }

  static defaults() {
    return {
      fillStyle: "#000",
      strokeStyle: "#000",
      lineWidth: 1,
      globalAlpha: 1,
      font: "10px sans-serif",
      dash: [],
      textAlign: "start",
      textBaseline: "alphabetic",
      lineJoin: "miter",
      lineCap: "butt",
    };
  }

  save() {
    this.kept.push(Object.fromEntries(Object.keys(SvgContext.defaults()).map((name) => [name, this[name]])));
  }

  restore() {
    Object.assign(this, this.kept.pop());
  }

  setLineDash(dash) {
    this.dash = dash.some((part) => part > 0) ? dash : [];
  }

  measureText(text) {
    this.ruler.font = this.font;
    return this.ruler.measureText(text);
  }

  beginPath() {
    this.path = [];
  }

  closePath() {
    this.path.push("Z");
  }

  step(letter, ...numbers) {
    this.path.push(letter + numbers.map((number) => Number(number.toFixed(2))).join(" "));
  }

  moveTo(x, y) {
    this.step("M", x, y);
  }

  lineTo(x, y) {
    this.step("L", x, y);
  }

  bezierCurveTo(...numbers) {
    this.step("C", ...numbers);
  }

  quadraticCurveTo(...numbers) {
    this.step("Q", ...numbers);
  }

  // Whole circles only: two halves, since an arc from a point to itself draws nothing in SVG.
  arc(x, y, radius) {
    this.step("M", x - radius, y);
    this.step("A", radius, radius, 0, 1, 1, x + radius, y);
    this.step("A", radius, radius, 0, 1, 1, x - radius, y);
  }

  add(tag, attributes, ...children) {
    const opacity = this.globalAlpha < 1 ? this.globalAlpha : null;
    this.group.append(makeSvg(tag, { ...attributes, opacity }, ...children));
  }

  fill() {
    this.add("path", { d: this.path.join(""), fill: this.fillStyle });
  }

  stroke() {
    this.add("path", {
      d: this.path.join(""),
      fill: "none",
      stroke: this.strokeStyle,
      "stroke-width": this.lineWidth,
      "stroke-dasharray": this.dash.length ? this.dash.join(" ") : null,
      "stroke-linecap": this.lineCap === "butt" ? null : this.lineCap,
    });
  }

  textAttributes(x, y) {
    const [, weight, size, family] = /^(\S+) ([\d.]+)px (.*)$/.exec(this.font);
    const drop = { middle: 0.35, top: 0.8 }[this.textBaseline] || 0;
    return {
      x: x.toFixed(2),
      y: (y + drop * size).toFixed(2),
      "font-family": family,
      "font-size": size,
      "font-weight": weight,
      "text-anchor": { left: "start", right: "end", center: "middle" }[this.textAlign],
    };
  }

  fillText(text, x, y) {
    this.add("text", { ...this.textAttributes(x, y), fill: this.fillStyle }, text);
  }

  strokeText(text, x, y) {
    const stroke = { stroke: this.strokeStyle, "stroke-width": this.lineWidth, "stroke-linejoin": this.lineJoin };
    this.add("text", { ...this.textAttributes(x, y), fill: "none", ...stroke }, text);
  }
}
