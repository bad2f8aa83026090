"""The server's shell: pages, the JSON API and the log-in. It writes what people want and shows what the worker saw."""
