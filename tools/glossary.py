"""Writes GLOSSARY.md from glossary.yaml: one word, one meaning, in code, in Vietnamese law and in English.

python -m tools.glossary           write GLOSSARY.md
python -m tools.glossary --check   say whether it is current (exit status 1 when not)
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[1]
SOURCE, TARGET = ROOT / "glossary.yaml", ROOT / "GLOSSARY.md"

_HEAD = """# Thuật ngữ · Glossary

Tệp này được sinh từ [glossary.yaml](glossary.yaml) bằng `python -m tools.glossary`; hãy sửa tệp nguồn, đừng sửa tệp này.
This file is generated from [glossary.yaml](glossary.yaml); change the source. A test holds models and labels to it.
"""


def load() -> dict[str, dict[str, Any]]:
    """Return the glossary as plain mappings: `models` and `words`. Duplicate keys are refused by the reader."""
    return YAML(typ="safe").load(SOURCE.read_text(encoding="utf8"))


def _row(code: str, entry: dict[str, Any]) -> str:
    cells = [f"`{code}`", entry["vi"], entry["en"], entry["means"], entry.get("standard", "–")]
    return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |\n"


def _table(entries: dict[str, dict[str, Any]]) -> Iterator[str]:
    yield "| Code | Tiếng Việt | English | Meaning | Standard |\n|---|---|---|---|---|\n"
    for code, entry in entries.items():
        yield _row(code, entry)


def _member_tables(models: dict[str, dict[str, Any]]) -> Iterator[str]:
    for model, entry in models.items():
        for name, members in entry.get("members", {}).items():
            title = model if name == model else f"{model}.{name}"
            yield f"\n### {title}\n\n| Code | Tiếng Việt | English | Meaning |\n|---|---|---|---|\n"
            for code, member in members.items():
                yield f"| `{code}` | {member['vi']} | {member['en']} | {member['means']} |\n"


def render() -> str:
    """Return the text of GLOSSARY.md."""
    glossary = load()
    parts = [_HEAD, "\n## Bảng dữ liệu · Models\n\n", *_table(glossary["models"])]
    parts += ["\n## Từ dùng chung · Words\n\n", *_table(glossary["words"])]
    parts += ["\n## Giá trị · Members\n", *_member_tables(glossary["models"])]
    return "".join(parts)


def main() -> int:
    """Write the file, or say whether it is current."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether GLOSSARY.md is current")
    text = render()
    if parser.parse_args().check:
        return 0 if TARGET.exists() and TARGET.read_text(encoding="utf8") == text else 1
    TARGET.write_text(text, encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
