"""Reports of what people wrote, and what became of them."""
