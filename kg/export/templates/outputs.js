// What leaves the page: picture files, print, Cypher and the permalink. All of it stays on this machine.

function svgText(root) {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${new XMLSerializer().serializeToString(root)}`;
}

function save(blob, name) {
  const address = URL.createObjectURL(blob);
  const link = make("a", { download: name });
  link.href = address;
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 10000);
}

function fileName(title, ending) {
  const stem = folded(title)
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 60);
  return `${stem || "picture"}.${ending}`;
}

function pngBlob(root) {
  const factor = 2;
  const image = new Image();
  const address = URL.createObjectURL(new Blob([svgText(root)], { type: "image/svg+xml" }));
  return new Promise((resolve, reject) => {
    image.onload = () => {
      const canvas = document.createElement("canvas");
      canvas.width = Number(root.getAttribute("width")) * factor;
      canvas.height = Number(root.getAttribute("height")) * factor;
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      URL.revokeObjectURL(address);
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new Error("The picture is too large for a PNG."))),
        "image/png",
      );
    };
    image.onerror = () => reject(new Error("The picture could not be drawn as PNG."));
    image.src = address;
  });
}

function cypherText(text) {
  const escaped = text.replace(/[\\'"\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, (one) =>
    one === "\\" || one === "'" || one === '"' ? `\\${one}` : `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  return `'${escaped}'`;
}

function cypherFor(graph, parties, relations) {
  const types = ordered(
    new Set([...relations].map((id) => (graph.transfers.get(id) || graph.possessions.get(id)).type)),
    (one) => one,
  );
  if (!types.length) {
    return `MATCH (party:Party)\nWHERE party.id IN [${ordered(parties, (id) => id)
      .map(cypherText)
      .join(", ")}]\nRETURN party`;
  }
  const ids = ordered(relations, (id) => id)
    .map(cypherText)
    .join(", ");
  return `MATCH (start:Party)-[relation:${types.join("|")}]->(end)\nWHERE relation.id IN [${ids}]\nRETURN start, relation, end`;
}

async function offerText(title, text) {
  const dialog = byId("text-dialog");
  byId("text-dialog-title").textContent = title;
  const area = byId("text-dialog-text");
  area.value = text;
  dialog.showModal();
  area.focus();
  area.select();
  try {
    await navigator.clipboard.writeText(text);
    byId("text-dialog-state").textContent = "Copied to the clipboard.";
  } catch (problem) {
    byId("text-dialog-state").textContent = `Select and copy it here (${problem.name}).`;
  }
}

function readPermalink(graph, filters) {
  const wanted = new URLSearchParams(location.hash.slice(1));
  const state = { selection: null, path: { from: null, to: null, way: 0 }, answer: null };
  const [kind, ...rest] = (wanted.get("select") || "").split(".");
  const known = { party: graph.parties, transfer: graph.transfers, possession: graph.possessions };
  const named = rest.join(".");
  if (known[kind] && known[kind].has(named)) state.selection = { kind, id: named };
  if (kind === "bundle" && bundled(graph, named).length) state.selection = { kind, id: named };
  if (kind === "item" && [...graph.possessions.values()].some((one) => one.end === named))
    state.selection = { kind, id: itemNodeId({ end: named }) };
  for (const end of ["from", "to"]) if (graph.parties.has(wanted.get(end))) state.path[end] = wanted.get(end);
  const [column, turn] = (wanted.get("sort") || "").split("-");
  state.sort = { column: /^[0-8]$/.test(column) ? Number(column) : 0, down: turn === "down" };
  const view = (wanted.get("view") || "").split("_").map(Number);
  const sound = view.length === 3 && view.every(Number.isFinite) && view[2] > 0;
  state.view = sound ? { x: view[0], y: view[1], scale: Math.max(0.02, Math.min(4, view[2])) } : null;
  state.path.way = Number(wanted.get("way")) || 0;
  if (wanted.has("answer") && graph.data.paths[Number(wanted.get("answer"))])
    state.answer = Number(wanted.get("answer"));
  readFilters(graph, filters, wanted);
  return state;
}

function readFilters(graph, filters, wanted) {
  Object.assign(filters, noFilters(graph));
  for (const [name, known] of [
    ["kinds", KINDS],
    ["types", TYPES],
  ]) {
    if (wanted.has(name))
      filters[name] = new Set(
        wanted
          .get(name)
          .split(",")
          .filter((one) => known.includes(one)),
      );
  }
  if (/^[A-E]$/.test(wanted.get("letter"))) filters.letter = wanted.get("letter");
  if (/^[1-5]$/.test(wanted.get("number"))) filters.number = wanted.get("number");
  if (/^[2-9]$/.test(wanted.get("origins"))) filters.origins = Number(wanted.get("origins"));
  if (graph.items.has(wanted.get("item"))) filters.item = wanted.get("item");
  filters.possessions = wanted.get("possessions") === "1";
  const months = /^(\d+)-(\d+)$/.exec(wanted.get("months") || "");
  const range = filters.months;
  if (months && range) {
    const clamp = (value) => Math.min(range[1], Math.max(range[0], Number(value)));
    filters.months = [clamp(months[1]), Math.max(clamp(months[1]), clamp(months[2]))];
  }
}

function permalink(graph, filters, state) {
  const { selection, path, answer, sort, view } = state;
  const months = String(filters.months) === String(noFilters(graph).months) ? "" : filters.months.join("-");
  const parts = {
    select: selection ? `${selection.kind}.${selection.kind === "item" ? selection.id.slice(6) : selection.id}` : "",
    from: path.from,
    to: path.to,
    way: path.way || "",
    answer,
    kinds: filters.kinds.size === KINDS.length ? "" : [...filters.kinds].join(",") || "none",
    types: filters.types.size === TYPES.length ? "" : [...filters.types].join(",") || "none",
    letter: filters.letter,
    number: filters.number,
    origins: filters.origins || "",
    item: filters.item,
    possessions: filters.possessions ? "1" : "",
    months,
    sort: sort.column || sort.down ? `${sort.column}${sort.down ? "-down" : ""}` : "",
    view: view ? `${view.x}_${view.y}_${view.scale}` : "",
  };
  const wanted = Object.entries(parts).filter(([, value]) => value !== "" && value !== null);
  return `#${new URLSearchParams(wanted)}`;
}
