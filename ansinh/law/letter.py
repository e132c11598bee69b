"""The explanation as a letter that an old person's daughter can read aloud: plain sentences, one matter after another.

It only arranges what `telling` says; every sentence in it is one of those.
"""

import datetime
import itertools
from collections.abc import Iterator
from typing import Any

from ansinh.base.months import Month
from ansinh.law.answers import Inquiry
from ansinh.law.sentences import day_text, money, month_text

# New benefits never come by themselves; the letter says so once, under everything that may come.
APPLY = (
    "Chế độ mới chỉ được chi sau khi nộp hồ sơ và có quyết định của Uỷ ban nhân dân xã.",
    "A new benefit is paid only after an application and a decision of the commune.",
)


def letter(asked: Inquiry, told: dict[str, Any], *, full: bool) -> str:
    """Return the letter; `full` adds every refusal, the trace of each line and the months around."""
    month = Month.parse(told["month"])
    parts = [
        _head(asked, told, month),
        _granted(asked, told, full=full),
        _open(asked, told),
        _changes(asked, told),
        _refused(asked, told, full=full),
        _months(asked, told) if full else [],
        _unverified(asked, told),
    ]
    return "\n\n".join("\n".join(part) for part in parts if part)


def _head(asked: Inquiry, told: dict[str, Any], month: Month) -> list[str]:
    total = money(told["total_dong"], asked.language)
    known = day_text(asked.known_on, asked.language)
    title = asked.say(f"TRỢ CẤP THÁNG {month.vi}", f"BENEFITS OF {month_text(month, 'en')}")
    sums = asked.say(f"Kỳ chi trả này được: {total}.", f"Due in this payroll: {total}.")
    if not told["lines"] and not told.get("in_kind"):
        sums = asked.say("Kỳ chi trả này không có khoản nào.", "Nothing is due in this payroll.")
    basis = asked.say(f"Trả lời theo luật biết đến ngày {known}.", f"Answered by the law known on {known}.")
    return [title + (f" · {told['person']}" if told["person"] else ""), f"{sums} {basis}"]


def _name(asked: Inquiry, code: str) -> str:
    return f"{asked.law.benefit(code).name.of(asked.language)} ({code})"


def _granted(asked: Inquiry, told: dict[str, Any], *, full: bool) -> list[str]:
    lines = [asked.say("ĐƯỢC HƯỞNG", "GRANTED")] if told["lines"] or told.get("in_kind") else []
    for group in _alike(list(zip(told["lines"], told["trace"], strict=True)), full=full):
        line, trace = group[0]
        amount, name = money(line["amount_dong"], asked.language), _name(asked, line["benefit"])
        lines.append(f"• {name}, {_when(asked, [one for one, _ in group])}: {amount}{_together(asked, group)}")
        lines.append(f"  {line['because']}")
        lines.append(f"  {asked.say('Căn cứ', 'By')}: {line['clause']}")
        if full:
            lines += [f"    {text}" for text in _way(asked, trace)]
    for line in told.get("in_kind", ()):
        lines.append(f"• {_name(asked, line['benefit'])}: {line['quantity']} {line['unit']}")
        lines += [f"  {line['because']}", f"  {asked.say('Căn cứ', 'By')}: {line['clause']}"]
    return lines


Pair = tuple[dict[str, Any], dict[str, Any]]


def _alike(pairs: list[Pair], *, full: bool) -> Iterator[list[Pair]]:
    """Yield lines that differ in their month alone as one; nobody wants to hear four arrears of one sum read out."""
    keys = ("benefit", "kind", "amount_dong", "clause")
    for _, group in itertools.groupby(pairs, lambda pair: (full and id(pair[0]), *(pair[0][key] for key in keys))):
        yield list(group)


def _when(asked: Inquiry, lines: list[dict[str, Any]]) -> str:
    months = [month_text(Month.parse(line["for_month"]), asked.language) for line in lines]
    kind = _KINDS[lines[0]["kind"]][asked.language == "en"]
    if len(months) == 1:
        return asked.say(f"tháng {months[0]}, {kind}", f"month {months[0]}, {kind}")
    return asked.say(f"các tháng {', '.join(months)}, {kind}, mỗi tháng", f"months {', '.join(months)}, {kind}, each")


def _together(asked: Inquiry, group: list[Pair]) -> str:
    total = money(sum(line["amount_dong"] for line, _ in group), asked.language)
    return asked.say(f", cộng {total}", f", {total} in all") if len(group) > 1 else ""


