// Text nodes only: no function here or elsewhere on the page turns a text into markup.

const UNSEEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ud800-\udfff\ue000-\uf8ff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}\u{f0000}-\u{10ffff}]/gu;

const LOOKALIKE = /[\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Coptic}\p{Script=Armenian}\p{Script=Cherokee}]/gu;

function marked(one) {
  return `‹U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}›`;
}

// A word that mixes Latin letters with ones that look like them is no honest word: the others are shown as numbers.
function parted(word) {
  return /\p{Script=Latin}/u.test(word) ? word.replace(LOOKALIKE, marked) : word;
}

// Marks heaped upon one letter would paint over what stands above and below it.
const HEAP = /(\p{M}{4})(\p{M}+)/gu;

function visible(text) {
  return levelled(String(text).replace(/\p{L}{2,}/gu, parted).replace(UNSEEN, marked));
}

function levelled(text) {
  return text.replace(HEAP, (_, some, more) => `${some}‹${[...more].length} more marks›`);
}

function nodesOf(children) {
  return children
    .flat(Infinity)
    .filter((child) => child !== null && child !== undefined && child !== false && child !== "")
    .map((child) => (child instanceof Node ? child : document.createTextNode(visible(child))));
}

function decorate(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) element.removeAttribute(name);
    else if (name === "on") {
      for (const [event, handler] of Object.entries(value)) element.addEventListener(event, handler);
    } else {
      element.setAttribute(name, value === true ? "" : visible(value));
    }
  }
  return element;
}

function make(tag, attributes, ...children) {
  const element = decorate(document.createElement(tag), attributes || {});
  element.append(...nodesOf(children));
  return element;
}

function makeSvg(tag, attributes, ...children) {
  const element = decorate(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes || {});
  element.append(...nodesOf(children));
  return element;
}

function byId(id) {
  return document.getElementById(id);
}

function fill(element, ...children) {
  element.replaceChildren(...nodesOf(children));
}

function count(number, one, many) {
  return `${number.toLocaleString("en")} ${number === 1 ? one : many}`;
}

function folded(text) {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function announce(text) {
  byId("announcement").textContent = visible(text);
}

// Sorted by a key that is computed once for each value.
function ordered(values, key) {
  const keyed = Array.from(values, (value) => [key(value), value]);
  keyed.sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0));
  return keyed.map(([, value]) => value);
}
