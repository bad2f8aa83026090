"""What the program never does, in Python, in pages and in scripts, so that nobody's text becomes part of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PYTHON = sorted(path for path in [*(ROOT / "songswap").rglob("*.py"), ROOT / "serve.py", ROOT / "worker.py"])
TEMPLATES = sorted((ROOT / "songswap" / "web" / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static").rglob("*.js"))

CALLS = {"eval", "exec", "compile", "__import__", "os.system", "os.popen", "subprocess.getoutput", "hashlib.md5"}
CALLS |= {"hashlib.sha1", "asyncio.create_subprocess_shell", "jinja2.Template", "render_template_string", "Markup"}
IMPORTS = {"pickle", "marshal", "shelve", "yaml", "xml", "lxml", "ctypes", "cffi", "telnetlib", "smtplib", "ldap"}
MAY = {"songswap/leash.py": {"ctypes"}}  # one call of the system's, with numbers of our own
TRUE_NEVER = {"shell", "allow_pickle", "allow_redirects"}
FALSE_NEVER = {"ssl", "verify_ssl", "autoescape"}

IN_TEMPLATES = re.compile(
    r"\|\s*safe\b|autoescape\s+false|<script(?![^>]*(?:src=|application/json))|\son\w+=|javascript:"
)
IN_SCRIPTS = re.compile(
    r"\b(?:inner|outer)HTML\b|insertAdjacentHTML|document\.write|\beval\(|new Function\b|setHTMLUnsafe|srcdoc"
    r"|createContextualFragment|javascript:|__proto__|document\.cookie"
)
KEEPS = re.compile(r"localStorage|sessionStorage|indexedDB|\bcaches\.")
NAMES = re.compile(r"""["'`](songswap[\w.-]*)["'`]""")
ASKING = {"get", "post", "put", "delete", "request", "ws_connect"}


def _asks_outside(called: ast.expr) -> bool:
    """Whether that is a call of aiohttp's, by the name that its session has everywhere here."""
    return isinstance(called, ast.Attribute) and called.attr in ASKING and ast.unparse(called.value).endswith("http")


def faults_of(tree: ast.AST) -> Iterator[str]:
    """What a module does that none may."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=called, keywords=keywords):
                yield from ({ast.unparse(called)} & CALLS)
                if _asks_outside(called) and "allow_redirects" not in {one.arg for one in keywords}:
                    yield "follows redirects"
                for one in keywords:
                    told = one.value.value if isinstance(one.value, ast.Constant) else None
                    if (told is True and one.arg in TRUE_NEVER) or (told is False and one.arg in FALSE_NEVER):
                        yield f"{one.arg}={told}"
            case ast.Import(names=names):
                yield from ({one.name.partition(".")[0] for one in names} & IMPORTS)
            case ast.ImportFrom(module=module):
                yield from ({(module or "").partition(".")[0]} & IMPORTS)


def test_no_text_is_run_loaded_as_objects_or_handed_to_a_shell() -> None:
    assert len(PYTHON) > 200
    found = {path.relative_to(ROOT).as_posix(): {*faults_of(ast.parse(path.read_text("utf-8")))} for path in PYTHON}
    assert {path: faults for path, faults in found.items() if faults} == MAY


@pytest.mark.parametrize(
    "line",
    [
        "eval(text)",
        "os.system(text)",
        "import pickle",
        "from xml.dom import minidom",
        "subprocess.run(text, shell=True)",
        "http.get(url, allow_redirects=True)",
        "self._http.get(url)",
        "http.get(url, ssl=False)",
        "hashlib.md5(text)",
        "Markup(text)",
    ],
)
def test_each_of_them_would_be_found(line: str) -> None:
    assert [*faults_of(ast.parse(line))]


def test_no_page_takes_text_for_markup() -> None:
    assert TEMPLATES
    found = {path.name: IN_TEMPLATES.findall(path.read_text("utf-8")) for path in TEMPLATES}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_no_script_takes_text_for_markup_or_for_code() -> None:
    assert len(SCRIPTS) > 50
    found = {path.name: IN_SCRIPTS.findall(path.read_text("utf-8")) for path in SCRIPTS}
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_pages_keep_nothing_of_a_person_in_the_browser() -> None:
    told = [path.read_text("utf-8") for path in SCRIPTS]
    kept = {name for text in told if KEEPS.search(text) for name in NAMES.findall(text)}
    assert kept == {
        "songswap.browser",  # made up at random, as the next
        "songswap.tab",
        "songswap.seq",
        "songswap.plays",  # the group whose music the tab plays
        "songswap.loudness",
        "songswap-timer-cues",  # whether one wants them
        "songswap-notices-outside",
        "songswap-notices",  # no store: the channel between tabs
    }
