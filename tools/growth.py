"""Measures a month for growing registers and writes `docs/reference/growth.md` and its picture: seconds, CPU, memory, statements.

`python -m tools.growth 10000 30000 100000` (`make bench-growth`). Figures are of the machine that ran it, which the page names.
"""

import json
import math
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE, PICTURE = ROOT / "docs/reference/growth.md", ROOT / "docs/reference/growth.svg"
WIDTH, HEIGHT, MARGIN = 640, 400, 60


def measure(people: int) -> dict[str, Any]:
    """Return the figures of one month of so many people."""
    command = [str(ROOT / ".venv/bin/ansinh"), "bench", "month", "--people", str(people), "--json"]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    return json.loads(done.stdout)


def _place(value: int, first: int, last: int, length: int) -> int:
    """Return where a value lies on an axis of powers of ten."""
    part = (math.log10(value) - math.log10(first)) / (math.log10(last) - math.log10(first))
    return round(part * length)


def picture(rows: list[dict[str, Any]]) -> str:
    """Return the plot: payments against milliseconds, both axes in powers of ten, with the straight line through the first point."""
    counts = [row["payments"] for row in rows]
    times = [round(row["total_s"] * 1000) for row in rows]
    ends_x = (10 ** math.floor(math.log10(counts[0])), 10 ** math.ceil(math.log10(counts[-1])))
    ends_y = (10 ** math.floor(math.log10(times[0])), 10 ** math.ceil(math.log10(times[-1])))
    x = [MARGIN + _place(one, *ends_x, WIDTH - 2 * MARGIN) for one in counts]
    y = [HEIGHT - MARGIN - _place(one, *ends_y, HEIGHT - 2 * MARGIN) for one in times]
    straight = times[0] * counts[-1] // counts[0]
    over = HEIGHT - MARGIN - _place(straight, *ends_y, HEIGHT - 2 * MARGIN)
    dots = "".join(f'<circle cx="{a}" cy="{b}" r="4" fill="#14545c"/>' for a, b in zip(x, y, strict=True))
    words = "".join(
        f'<text x="{a}" y="{b - 10}" font-size="12" text-anchor="middle">{_decimal(row["total_s"])} s</text>'
        f'<text x="{a}" y="{HEIGHT - MARGIN + 20}" font-size="12" text-anchor="middle">{_whole(row["payments"])}</text>'
        for a, b, row in zip(x, y, rows, strict=True)
    )
    points = " ".join(f"{a},{b}" for a, b in zip(x, y, strict=True))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif">'
        "<title>Thời gian một tháng theo số khoản chi</title>"
        f'<line x1="{x[0]}" y1="{y[0]}" x2="{x[-1]}" y2="{over}" stroke="#c4d0d2" stroke-dasharray="4"/>'
        f'<polyline points="{points}" fill="none" stroke="#14545c" stroke-width="2"/>{dots}{words}'
        f'<text x="{WIDTH // 2}" y="{HEIGHT - 12}" font-size="13" text-anchor="middle">số khoản chi (thang log); nét đứt: tăng đúng tỷ lệ</text></svg>\n'
    )


def _whole(value: int) -> str:
    return f"{value:,}".replace(",", ".")


def _decimal(value: object) -> str:
    return str(value).replace(".", ",")


def page(rows: list[dict[str, Any]]) -> str:
    """Return the page with the table."""
    lines = [
        "# Một tháng khi số người tăng",
        "",
        f"Đo bằng `make bench-growth` trên máy {os.cpu_count()} nhân ({platform.machine()})."
        " Giây là thời gian chờ của các bước; giây CPU là của phần mềm và PostgreSQL.",
        "",
        "| Số khoản chi | Giây | Giây CPU | Khoản/giây CPU | Bộ nhớ Python (MB) | Bộ nhớ PostgreSQL (MB) | Câu lệnh SQL |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for row in rows:
        memory = row["peak_rss_mb"]
        cells = [
            _whole(row["payments"]), _decimal(row["total_s"]), _decimal(row["cpu_s"]), _whole(row["payments_per_cpu_s"]),
            _whole(memory["python"]), _whole(memory["postgres"]), _whole(row["sql_statements"]),
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    lines += [
        "",
        "![Thời gian theo số khoản chi](growth.svg)",
        "",
        "Số câu lệnh tăng theo số tệp gửi ngân hàng (50.000 lệnh một tệp), không theo số người.",
        "",
    ]
    return "\n".join(lines)


def main(sizes: list[int]) -> None:
    """Measure each size in its turn and write page and picture after each, so that a long run that is broken off has told something."""
    rows: list[dict[str, Any]] = []
    for size in sizes:
        rows.append(measure(size))
        print(size, rows[-1]["total_s"], rows[-1]["cpu_s"], flush=True)
        PAGE.write_text(page(rows), encoding="utf8")
        if len(rows) > 1:
            PICTURE.write_text(picture(rows), encoding="utf8")


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10_000, 30_000, 100_000, 300_000, 1_000_000])
