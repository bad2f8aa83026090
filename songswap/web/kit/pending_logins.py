"""Log-ins that have begun and are not over: the browser keeps them, sealed; the server knows those that are spent."""

import base64
import hashlib
import hmac
import re
import secrets
import struct
from collections import OrderedDict
from typing import Final, Literal, get_args

import msgspec

from songswap.model.library import User
from songswap.model.struct import Struct
from songswap.spotify.oauth import Tokens
from songswap.vault import UnsealableError, Vault

LIFE_MS: Final = 600_000.0
AT_ONCE: Final = 3
"""Log-ins a browser may have under way, in as many tabs: a cookie has at most 4 kB."""
LONGEST_NEXT: Final = 500
"""Bytes of the address to go on to."""
MOST_SPENT: Final = 10_000
"""States remembered as spent. What is pushed out could only be tried once more, and Spotify takes a code once."""

NONCE, MAC = 15, 16
"""Bytes of a state's random part and of its signature; between them is how it goes on, and the second at which it
ends."""
STATE: Final = re.compile(r"[A-Za-z0-9_-]{48}")
"""All of them, in the one way there is to write 36 bytes."""

Step = Literal["callback", "paste", "confirm"]
"""How the log-in goes on: Spotify sends the browser back; its address is pasted; the name that came of it is
confirmed."""
STEPS: Final[tuple[Step, ...]] = get_args(Step)


class PendingLogin(Struct, frozen=True, array_like=True):
    """One log-in under way; only the browser that has it in its cookie can go on with it."""

    state: str
    step: Step
    app: str
    verifier: str
    next: str
    expires_at_ms: float


class Answered(Struct, frozen=True):
    """What Spotify said to a log-in that waits to be confirmed under `state`."""

    state: str
    tokens: Tokens
    user: User


class PendingLogins:
    """Seals and unseals what browsers keep of their log-ins, and lets each state serve once.

    Nothing is kept of those who only begin. What is spent is forgotten with a restart, which costs at most a call.
    """

    def __init__(self, vault: Vault) -> None:
        self._cookies = vault.sealing("login cookie")
        self._answers = vault.sealing("login answer")
        self._key = vault.derive("login state")
        self._spent: OrderedDict[str, None] = OrderedDict()

    def new_state(self, step: Step, now_ms: float) -> str:
        """A state for a log-in that begins now and goes on with `step`, signed, so that others can't invent any."""
        ends_at_s = int((now_ms + LIFE_MS) / 1000)
        body = secrets.token_bytes(NONCE) + struct.pack(">BI", STEPS.index(step), ends_at_s)
        return base64.urlsafe_b64encode(body + self._sign(body)).decode()

    def step_of(self, state: str, now_ms: float) -> Step | None:
        """How the log-in with `state` goes on, in whatever browser; None if it is spent, too old or invented."""
        if not STATE.fullmatch(state) or state in self._spent:
            return None
        raw = base64.urlsafe_b64decode(state)
        body, signed = raw[:-MAC], raw[-MAC:]
        if not hmac.compare_digest(signed, self._sign(body)):
            return None
        step, ends_at_s = struct.unpack(">BI", body[NONCE:])
        return STEPS[step] if now_ms < ends_at_s * 1000 else None

    def spend(self, state: str) -> None:
        """Let `state` serve nobody any more."""
        self._spent[state] = None
        if len(self._spent) > MOST_SPENT:
            self._spent.popitem(last=False)

    def read(self, cookie: str, now_ms: float) -> tuple[PendingLogin, ...]:
        """The log-ins that the browser with this `cookie` has begun; none if it was not made here."""
        try:
            begun = msgspec.json.decode(self._cookies.unseal(cookie), type=tuple[PendingLogin, ...])
        except (UnsealableError, msgspec.DecodeError, UnicodeEncodeError):
            return ()
        return tuple(one for one in begun if now_ms < one.expires_at_ms)

    def cookie(self, begun: tuple[PendingLogin, ...]) -> str:
        """What the browser is to keep; the oldest give way."""
        return self._cookies.seal(msgspec.json.encode(begun[-AT_ONCE:]).decode())

    def seal_answer(self, answered: Answered) -> str:
        """Spotify's answer, for the browser to show again when it is confirmed."""
        return self._answers.seal(msgspec.json.encode(answered).decode())

    def unseal_answer(self, sealed: str) -> Answered | None:
        """The answer that was sealed here."""
        try:
            return msgspec.json.decode(self._answers.unseal(sealed), type=Answered)
        except (UnsealableError, msgspec.DecodeError, UnicodeEncodeError):
            return None

    def _sign(self, body: bytes) -> bytes:
        return hashlib.blake2b(body, key=self._key, digest_size=MAC).digest()
