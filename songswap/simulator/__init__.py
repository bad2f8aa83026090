"""An embedded Spotify that speaks the wire format: people, players and music, with the real one's strictness.

It stands in for Spotify in the demo, the tests and the benchmarks, and shares no code with the program it serves.
"""

from .app import create_app, serve
from .faults import Fault
from .profile import Profile
from .showing import Truth
from .world import World

__all__ = ["Fault", "Profile", "Truth", "World", "create_app", "serve"]
