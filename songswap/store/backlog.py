"""What a process saw and could not write: kept in memory, read from there, written as soon as that is possible."""

MOST_BYTES = 8 * 1024 * 1024
"""Of rows. Documents are bounded by themselves: of each there is only the newest."""


class Backlog:
    """Documents and rows that are not on the disk, by path within the store."""

    def __init__(self) -> None:
        self.documents: dict[str, bytes] = {}
        self.rows: dict[str, bytes] = {}

    def keep(self, name: str, content: bytes) -> None:
        """Keep a document instead of an older one."""
        self.documents[name] = content

    def add(self, name: str, lines: bytes) -> bool:
        """Keep more rows of a log; False if that would be too much, and they are not kept."""
        if sum(map(len, self.rows.values())) + len(lines) > MOST_BYTES:
            return False
        self.rows[name] = self.rows.get(name, b"") + lines
        return True

    def forget(self, name: str) -> None:
        """Forget a document or a log: it was written, or is gone."""
        self.documents.pop(name, None)
        self.rows.pop(name, None)

    def forget_below(self, folder: str) -> None:
        """Forget everything in a folder that is gone."""
        for name in [name for name in (*self.documents, *self.rows) if name.startswith(f"{folder}/")]:
            self.forget(name)

    def __len__(self) -> int:
        return len(self.documents) + len(self.rows)
