"""What a lawyer may have mistyped, said in a lawyer's words: characters that look right, and forms that do not hold together.

The reader below speaks of tokens and block ends; whoever types a decree needs the line and what to change in it.
"""

import re
from typing import NamedTuple

from ruamel.yaml.error import MarkedYAMLError, YAMLError


class Mistake(NamedTuple):
    """Where something is mistyped, and what to do about it."""

    line: int
    vi: str
    en: str


# ── characters ───────────────────────────────────────────────────────────────────────────────────────────────────────

# Looked for before anything is understood: each of them changes the meaning of a line without changing how it looks.
_CHARACTERS: tuple[tuple[str, str, str], ...] = (
    (
        "\ufeff",
        "có dấu ẩn (BOM) mà chương trình soạn thảo tự thêm; hãy lưu lại tệp với mã UTF-8 không có BOM.",
        "an invisible mark (BOM) stands here; save the file as UTF-8 without BOM.",
    ),
    (
        "\r",
        "dòng kết thúc theo kiểu Windows; hãy lưu lại tệp với kiểu xuống dòng Unix (LF).",
        "the line ends in the Windows way; save the file with Unix line ends (LF).",
    ),
    ("\t", "có phím Tab; hãy thay bằng dấu cách.", "there is a tab; use spaces instead."),
    (
        "\u0300-\u036f",
        "chữ có dấu được gõ thành chữ và dấu rời nhau; hãy gõ lại dòng này bằng bảng mã Unicode dựng sẵn.",
        "letters and accents are typed apart; type the line again in precomposed Unicode (NFC).",
    ),
    (
        "\uff01-\uff5e\u3000",
        "có chữ, số hoặc dấu kiểu rộng (như “１” hay “：”); hãy gõ lại bằng bàn phím thường.",
        "there are full-width characters (like “１” or “：”); type them again as ordinary ones.",
    ),
    (
        "\x80-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f",
        "có dấu cách đặc biệt hoặc ký tự ẩn, thường do chép từ Word hay trang mạng; hãy xoá và gõ lại dấu cách.",
        "there is a special space or an invisible character; delete it and type an ordinary space.",
    ),
    (
        "\x00-\x09\x0b-\x1f\x7f",
        "có ký tự điều khiển không nhìn thấy; hãy xoá và gõ lại dòng này.",
        "there is a control character; type the line again.",
    ),
)
_ANY = re.compile("[" + "".join(characters for characters, _, _ in _CHARACTERS) + "]")


def mistyped_character(text: str) -> Mistake | None:
    """Return the first character that looks like another one or like nothing."""
    # One search over the file; which of them it is matters only once there is one.
    found = _ANY.search(text)
    if found is None:
        return None
    line = text.count("\n", 0, found.start()) + 1
    characters = (one for one in _CHARACTERS if re.match(f"[{one[0]}]", found.group()))
    _, vi, en = next(characters)
    return Mistake(line, vi, en)


# ── forms ────────────────────────────────────────────────────────────────────────────────────────────────────────────

