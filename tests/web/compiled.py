"""What was compiled for one test is not compiled again for the next: each has an application of its own.

Werkzeug reads each route's pattern and compiles functions that build its address, which takes most of the time that
making our application takes. Jinja compiles each template.
"""

from typing import Any

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket
from quart.routing import QuartRule

COMPILED = ("_parts", "_trace", "_converters", "arguments")
"""What a rule knows once it is compiled, beside its two builders. It follows from its pattern."""
_known: dict[tuple[object, ...], QuartRule] = {}


class RememberingRule(QuartRule):
    """A rule that is compiled as an equal rule was before. For `Quart.url_rule_class`."""

    def compile(self) -> None:
        defaults: dict[str, Any] = dict(self.defaults or {})
        seen = (self.rule, self.subdomain, self.host, self.merge_slashes, *defaults.items())
        if seen not in _known:
            super().compile()
            _known[seen] = self
        known = _known[seen]
        for name in COMPILED:
            setattr(self, name, getattr(known, name))
        for name in ("_build", "_build_unknown"):
            setattr(self, name, getattr(known, name).__func__.__get__(self, None))


class Templates(BytecodeCache):
    """Compiled templates, for as long as the process lasts."""

    def __init__(self) -> None:
        self._compiled: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._compiled:
            bucket.bytecode_from_string(self._compiled[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._compiled[bucket.key] = bucket.bytecode_to_string()
