"""Attacks by class: what somebody may put into a name, a finding, a parameter, a file or its name.

Each class is tried at every sink that could act on it, and shown to act where the guard of that sink is taken out.
The page has the same classes in every one of its fields, in a browser: tests/browser/test_page.py.
"""

from __future__ import annotations

CYPHER = (
    "'}) DETACH DELETE n //",
    "\\'}) MATCH (m) DETACH DELETE m //",
    '"}) CREATE (:Intruder) //',
    "`) DETACH DELETE n //",
    "\\u0027}) CREATE (:Intruder) //",
    "$name",
    "x'; CREATE (:Intruder); //",
    "*/ CREATE (:Intruder) /*",
)
HTML = (
    "<script>pwned('tag')</script>",
    "</script><script>pwned('closed')</script>",
    "<img src=x onerror=pwned('image')>",
    "\"' onmouseover=pwned('attribute') x='",
    "{{ pwned('template') }}",
    "javascript:pwned('address')",
    "<!-- --><!]]>",
)
FORMULA = (
    '=HYPERLINK("http://x.invalid","y")',
    "+1+cmd|' /C calc'!A0",
    "-1+1",
    "@SUM(1+1)",
    "\t=1+1",
    "\r=1+1",
)
TERMINAL = (
    "\x1b[31mred\x1b[0m",
    "\x1b]0;title\x07",
    "\x1b]8;;http://x.invalid\x07link\x1b]8;;\x07",
    "\x9b2J",
    "over\rwritten",
    "back\x08\x08\x08",
    "bell\x07",
    "null\x00",
    "half \ud83d of a sign",
)
BIDI = (
    "\u202egnp.exe",
    "\u2066isolated\u2069",
    "mark\u200fof direction",
    "arabic letter mark\u061c",
    "joined\u200dwith\u200cout",
    "soft\xadhyphen",
    "tag \U000e0041\U000e0042",
    "line\u2028separator",
    "filler\u3164",
)
CONFUSABLE = ("IS\u0406S", "\u0405yria", "C\u0430R", "Turk\u03b5y", "\u13d2roup")
HONEST = ("Türkiye", "حلب", "漢字", "Россия", "Ελλάδα", "АК-74М", "5 µm", "Côte d'Ivoire", "\U0001f52b", "a\tb\nc")

TEXTS = (*CYPHER, *HTML, *FORMULA, *TERMINAL, *BIDI, *CONFUSABLE)
#: What YAML and JSON refuse to hold, and so never reaches the graph from a file.
IN_NO_FILE = ("half \ud83d of a sign",)

YAML_TAGS = (
    "items: !!python/object/apply:os.system [echo pwned]\n",
    "items: !!python/name:os.system\n",
    "items: !!binary aGVsbG8=\n",
    "!!set {items}\n",
    "items: [!item {id: 'item:x', name: x}]\n",
)
YAML_ALIASES = (
    "items: &a [*a]\n",
    "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nitems: [*c]\n",
    "base: &base {id: 'item:x'}\nitems: [{<<: *base, name: x}]\n",
)
DEEP = (
    ("deep.json", '{"items": ' + "[" * 100_000 + "]" * 100_000 + "}"),
    ("deep.json", '{"items": [{"id": "item:x", "name": ' + '{"a":' * 5_000 + "1" + "}" * 5_000 + "}]}"),
    ("deep.yaml", "items: " + "[" * 100_000 + "]" * 100_000),
    ("deep.jsonl", '{"items": ' + "[" * 100_000 + "]" * 100_000 + "}\n"),
    ("long.json", '{"items": [{"id": "item:x", "name": ' + "9" * 5_000 + "}]}"),
)
IDS = (
    "item:x\nitem:y",
    "item:x` DETACH DELETE",
    "item:x'})--",
    "item:../../x",
    "item:<script>",
    "item:\u202ex",
    "item:" + "x" * 1_000,
    "item:",
    "ITEM:x",
)
PATHS = ("../outside.txt", "/etc/passwd", "a/../../outside.txt", "linked.txt", "linked/outside.txt", "~/outside.txt")