_NAME = r"[A-Za-z_][A-Za-z0-9_-]*"
# What a line looks like that does not hold together, in the order in which they are tried.
_FORMS: tuple[tuple[re.Pattern[str], str, str], ...] = (
    (
        re.compile(rf"\s*(- )?{_NAME}:[^\s:/]"),
        "thiếu dấu cách sau dấu hai chấm; hãy viết “tên: giá trị”.",
        "a space is missing after the colon; write “name: value”.",
    ),
    (
        re.compile(r"\s*-[^\s-]"),
        "thiếu dấu cách sau dấu gạch ngang đầu dòng.",
        "a space is missing after the dash that begins the line.",
    ),
    (
        re.compile(r"\s*[–—•*+] "),
        "mỗi mục của danh sách phải bắt đầu bằng dấu gạch ngang ngắn “-”.",
        "an item of a list begins with a short dash “-”.",
    ),
    (
        re.compile(rf"\s*(- )?{_NAME}: [^\"'>|{{\[]*[^\s]: "),
        'có dấu hai chấm ở giữa câu; hãy đặt cả câu trong dấu nháy kép thẳng (").',
        "there is a colon inside the sentence; put the whole sentence between straight double quotes.",
    ),
    (
        re.compile(r"\s*(- )?[^\s:#\"'{\[-][^:]*$"),
        "thiếu dấu hai chấm sau tên mục; hãy viết “tên: giá trị”.",
        "the colon after the name is missing; write “name: value”.",
    ),
)
_UNEVEN = (
    "thụt đầu dòng không thẳng hàng với các dòng cùng cấp ở trên; hãy so số dấu cách đầu dòng.",
    "the line is not indented like its neighbours; compare the spaces at the beginning.",
)


def mistyped_form(error: YAMLError, text: str) -> Mistake:
    """Return what keeps the file from being read, and where."""
    if not isinstance(error, MarkedYAMLError):
        return Mistake(1, "không đọc được bố cục của tệp.", "the layout of the file cannot be read.")
    lines = text.split("\n")
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark or error.context_mark
    line = min(mark.line + 1 if mark is not None else 1, len(lines))
    start = error.context_mark.line + 1 if error.context_mark is not None else line
    told = _told_by_reader(problem, context, line, start) or _told_by_lines(lines, line)
    return told or Mistake(line, *_UNEVEN)


def _told_by_reader(problem: str, context: str, line: int, start: int) -> Mistake | None:
    if "flow" in context:
        return Mistake(
            start,
            "dấu mở “{” hoặc “[” ở dòng này không có dấu đóng, hoặc thiếu dấu phẩy giữa các mục.",
            "a “{” or “[” of this line is not closed, or a comma is missing between its pieces.",
        )
    if "quoted scalar" in context and "escape" not in problem:
        return _quotes(start)
    if "escape" in problem:
        return Mistake(
            line,
            "dấu “\\” không dùng được trong dấu nháy kép; hãy bỏ đi.",
            "the sign “\\” cannot be used between double quotes; remove it.",
        )
    if "alias" in problem or "anchor" in problem:
        return Mistake(line, "không dùng bí danh (& và *).", "anchors and aliases (& and *) are not allowed.")
    if "cannot start any token" in problem:
        return Mistake(
            line,
            'giá trị bắt đầu bằng một ký hiệu không dùng được; hãy đặt giá trị trong dấu nháy kép thẳng (").',
            "a value begins with a sign that cannot be used; put it between straight double quotes.",
        )
    if "another document" in problem:
        return Mistake(
            line,
            "dấu “---” không được dùng giữa tệp; mỗi tệp chỉ có một quy định.",
            "“---” cannot stand inside a file; one file holds one clause.",
        )
    return None


def _quotes(line: int) -> Mistake:
    return Mistake(
        line,
        "dấu nháy kép mở ở dòng này không được đóng, hoặc đóng quá sớm.",
        "a double quote opened in this line is not closed, or is closed too early.",
    )


def _told_by_lines(lines: list[str], line: int) -> Mistake | None:
    """Return what the line, or the one before it, looks like: an error shows only where the next line begins."""
    # The line before is asked first, because the mistake is more often there than where reading stopped.
    before = next((n for n in range(line - 1, 0, -1) if lines[n - 1].strip()), line)
    for number in (before, line):
        content = lines[number - 1].partition(" #")[0]
        # An odd number of quotes explains everything else that looks wrong with the line.
        if content.count('"') % 2:
            return _quotes(number)
        for form, vi, en in _FORMS:
            if form.match(content):
                return Mistake(number, vi, en)
    if any(lines[number - 1].count('"') > 2 and "{" not in lines[number - 1] for number in (before, line)):
        return _quotes(line)
    return None
