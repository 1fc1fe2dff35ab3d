"""Lets papermill give values to notebooks in Rust: `papermill in.ipynb out.ipynb -p rate 0.1`.

papermill has no entry point for translators, but one for engines, which it loads as soon as it is
imported. So this module registers its translator when the engine `candlelab` is loaded; whoever
runs papermill need not name that engine.
"""

import json
import re

from papermill.engines import NBClientEngine
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

DECLARATION = re.compile(
    r"""^\s*(?P<keyword>let|let\s+mut|const|static)\s+(?P<name>\w+)\s*
        (?::\s*(?P<type>[^=]+?)\s*)?=\s*(?P<value>.*?);\s*(?://\s*(?P<help>.*))?$""",
    re.MULTILINE | re.VERBOSE,
)
SUFFIX = re.compile(r"\d(?:_?([fiu](?:8|16|32|64|128|size)))$")


class Engine(NBClientEngine):
    """papermill's own engine under our name."""


class RustTranslator(Translator):
    """Values in Rust, typed as the cell `parameters` declares them.

    papermill reads that cell before it translates, but does not pass on what it found.
    """

    declared = {}

    @classmethod
    def inspect(cls, parameters_cell):
        found = [match.groupdict() for match in DECLARATION.finditer(parameters_cell["source"])]
        cls.declared = {it["name"]: it for it in found}
        return [
            Parameter(it["name"], kind(it) or "None", it["value"], it["help"] or "")
            for it in found
        ]

    @classmethod
    def codify(cls, parameters, comment="Parameters"):
        lines = [cls.comment(comment)]
        for name, value in parameters.items():
            own = cls.declared.get(name, {"keyword": "let"})
            stated = kind(own)
            text = written(value, stated)
            stated = f": {stated}" if stated else ""
            lines.append(f"{own['keyword']} {name}{stated} = {text};")
        return "\n".join(lines) + "\n"

    @classmethod
    def comment(cls, cmt_str):
        return f"// {cmt_str}".strip()


def kind(declaration):
    """The type of a parameter as it is stated, or as its value's suffix says."""
    if declaration.get("type"):
        return declaration["type"].strip()
    suffix = SUFFIX.search(declaration.get("value") or "")
    return suffix.group(1) if suffix else None


def written(value, kind=None):
    """A value in Rust, for a parameter of this type."""
    option = inner("Option", kind)
    if value is None:
        return "None"
    if option:
        return f"Some({written(value, option)})"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        # A whole number is not a float in Rust.
        return repr(float(value)) if kind in ("f32", "f64") else repr(value)
    if isinstance(value, (list, tuple)):
        item = inner("Vec", kind) or (kind or "").strip("&[]").split(";")[0].strip() or None
        items = ", ".join(written(it, item) for it in value)
        return f"[{items}]" if (kind or "").startswith("[") else f"vec![{items}]"
    if isinstance(value, dict):
        raise TypeError("Rust has no literal for a map: give each of its values a parameter")
    text = quoted(str(value))
    return f"String::from({text})" if kind == "String" else text


def inner(name, kind):
    """The `T` of `Name<T>`."""
    match = re.fullmatch(rf"(?:\w+::)*{name}<(.*)>", kind or "")
    return match.group(1).strip() if match else None


def quoted(text):
    """JSON's escapes are Rust's, but for those by number."""
    return re.sub(r"\\u([0-9a-f]{4})", r"\\u{\1}", json.dumps(text, ensure_ascii=False)).replace(
        r"\b", r"\x08"
    ).replace(r"\f", r"\x0c")


papermill_translators.register("rust", RustTranslator)
papermill_translators.register("candlelab", RustTranslator)
