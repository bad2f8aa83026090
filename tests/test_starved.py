"""The real processes with more connections than they like, and less of the system than they want."""

import resource
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests.processes import Installation, Program, an_installation, answers, wait_until

pytestmark = pytest.mark.processes

MANY = 1_100
"""Half-sent bodies, each from an address of its own, to the one route that reads what strangers send."""
HALF_A_BODY = (
    "POST /login/paste HTTP/1.1\r\nHost: localhost:{port}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "X-Forwarded-For: 10.0.{group}.{number}\r\nContent-Length: 1000\r\n\r\naddress="
)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with an_installation(tmp_path) as installation:
        yield installation


@contextmanager
def many_files() -> Iterator[None]:
    """This process may have as many connections as it wants to try."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 4 * MANY
    if soft < wanted > hard != resource.RLIM_INFINITY:
        pytest.skip(f"the system allows {hard} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def start_server(installation: Installation, files: tuple[int, int]) -> Program:
    """The server, if the system lets it have so many files open: at first, and if it asks for more."""
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    program = (
        f"import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_NOFILE, {files}); sys.path.insert(0, '.');"
        f"sys.argv = ['serve.py', '--config', {str(installation.config)!r}];"
        "runpy.run_path('serve.py', None, '__main__')"
    )
    server = installation.start("server", "-c", program)
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == before
    wait_until(lambda: answers(f"{installation.url}/"), server)
    return server


def half_sent(installation: Installation, number: int, until: ExitStack) -> socket.socket:
    connection = until.enter_context(socket.create_connection(("127.0.0.1", installation.port)))
    request = HALF_A_BODY.format(port=installation.port, group=number // 250, number=number % 250)
    connection.sendall(request.encode())
    connection.setblocking(False)
    return connection


def is_open(connection: socket.socket) -> bool:
    """Whether the server still waits for the rest: it has neither answered nor ended the connection."""
    try:
        connection.recv(1)
    except BlockingIOError:
        return True
    except ConnectionError:
        return False
    return False


def limits_of(program: Program) -> list[str]:
    """How many files it may have open: as it is, and as much as it may ask for."""
    lines = Path(f"/proc/{program.pid}/limits").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("Max open files")).split()[3:5]


def test_1100_half_sent_bodies_keep_nobody_else_waiting(installation: Installation) -> None:
    with many_files(), ExitStack() as until:
        installation.start_server()
        held = [half_sent(installation, number, until) for number in range(MANY)]
        assert answers(f"{installation.url}/health")
        assert [one for one in held if not is_open(one)] == []
        wait_until(lambda: not any(is_open(one) for one in held))  # and each has its end
        assert answers(f"{installation.url}/health")


def test_where_the_system_allows_few_files_those_go_that_keep_us_waiting(installation: Installation) -> None:
    with many_files(), ExitStack() as until:
        server = start_server(installation, (400, 400))
        held = [half_sent(installation, number, until) for number in range(MANY)]
        assert answers(f"{installation.url}/health")
        assert sum(map(is_open, held)) <= 400
        assert len(server.said()) < 20_000
        assert "more like this" in server.said() or server.said().count("dropped") < 20
        assert "Traceback" not in server.said()


def test_both_processes_take_as_many_files_as_the_system_allows(installation: Installation) -> None:
    server = start_server(installation, (256, 2_000))
    assert limits_of(server) == ["2000", "2000"]
    worker = installation.start_worker()
    soft, hard = limits_of(worker)
    assert soft == hard
