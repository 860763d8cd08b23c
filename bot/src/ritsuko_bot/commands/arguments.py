"""From the tokens after `mcp <server> <tool>` to the tool's arguments.

- `key=value`, `--key value`, `--key=value` and `--flag`, `--no-flag` name a parameter. `key=value` counts as such only
  if the tool has a parameter of that name; so PromQL keeps its equals signs.
- A JSON object that stands alone names its parameters by its keys.
- Every other word fills the next parameter, in the order of the schema, that was not given by name.
- A parameter that takes text (`query`, `text`, ...; see `schema.parameters`) takes all the words that are left, exactly
  as typed. A quoted value is one value, and what follows it fills the next parameter.
- A parameter that is a list takes all the words that are left; by name, it takes `a,b,c`, JSON, or several times.
- A dotted name reaches into an object: `spec.replicas=3`.
- After `--`, nothing is a name.
- `-n`, `-A`, `-l`, `-c`, `-o` mean what they mean to kubectl, where the tool has such a parameter.
"""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from ritsuko_bot.answers.answer import Code, Inline, codes
from ritsuko_bot.commands.coerce import Mismatch, from_json, from_text
from ritsuko_bot.commands.schema import Parameter, Schema, member, parameters
from ritsuko_bot.commands.tokens import Token, straightened
from ritsuko_bot.json_values import parse_json
from ritsuko_common.nearest import find, nearest

_SHORT = {
    "-n": ("namespace",),
    "-A": ("all_namespaces",),
    "-l": ("selector", "label_selector", "labels"),
    "-c": ("container",),
    "-o": ("output",),
}


class BadArguments(ValueError):
    """The arguments don't fit the tool. `parts` is a sentence that says which one and why."""

    def __init__(self, *parts: Inline) -> None:
        super().__init__("".join(part if isinstance(part, str) else getattr(part, "text", "") for part in parts))
        self.parts = parts


def bind(line: str, tokens: Sequence[Token], schema: Schema) -> dict[str, JsonValue]:
    """The arguments that `tokens` of `line` mean for a tool with this input schema. Raises `BadArguments`."""
    return _Binding(line, tokens, schema).arguments()


