"""Writes docs/reference/commands.md from the table of commands, and conformance.md from the scenarios of the kit.

So the reference cannot lag behind the program.

python -m tools.reference           write the files
python -m tools.reference --check   say whether they are current (exit status 1 when not)
"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from ansinh.payment.conformance import run as kit
from ansinh.project.commands import COMMANDS, Argument, Command

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "reference" / "commands.md"
SCENARIOS = ROOT / "docs" / "reference" / "conformance.md"

_HEAD = """# Các lệnh · Commands

Tệp này được sinh từ `ansinh/project/commands/` bằng `python -m tools.reference`; đừng sửa tay.
Generated from the table of commands; do not edit.

Mọi lệnh nhận thêm `--home THƯ_MỤC` (thư mục dữ liệu), `--json` (in đúng một tài liệu JSON), `--lang vi|en` (ngôn ngữ của lời báo).
Mã thoát: 0 xong; 1 từ chối, có tên lý do (`{"refused": …, "message": …, "details": …}` với `--json`); 2 gõ sai lệnh.
"""


def _word(argument: Argument) -> str:
    """Return how the argument is written on the command line, in brackets when it may be left out."""
    flags, options = argument
    shown = options.get("metavar") or "|".join(options.get("choices", [])) or flags[-1].lstrip("-").upper()
    if not flags[0].startswith("-"):
        return f"[{shown}]" if options.get("nargs") == "?" else shown
    text = flags[0] if str(options.get("action")).startswith("store_") else f"{flags[0]} {shown}"
    return text if options.get("required") else f"[{text}]"


def _section(command: Command) -> Iterator[str]:
    choice = "|".join(flags[0] for flags, _ in command.one_of)
    words = " ".join(["ansinh", command.name, *map(_word, command.arguments), *([f"({choice})"] if choice else [])])
    yield f"\n## ansinh {command.name}\n\n{command.help[:1].upper()}{command.help[1:]}.\n\n```\n{words}\n```\n"
    if command.arguments:
        yield "\n| Tham số | Nghĩa |\n|---|---|\n"
        for argument in (*command.arguments, *command.one_of):
            meaning = str(argument[1].get("help", "")).replace("|", "\\|")
            yield f"| `{_word(argument).strip('[]').replace('|', chr(92) + '|')}` | {meaning} |\n"
    if not command.needs_database:
        yield "\nKhông cần cơ sở dữ liệu có sẵn.\n"


def render() -> str:
    """Return the text of the reference."""
    return _HEAD + "".join(part for command in COMMANDS for part in _section(command))


_KIT_HEAD = """# Bộ kiểm tra tương thích · The conformance kit

Tệp này được sinh từ `ansinh/payment/conformance/` bằng `python -m tools.reference`; đừng sửa tay.
Generated from the scenarios of the kit; do not edit. Cách chạy: [certify-a-provider.md](../how-to/certify-a-provider.md).

Mỗi tình huống *đạt*, *chưa đạt*, hoặc *không áp dụng* khi tổ chức chi trả không có việc ấy hoặc môi trường thử không làm được; như vậy không phải là đạt.
A scenario passes, fails, or does not apply where the provider does not offer it or the sandbox cannot play it; that is no pass.
"""
_PARTS = {
    "R": ("Lập tệp", "What leaves"), "S": ("Gửi", "Handing over"), "A": ("Trả lời", "What comes back"), "L": ("Đọc", "What is believed"),
    "Q": ("Hỏi", "Questions"), "J": ("Lệnh gộp", "Joined orders"), "C": ("Chữ ký số của tệp", "Signed files"),
}  # fmt: skip


def render_scenarios() -> str:
    """Return the text of the kit's reference."""
    found, text = kit.scenarios(), [_KIT_HEAD]
    for letter, (vi, en) in _PARTS.items():
        rows = [one for one in found if one.code[0] == letter]
        text.append(f"\n## {vi} · {en} ({len(rows)})\n\n| Mã | Tình huống | Scenario |\n|---|---|---|\n")
        text += [f"| {one.code} | {one.vi} | {one.en} |\n" for one in rows]
    return "".join(text)


def main() -> int:
    """Write the reference, or say whether it is current."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="only say whether the file is current")
    texts = {TARGET: render(), SCENARIOS: render_scenarios()}
    if parser.parse_args().check:
        return (
            0 if all(path.exists() and path.read_text(encoding="utf8") == text for path, text in texts.items()) else 1
        )
    TARGET.parent.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        path.write_text(text, encoding="utf8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
