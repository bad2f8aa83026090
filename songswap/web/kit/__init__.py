"""What every page and route uses and no feature owns."""