class _Binding:
    def __init__(self, line: str, tokens: Sequence[Token], schema: Schema) -> None:
        self.line = line
        self.tokens = tokens
        self.schema = schema
        self.parameters = parameters(schema)
        self.by_name = {parameter.name: parameter for parameter in self.parameters}
        self.values: dict[str, JsonValue] = {}
        self.words: list[int] = []
        self.nested: dict[str, tuple[Parameter, list[str]]] = {}

    def arguments(self) -> dict[str, JsonValue]:
        self._take_named()
        self._nest()
        self._fill_by_position()
        missing = [p.name for p in self.parameters if p.required and p.name not in self.values]
        if missing:
            what = "argument" if len(missing) == 1 else "arguments"
            raise BadArguments(f"missing {what}: ", *codes(missing), ".")
        return {p.name: self.values[p.name] for p in self.parameters if p.name in self.values}

    def _take_named(self) -> None:
        position = 0
        while position < len(self.tokens):
            token = self.tokens[position]
            if token.raw == "--":
                self.words.extend(range(position + 1, len(self.tokens)))
                return
            if token.raw in _SHORT and (parameter := self._short(token.raw)):
                position += self._option(parameter, token, position)
            elif token.dashes:
                position += self._dashed(token, position)
            elif token.key is not None and (parameter := self._parameter(token.key)):
                self._give(parameter, token.text or "", quoted=token.quoted)
            elif token.key is not None and (near := nearest(token.key, self.by_name, cutoff=0.8)):
                raise BadArguments(
                    "unknown argument ", Code(token.key), ". Did you mean ", Code(f"{near[0]}=…"), "? ",
                    "To pass it as text, put it in quotes.",
                )  # fmt: skip
            elif not self._object(token):
                self.words.append(position)
            position += 1

    def _short(self, option: str) -> Parameter | None:
        return next((p for name in _SHORT[option] if (p := self._parameter(name))), None)

    def _dashed(self, token: Token, position: int) -> int:
        """Takes `--key` and its value; returns how many tokens the value took beyond the first."""
        name = token.key or ""
        parameter = self._parameter(name)
        if parameter is not None:
            return self._option(parameter, token, position)
        if name[:3].casefold() in ("no-", "no_") and token.text is None:
            flag = self._parameter(name[3:])
            if flag is not None and flag.is_flag:
                self._give(flag, "false")
                return 0
        if token.dashes != "--":
            # A dash in prose, not an option that autocorrection spoiled.
            self.words.append(position)
            return 0
        near = nearest(name, self.by_name)
        hint: list[Inline] = [" Did you mean ", *codes([f"--{n}" for n in near]), "?"] if near else []
        raise BadArguments("unknown option ", Code(f"--{name}"), ".", *hint)

    def _option(self, parameter: Parameter, token: Token, position: int) -> int:
        if token.text is not None and token.key is not None:
            self._give(parameter, token.text, quoted=token.quoted)
            return 0
        following = self.tokens[position + 1] if position + 1 < len(self.tokens) else None
        if parameter.is_flag:
            if following is not None and following.raw.casefold() in ("true", "false"):
                self._give(parameter, following.raw)
                return 1
            self._give(parameter, "true")
            return 0
        if following is None or following.dashes:
            raise BadArguments(Code(token.raw), " needs a value.")
        # `--selector app=web`: what follows is the value, whatever it looks like.
        value = following.raw if following.key is not None else following.text
        self._give(parameter, value or "", quoted=following.quoted)
        return 1

    def _object(self, token: Token) -> bool:
        """Takes a JSON object whose keys are parameters; false if it is nothing of the kind."""
        text = (token.text or "").strip()
        if token.key is not None or not text.startswith("{"):
            return False
        try:
            value = parse_json(text)
        except ValueError:
            return False
        if not isinstance(value, dict):
            return False
        found = {key: self._parameter(key) for key in value}
        if value and not any(found.values()):
            return False
        for key, parameter in found.items():
            if parameter is None:
                near = nearest(key, self.by_name)
                hint: list[Inline] = [" Did you mean ", *codes(near), "?"] if near else []
                raise BadArguments("unknown argument ", Code(key), ".", *hint)
            self._set(parameter, value[key])
        return True

    def _fill_by_position(self) -> None:
        free = [parameter for parameter in self.parameters if parameter.name not in self.values]
        words = self.words
        while words:
            token = self.tokens[words[0]]
            if not free:
                extra = " ".join(self.tokens[index].raw for index in words)
                raise BadArguments("too many arguments: ", Code(straightened(extra)[:200]), ".")
            parameter = free.pop(0)
            if parameter.takes_text and not token.quoted:
                self._give(parameter, self._as_typed(words))
                return
            if parameter.is_list:
                for index in words:
                    self._give(parameter, self._literal(index), quoted=self.tokens[index].quoted)
                return
            self._give(parameter, self._literal(words[0]), quoted=token.quoted)
            words = words[1:]

    def _literal(self, index: int) -> str:
        """A word that turned out not to name anything."""
        token = self.tokens[index]
        return straightened(token.raw) if token.key is not None or token.text is None else token.text

    def _as_typed(self, words: Sequence[int]) -> str:
        """The text of these words, with all that is between two that were typed in a row."""
        pieces: list[str] = []
        start = 0
        for place, index in enumerate(words):
            if place + 1 == len(words) or words[place + 1] != index + 1:
                pieces.append(self.line[self.tokens[words[start]].start : self.tokens[index].end])
                start = place + 1
        return straightened(" ".join(pieces))

    def _parameter(self, key: str) -> Parameter | None:
        name = find(key, self.by_name)
        return self.by_name[name] if name is not None else self._dotted(key)

    def _dotted(self, key: str) -> Parameter | None:
        """The parameter that `spec.replicas` stands for: a member of an object."""
        head, *path = key.split(".")
        outer = self.by_name.get(find(head, self.by_name) or "")
        if outer is None or not path or not all(path):
            return None
        names: list[str] = []
        options: Sequence[Schema] = outer.alternatives
        for part in path:
            found = member(options, part, self.schema)
            if found is None:
                return None
            names.append(found[0])
            options = found[1]
        inner = Parameter(".".join([outer.name, *names]), tuple(options), required=False)
        self.nested[inner.name] = (outer, names)
        return inner

    def _nest(self) -> None:
        """Makes objects of what dotted names gave."""
        objects: dict[str, dict[str, JsonValue]] = {}
        for name, (outer, path) in self.nested.items():
            if name not in self.values:
                continue
            inside = objects.setdefault(outer.name, {})
            for part in path[:-1]:
                deeper = inside.setdefault(part, {})
                if not isinstance(deeper, dict):
                    raise BadArguments(Code(name), " is set twice.")
                inside = deeper
            if path[-1] in inside:
                raise BadArguments(Code(name), " is set twice.")
            inside[path[-1]] = self.values.pop(name)
        for name, value in objects.items():
            self._set(self.by_name[name], value)

    def _give(self, parameter: Parameter, text: str, *, quoted: bool = False) -> None:
        try:
            value = from_text(text, parameter.alternatives, self.schema, quoted=quoted)
        except Mismatch as error:
            raise _does_not_fit(parameter, text, error) from error
        self._keep(parameter, value)

    def _set(self, parameter: Parameter, value: JsonValue) -> None:
        try:
            checked = from_json(value, parameter.alternatives, self.schema)
        except Mismatch as error:
            raise _does_not_fit(parameter, str(value), error) from error
        self._keep(parameter, checked)

    def _keep(self, parameter: Parameter, value: JsonValue) -> None:
        before = self.values.get(parameter.name)
        if parameter.name not in self.values:
            self.values[parameter.name] = value
        elif isinstance(before, list) and isinstance(value, list):
            self.values[parameter.name] = [*before, *value]
        else:
            raise BadArguments(Code(parameter.name), " is set twice.")


def _does_not_fit(parameter: Parameter, text: str, error: Mismatch) -> BadArguments:
    shown = text if len(text) <= 80 else text[:80] + "…"
    return BadArguments(Code(parameter.name), " must be ", error.expected, ", not ", Code(shown), ".")