_KINDS = {
    "regular": ("hưởng tháng này", "this month's"),
    "arrears": ("truy lĩnh", "arrears"),
    "recovery": ("thu hồi", "recovery"),
    "one_off": ("một lần", "one-off"),
}


def _way(asked: Inquiry, trace: dict[str, Any]) -> Iterator[str]:
    for fact in trace["facts"]:
        dates = _dates(asked, fact)
        source = f" ({fact['source']})" if fact["source"] else ""
        yield f"{fact['label']}: {fact['value']}{source}{dates}"
    for part in trace["conditions"]:
        yield f"{part['mark']} {part['asks']}"
    rule, parameter = trace["rule"], trace["parameter"]
    yield asked.say(f"Điều kiện: {rule['basis']}", f"Condition: {rule['basis']}") + _mark(asked, rule)
    if parameter is not None:
        value, since = money(parameter["value_dong"], asked.language), Month.parse(parameter["applies_from"])
        yield (
            asked.say(
                f"Mức: {parameter['label']} {value} từ tháng {since.vi}, {parameter['clause']}",
                f"Figure: {parameter['label']} {value} from {since}, {parameter['clause']}",
            )
            + _mark(asked, parameter)
        )


def _mark(asked: Inquiry, part: dict[str, Any]) -> str:
    return "" if part["verified"] else asked.say(" [chưa xác minh]", " [not verified]")


def _dates(asked: Inquiry, fact: dict[str, Any]) -> str:
    start, end, seen = (_day(asked, fact[name]) for name in ("valid_from", "valid_to", "recorded_at"))
    words = [
        asked.say(f", từ ngày {start}", f", from {start}") if start else "",
        asked.say(f", đến trước ngày {end}", f", until before {end}") if end else "",
        asked.say(f", ghi nhận ngày {seen}", f", recorded on {seen}") if seen else "",
    ]
    return "".join(words)


def _day(asked: Inquiry, text: str | None) -> str:
    return "" if text is None else day_text(datetime.date.fromisoformat(text[:10]), asked.language)


def _open(asked: Inquiry, told: dict[str, Any]) -> list[str]:
    rows = told["needs_verification"]
    if not rows:
        return []
    return [asked.say("CẦN XÁC MINH", "TO BE VERIFIED"), *dict.fromkeys(f"• {row['because']}" for row in rows)]


def _changes(asked: Inquiry, told: dict[str, Any]) -> list[str]:
    rows = told["what_would_change"]
    if not rows:
        return []
    lines = [asked.say("ĐIỀU GÌ SẼ LÀM THAY ĐỔI", "WHAT WOULD CHANGE IT")]
    lines += [f"• {row['because']}\n  {row['clause']}" for row in rows]
    return [*lines, asked.say(*APPLY)] if any(row["effect"] == "begins" for row in rows) else lines


def _refused(asked: Inquiry, told: dict[str, Any], *, full: bool) -> list[str]:
    rows = told["not_granted"]
    if not rows:
        return []
    # A page of all that a person is not would hurt and explain nothing: the reasons are there for whoever asks.
    if not full:
        names = "; ".join(_name(asked, row["benefit"]) for row in rows)
        why = asked.say("Xem lý do từng chế độ: thêm --full.", "For each reason add --full.")
        return [asked.say("ĐÃ XÉT, KHÔNG THUỘC DIỆN", "LOOKED AT, NOT GRANTED"), f"{names}.", why]
    lines = [f"• {_name(asked, row['benefit'])}\n  {row['because']}\n  {row['clause']}" for row in rows]
    return [asked.say("ĐÃ XÉT, KHÔNG THUỘC DIỆN", "LOOKED AT, NOT GRANTED"), *lines]


def _months(asked: Inquiry, told: dict[str, Any]) -> list[str]:
    title = asked.say("CÁC THÁNG TRƯỚC VÀ SAU", "THE MONTHS AROUND")
    return [title, *(f"• {span['because']}" for span in told["timeline"]["spans"])]


def _unverified(asked: Inquiry, told: dict[str, Any]) -> list[str]:
    rows = told["unverified"]
    if not rows:
        return []
    return [asked.say("CHƯA CHẮC CHẮN", "NOT CERTAIN"), *(f"• {row['clause']}: {row['because']}" for row in rows)]
