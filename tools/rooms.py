"""Writes the file map at the end of each room's README from the first sentences of its files; the rest is written by people.

python -m tools.rooms           renew every map
python -m tools.rooms --check   name the READMEs that are out of date (exit status 1 when there are any)
"""

import argparse
import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MARK = "<!-- The map below is generated: python -m tools.rooms -->"
_LEFT_OUT = {"apps.py"}


def rooms() -> list[Path]:
    """Return the folders of all rooms, and of the sandbox bank."""
    inside = sorted(path.parent for path in (ROOT / "ansinh").glob("*/__init__.py"))
    return [*inside, ROOT / "ansinh_sandbox"]


def _first_sentence(text: str) -> str:
    """Return the first sentence of a docstring, or its first paragraph when that has no full stop of its own."""
    paragraph = " ".join(text.split("\n\n")[0].split())
    end = paragraph.find(". ")
    return (paragraph if end < 0 else paragraph[: end + 1]).replace("|", "\\|")


def _about_python(path: Path) -> str:
    return _first_sentence(ast.get_docstring(ast.parse(path.read_text(encoding="utf8"))) or "")


def _about_sql(path: Path) -> str:
    comment = []
    for line in path.read_text(encoding="utf8").splitlines():
        if not line.startswith("--"):
            break
        comment.append(line.removeprefix("--").strip())
    return _first_sentence(" ".join(comment))


def _entries(room: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(room.rglob("*.py")):
        inside = path.relative_to(room)
        if "migrations" in inside.parts or path.name in _LEFT_OUT or inside.as_posix() == "__init__.py":
            continue
        yield inside.as_posix(), _about_python(path)
    for path in sorted(room.glob("sql/*.sql")):
        yield path.relative_to(room).as_posix(), _about_sql(path)


def renewed(room: Path) -> str:
    """Return the room's README with its map renewed; what people wrote above the mark is left alone."""
    readme = room / "README.md"
    text = (
        readme.read_text(encoding="utf8")
        if readme.exists()
        else f"# {room.name}\n\n{_about_python(room / '__init__.py')}\n"
    )
    written = text.split(MARK)[0].rstrip()
    lines = [f"| `{name}` | {about} |" for name, about in _entries(room)]
    return "\n".join([written, "", MARK, "", "| File | Says of itself |", "|---|---|", *lines, ""])


def main() -> int:
    """Renew the maps, or say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing")
    check = parser.parse_args().check
    stale = []
    for room in rooms():
        readme, text = room / "README.md", renewed(room)
        if not readme.exists() or readme.read_text(encoding="utf8") != text:
            stale.append(readme.relative_to(ROOT).as_posix())
            if not check:
                readme.write_text(text, encoding="utf8")
    print("\n".join(stale))
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
