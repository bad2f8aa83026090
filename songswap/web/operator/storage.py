"""How much room the store takes: a walk over all its files, to be taken in a thread."""

import os
import shutil
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from songswap.core.kit.store_layout import StorageKind, kind_of
from songswap.store import StoreError


@dataclass
class Sizes:
    """Bytes and files by kind, bytes by account, and bytes that are free on the disk."""

    free_bytes: int
    by_kind: Counter[StorageKind] = field(default_factory=Counter)
    files: Counter[StorageKind] = field(default_factory=Counter)
    by_account: Counter[str] = field(default_factory=Counter)

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.by_kind.total()


def measure(root: Path) -> Sizes:
    """The sizes of the store at `root`; what goes meanwhile is not counted. Raises StoreError."""
    try:
        sizes = Sizes(shutil.disk_usage(root).free)
    except OSError as error:
        raise StoreError(f"{root} can't be read: {error.strerror}") from error
    for folder, _, names in os.walk(root):
        inside = Path(folder).relative_to(root).parts
        for name in names:
            try:
                size = os.stat(os.path.join(folder, name), follow_symlinks=False).st_size  # noqa: PTH116, PTH118  # quick
            except OSError:
                continue
            kind = kind_of((*inside, name))
            sizes.by_kind[kind] += size
            sizes.files[kind] += 1
            if len(inside) > 1 and inside[0] == "accounts":
                sizes.by_account[inside[1]] += size
    return sizes
