"""Errors of the law's own files: each names the file and the line, in words a lawyer understands."""

from pathlib import Path

from ansinh.base.refusals import Refused


def law_error(path: Path | str, line: int, vi: str, en: str) -> Refused:
    """Return the refusal of a law file; the caller raises it."""
    return Refused(
        "law_invalid",
        vi=f"Tệp luật {path}, dòng {line}: {vi}",
        en=f"Law file {path}, line {line}: {en}",
        file=str(path),
        line=line,
    )
