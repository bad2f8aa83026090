"""Whose song is it: what people brought themselves, made into examples, and a rule learnt from them."""
