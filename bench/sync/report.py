"""The results as text: the full tables, and the short one for the README."""

from collections.abc import Callable, Sequence

from bench.sync.results import Result, Spread

BEGIN, END = "<!-- bench.sync writes from here -->", "<!-- to here -->"
NONE = "–"

Column = tuple[str, Callable[[Result], str]]


def nights(result: Result) -> str:
    """How many, and how long."""
    length = f"{result.hours:g} h" if result.hours >= 1 else f"{result.hours * 60:g} min"
    return f"{result.seeds} × {length}"


def ms(spread: Spread | None) -> str:
    """Median and 95th percentile in ms."""
    return NONE if spread is None else f"{spread.p50:,.0f} / {spread.p95:,.0f}"


def seconds(spread: Spread | None) -> str:
    """Median and 95th percentile in s."""
    return NONE if spread is None else f"{spread.p50:.1f} / {spread.p95:.1f}"


def back(spread: Spread | None) -> str:
    """Median, 95th percentile, worst in s, and how many."""
    return NONE if spread is None else f"{spread.p50:.1f} / {spread.p95:.1f} / {spread.worst:.1f} ({spread.count})"


def kinds(result: Result) -> str:
    """The 95th percentile of the time to follow, for each kind of event."""
    late_s = result.follow_p95_s_by_kind
    return " ".join(f"{late_s[kind]:.1f}" if kind in late_s else NONE for kind in ("pause", "resume", "seek", "skip"))


def gap(result: Result) -> str:
    """95th percentile and worst."""
    spread = result.changes.gap_ms
    return NONE if spread is None else f"{spread.p95:,.0f} / {spread.worst:,.0f}"


SHORT: tuple[Column, ...] = (
    ("scenario", lambda result: result.name),
    ("nights", nights),
    ("skew p50 / p95 ms", lambda result: ms(result.skew_ms)),
    ("follow p50 / p95 s", lambda result: seconds(result.follow_s)),
    ("off %", lambda result: f"{result.off_percent:.2f}"),
    ("glitches/h", lambda result: f"{result.glitches_per_listener_hour:.2f}"),
    ("calls/h", lambda result: f"{result.calls_per_listener_hour:.0f}"),
)
LONG: tuple[Column, ...] = (
    *SHORT[:4],
    ("p95 by kind (pause resume seek skip)", kinds),
    ("back p50 / p95 / worst s", lambda result: back(result.back_s)),
    *SHORT[4:],
    ("host", lambda result: str(result.interruptions)),
    ("peak 30 s", lambda result: str(result.peak_30s)),
    ("429", lambda result: str(result.limited)),
    ("blocked", lambda result: str(result.while_blocked)),
)
CHANGES: tuple[Column, ...] = (
    SHORT[0],
    ("changes", lambda result: str(result.changes.count)),
    ("commands", lambda result: str(result.changes.commands)),
    ("gap p95 / worst ms", gap),
    ("longest silence ms", lambda result: f"{result.changes.longest_silence_ms:.0f}"),
)


def text(results: Sequence[Result], machine: str) -> str:
    """Everything: bench/sync.txt."""
    parts = [
        aligned(LONG, results),
        "Per listener and hour: glitches, calls. back: from a fault's end until those it left apart are together with\n"
        "the host again, and how many those were. host: interruptions of whoever leads. blocked: calls made meanwhile.",
        "Natural changes of tracks, with no event of the host's near: commands they cost, and for how long a listener\n"
        "heard another track than the host or none, beyond the skew they had before (to the next 100 ms).\n\n"
        + aligned(CHANGES, results),
        "\n".join(line for result in results for line in clicks(result)),
        "\n".join(line for result in results for line in unled(result)),
        "\n".join(calls(result) for result in results),
        machine,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def aligned(columns: Sequence[Column], results: Sequence[Result]) -> str:
    """A table to be read as it is."""
    rows = [[name for name, _ in columns], *([cell(result) for _, cell in columns] for result in results)]
    widths = [max(len(row[place]) for row in rows) for place in range(len(columns))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([lines[0], "  ".join("-" * width for width in widths), *lines[1:]])


def markdown(results: Sequence[Result]) -> str:
    """The table in the README."""
    heads = [name for name, _ in SHORT]
    rows = [
        heads,
        ["---", "---", *["--:"] * (len(SHORT) - 2)],
        *([cell(result) for _, cell in SHORT] for result in results),
    ]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def inserted(page: str, table: str) -> str:
    """The page with the table between its markers. Raises ValueError if they are not there."""
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the page has no {BEGIN} or no {END}")
    return f"{before}{begin}\n\n{table}\n\n{end}{after}"


def clicks(result: Result) -> list[str]:
    """From a click on our page until the host's own player obeys."""
    told = result.clicks
    if told is None:
        return []
    lines = []
    if told.pause_s is not None and told.pause_reached_s is not None:
        reached, pause = told.pause_reached_s, told.pause_s
        lines.append(
            f"{result.name}: the host's player obeyed {pause.count} clicks on pause after p50 {pause.p50:.2f} s, "
            f"p95 {pause.p95:.2f} s, worst {pause.worst:.2f} s; they reached Spotify after p50 {reached.p50:.2f} s, "
            f"worst {reached.worst:.2f} s, the rest is the device's own (mean 0.40 s). Within the device's latency and "
            f"a round trip: {told.pauses_in_time} of {pause.count}."
        )
    if told.other_s is not None:
        lines.append(
            f"{result.name}: it obeyed {told.other_s.count} other clicks after p50 {told.other_s.p50:.2f} s, "
            f"p95 {told.other_s.p95:.2f} s, worst {told.other_s.worst:.2f} s."
        )
    return lines


def unled(result: Result) -> list[str]:
    """How long nobody led."""
    if result.unled_s is None:
        return []
    times = result.unled_s
    return [f"{result.name}: {times.count} times nobody led, for {times.p50:.0f} s (p50) to {times.worst:.0f} s."]


def calls(result: Result) -> str:
    """All calls by family."""
    families = ", ".join(f"{count} {family}" for family, count in result.calls_by_family.items())
    return f"{result.name}: {result.calls} calls in {nights(result)}, at most {result.most_calls} in one: {families}"
