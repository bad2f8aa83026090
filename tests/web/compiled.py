"""What was compiled for one test is not compiled again for the next: each has an application of its own.

Werkzeug compiles a function for each way of building each route's address, which takes four fifths of the time that
making our application takes. Jinja compiles each template.
"""

from collections.abc import Callable
from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from quart.routing import QuartRule

_Builder = Callable[..., tuple[str, str]]
_builders: dict[tuple[object, ...], _Builder] = {}


class RememberingRule(QuartRule):
    """A rule whose builders are those of an equal rule seen before. For `Quart.url_rule_class`."""

    _trace: list[tuple[bool, str]]

    def _compile_builder(self, append_unknown: bool = True) -> _Builder:
        defaults: dict[str, Any] = dict(self.defaults or {})
        seen = (self.rule, *self._trace, *defaults.items(), append_unknown)
        if seen not in _builders:
            _builders[seen] = super()._compile_builder(append_unknown)
        return _builders[seen]


class Templates(BytecodeCache):
    """Compiled templates, for as long as the process lasts."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()
