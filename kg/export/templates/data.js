// The data block, its seal, and the graph as maps by id.

async function readData() {
  const block = byId("data");
  if (block.type === "application/json") return block.textContent;
  const packed = Uint8Array.from(atob(block.textContent), (letter) => letter.charCodeAt(0));
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

async function sha256(text) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// What the page says of its own, title, notices and caveats, without what is written by script; `_around` in html.py
// reads the same out of the file.
function textAround() {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const texts = [document.title ? document.querySelector("title").textContent : ""];
  while (walker.nextNode()) {
    const { currentNode: text } = walker;
    if (!text.parentElement.closest("script, style, noscript, [data-live]")) texts.push(text.data);
  }
  const unscripted = document.querySelector("noscript");
  return [...texts, "\0", unscripted ? unscripted.textContent : ""].join("").replace(/[ \t\n\r\f]+/g, "");
}

// Null where this browser cannot tell.
async function sealWords(text, data, around) {
  if (!window.crypto || !crypto.subtle) return null;
  if ((await sha256(text)) !== document.querySelector('meta[name="kg-data-sha256"]').content)
    return "CHANGED after it was written: do not rely on this file";
  if ((await sha256(around)) !== data.around)
    return "unchanged, but THE TEXT AROUND IT WAS CHANGED: do not rely on this file";
  return INTACT;
}

const INTACT = "intact";

function listed(map, key) {
  if (!map.has(key)) map.set(key, []);
  return map.get(key);
}

function graphOf(data) {
  const graph = {
    data,
    parties: new Map(),
    transfers: new Map(),
    possessions: new Map(),
    items: new Map(Object.entries(data.items)),
    findings: new Map(Object.entries(data.findings)),
    sources: new Map(Object.entries(data.sources)),
    origins: new Map(Object.entries(data.origins)),
    organisations: new Map(Object.entries(data.organisations)),
    outgoing: new Map(),
    incoming: new Map(),
    held: new Map(),
    chokepoints: new Set(data.chokepoints),
    diversionPoints: new Set(data.diversionPoints),
  };
  data.nodes.forEach((node, rank) => {
    graph.parties.set(node.id, {
      ...node,
      name: node.name || node.id,
      kind: node.group,
      rank,
      lines: node.label.split("\n"),
    });
  });
  for (const edge of data.edges) {
    const transfer = { items: [], findings: [], via: [], ...edge, start: edge.from, end: edge.to };
    graph.transfers.set(edge.id, transfer);
    listed(graph.outgoing, edge.from).push(transfer);
    listed(graph.incoming, edge.to).push(transfer);
  }
  for (const possession of data.possessions) {
    const one = { findings: [], via: [], ...possession, items: [possession.end] };
    graph.possessions.set(one.id, one);
    listed(graph.held, one.start).push(one);
  }
  return graph;
}

function transfersOf(graph, party) {
  return [...(graph.incoming.get(party) || []), ...(graph.outgoing.get(party) || [])];
}

// All transfers of one type from one party to another: what one stroke stands for where there are many.
function bundleId({ type, start, end }) {
  return JSON.stringify([type, start, end]);
}

function bundleEnds(id) {
  try {
    const [type, start, end] = JSON.parse(id);
    return { type, start, end };
  } catch {
    return {};
  }
}

function bundled(graph, id) {
  const { type, start, end } = bundleEnds(id);
  return (graph.outgoing.get(start) || []).filter((one) => one.type === type && one.end === end);
}

function neighboursOf(graph, party) {
  const near = new Set();
  for (const transfer of transfersOf(graph, party)) {
    near.add(transfer.start === party ? transfer.end : transfer.start);
  }
  near.delete(party);
  return near;
}

// Some parties are only named, as the territory in which others sit; they are no parties of the picture.
function partyName(graph, id) {
  const party = graph.parties.get(id);
  return party ? party.name : graph.data.names[id] || id;
}

function itemName(graph, id) {
  const item = graph.items.get(id);
  return (item && item.name) || id;
}

function territoryName(graph, id) {
  return partyName(graph, id).replace(/^country:/, "");
}

function itemNames(graph, ids) {
  return ids.map((id) => itemName(graph, id)).join(", ");
}

function whenText(relation) {
  if (relation.date_text) return relation.date_text;
  const { earliest, latest } = relation;
  if (earliest && latest) return earliest === latest ? earliest : `${earliest} to ${latest}`;
  if (latest) return `by ${latest}`;
  return earliest ? `from ${earliest}` : "not stated";
}

function boundsText(least, most, percent) {
  const text = (value) => (percent ? `${Number((100 * value).toPrecision(6))} %` : value.toLocaleString("en"));
  const has = (value) => value !== undefined && value !== null;
  if (!has(least) && !has(most)) return "";
  if (least === most) return text(least);
  if (has(least) && has(most)) return `${text(least)} to ${text(most)}`;
  return has(least) ? `at least ${text(least)}` : `at most ${text(most)}`;
}

const FIGURES = {
  order_year: "ordered in",
  ordered: "pieces ordered",
  delivered: "pieces delivered",
  tiv_unit: "TIV of one",
  tiv_order: "TIV of all ordered",
  tiv_delivered: "TIV of all delivered",
  tiv_estimate: "TIV estimated for one",
};

function figuresText(relation) {
  const estimated = relation.estimated || [];
  const given = Object.entries(FIGURES).filter(([name]) => relation[name] !== null && relation[name] !== undefined);
  const unit = given.some(([name]) => name.startsWith("tiv_")) ? " (TIV in millions)" : "";
  const words = given.map(
    ([name, words]) => `${words} ${relation[name]}${estimated.includes(name) ? " (estimate)" : ""}`,
  );
  return words.join(", ") + unit;
}

function quantityText(relation) {
  const amount = relation.quantity_text || boundsText(relation.quantity_min, relation.quantity_max, false);
  const share = boundsText(relation.share_min, relation.share_max, true);
  const shareOf = share && relation.share_of ? `${share} of ${relation.share_of}` : share;
  const text = [amount, shareOf].filter(Boolean).join(", ");
  return text && relation.joint ? `${text} (of a joint statement)` : text;
}

const TYPE_WORDS = {
  SUPPLIED: "supplied",
  DIVERTED: "diverted",
  CAPTURED: "captured",
  MANUFACTURED: "made",
  HELD: "held",
};

function sentence(graph, relation) {
  const end =
    TYPE_WORDS[relation.type] === "made" || relation.type === "HELD"
      ? itemName(graph, relation.end)
      : partyName(graph, relation.end);
  return `${partyName(graph, relation.start)} → ${end}`;
}
