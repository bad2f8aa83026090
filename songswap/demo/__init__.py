"""`python serve.py --demo`: what production starts, with an embedded Spotify in the place of Spotify.

Three processes over the folder `demo-store`, which begins anew each time, with people who have listened for years. None
of the processes knows that it is a demo.
"""

from songswap.demo.launcher import Plan, demonstrate

__all__ = ["Plan", "demonstrate"]
