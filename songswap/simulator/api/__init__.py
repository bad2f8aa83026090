"""The Web API: one module for each family of endpoints, and the gate that all calls go through."""
