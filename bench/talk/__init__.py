"""How soon what people write is read: `python -m bench.talk` (`make bench-talk`)."""
