"""`domain.yaml`: the facts a domain adds, its benefits, its shared definitions, and how several benefits combine.

A domain stands on those before it in the book: it may ask about their facts and about what they give, never redeclare
them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import cast

from ansinh.base.months import Month
from ansinh.law.pieces import optional_text, read_text
from ansinh.law.reading import Fields, Value
from ansinh.law.tree import Expression
from ansinh.law.words import Benefit, FactKind, FactType, Group, MeritFact, Outcome, ParameterVersion, Schedule, Text

# A mask is one bigint; two bits stay free for its sign and for care.
_MOST_BENEFITS = 61


@dataclass(frozen=True)
class Earlier:
    """What the domains before this one have declared."""

    facts: Mapping[str, FactKind] = field(default_factory=dict)
    child_facts: Mapping[str, FactKind] = field(default_factory=dict)
    merit_fields: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, Expression] = field(default_factory=dict)
    parameters: tuple[ParameterVersion, ...] = ()
    benefits: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class DomainFile:
    """What `domain.yaml` declares, on top of what earlier domains declared."""

    title: Text
    first_month: Month
    facts: dict[str, FactKind]
    child_facts: dict[str, FactKind]
    merit_fields: dict[str, str]
    benefits: dict[str, Benefit]
    definitions: dict[str, Value]
    combination: tuple[Group, ...]


_FACT_TYPES = ("bool", "enum", "dong", "count", "date", "text", "history", "children", "list")


def _fact(name: str, value: Value, earlier: Earlier) -> FactKind:
    fields = value.fields(
        "type label",
        "source members when_true when_false if_changed in_conditions null_means_no history_of outcome_of merit",
    )
    kind = cast(FactType, fields["type"].member(*_FACT_TYPES))
    members = fields.get("members")
    in_conditions = fields.get("in_conditions")
    null_means_no = fields.get("null_means_no")
    if (kind == "enum") != (members is not None):
        raise value.error("chỉ sự kiện loại enum mới có, và phải có, “members”.", "exactly enum facts have “members”.")
    outcome, merit = fields.get("outcome_of"), fields.get("merit")
    return FactKind(
        name=name,
        type=kind,
        label=read_text(fields["label"]),
        source=fields.text("source"),
        members={} if members is None else {member: read_text(text) for member, text in members.entries()},
        when_true=optional_text(fields, "when_true"),
        when_false=optional_text(fields, "when_false"),
        if_changed=optional_text(fields, "if_changed"),
        in_conditions=in_conditions is not None and in_conditions.boolean(),
        null_means_no=null_means_no is not None and null_means_no.boolean(),
        history_of=fields.text("history_of") or None,
        outcome=None if outcome is None else _outcome(outcome, earlier),
        merit=None if merit is None else _merit(merit),
    )


def _outcome(value: Value, earlier: Earlier) -> Outcome:
    domain, _, rest = value.text().partition(" ")
    what, *codes = rest.split() or [""]
    known = earlier.benefits.get(domain, ())
    if not known or what not in {"met", "paid", "received"} or not codes or not set(codes) <= set(known):
        raise value.error(
            "phải viết như “social-assistance met K1 K2”: lĩnh vực đứng trước, met, paid hoặc received, rồi mã chế độ.",
            "write it like “social-assistance met K1 K2”: an earlier domain, met, paid or received, then its benefits.",
        )
    return Outcome(domain, what, tuple(codes))  # type: ignore[arg-type]


def _merit(value: Value) -> MeritFact:
    parts = value.text().split()
    if len(parts) not in {2, 3}:
        raise value.error(
            "phải viết như “NCC-06 wound_percent” hoặc “NCC-06 category B”.",
            "write it like “NCC-06 wound_percent” or “NCC-06 category B”.",
        )
    return MeritFact(*parts)


def read_facts_declared(value: Value | None, earlier: Earlier, taken: Mapping[str, FactKind]) -> dict[str, FactKind]:
    """Return the facts that a piece declares; one that stands already is refused."""
    kinds: dict[str, FactKind] = {}
    for name, piece in () if value is None else value.entries():
        if name in taken:
            raise piece.error(f"sự kiện “{name}” đã được khai báo.", f"the fact “{name}” is already declared.")
        kinds[name] = _fact(name, piece, earlier)
    return kinds


def read_benefits(value: Value | None, taken: Sequence[str]) -> dict[str, Benefit]:
    """Return the benefits that a piece declares."""
    benefits: dict[str, Benefit] = {}
    for code, piece in () if value is None else value.entries():
        if code in taken:
            raise piece.error(f"mã chế độ “{code}” đã được dùng.", f"the benefit code “{code}” is taken.")
        named = piece.fields("name group", "schedule unit")
        schedule = named.get("schedule")
        benefits[code] = Benefit(
            code,
            read_text(named["name"]),
            named["group"].text(),
            "monthly" if schedule is None else cast(Schedule, schedule.member("monthly", "one_off", "yearly")),
            optional_text(named, "unit"),
        )
    return benefits


# ── combination ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _keep(value: Value) -> int | None:
    return None if value.content == "all" else value.integer()


def _group(value: Value, benefits: Mapping[str, Benefit]) -> Group:
    fields = value.fields("keep of", "added fewer_with clause")
    codes = tuple(item.member(*benefits) for item in fields["of"].items())
    keep, added, fewer = _keep(fields["keep"]), fields.get("added"), fields.get("fewer_with")
    group = Group(
        codes,
        keep,
        () if added is None else tuple(_added(code, piece, benefits) for code, piece in added.entries()),
        () if fewer is None else tuple((code, piece.integer()) for code, piece in fewer.entries()),
        fields.text("clause"),
    )
    if (group.added and keep != 1) or len(group.added) > 1:
        raise value.error(
            "“added” chỉ dùng khi “keep: 1”, và chỉ một chế độ được cộng thêm.",
            "“added” goes with “keep: 1” only, and only one benefit may be added to others.",
        )
    if any(code not in benefits for code, _ in (*group.added, *group.fewer_with)) or keep == 0:
        raise value.error("mã chế độ hoặc số lượng không đúng.", "a benefit code or a number is wrong.")
    return group


def _added(code: str, value: Value, benefits: Mapping[str, Benefit]) -> tuple[str, tuple[str, ...]]:
    partners = [item.member(*benefits) for item in value.items()]
    if partners != [known for known in benefits if known in partners]:
        raise value.error(
            "các chế độ được cộng phải kể theo đúng thứ tự đã khai báo.",
            "the benefits added to are listed in the order of their declaration.",
        )
    return code, tuple(partners)


def read_combination(
    value: Value, benefits: Mapping[str, Benefit], before: tuple[Group, ...] = ()
) -> tuple[Group, ...]:
    """Return the groups in which benefits compete; each benefit stands in exactly one, in the order of declaration."""
    groups = (*before, *(_group(item, benefits) for item in value.items()))
    _check_groups(value, groups, benefits)
    return groups


def _check_groups(value: Value, groups: tuple[Group, ...], benefits: Mapping[str, Benefit]) -> None:
    # A benefit missing here would be computed and then silently never paid. The order is fixed because a tie goes to
    # the first: the oracle reads that order here, the packed values of SQL have it from the declaration.
    in_order = all(list(group.codes) == [code for code in benefits if code in group.codes] for group in groups)
    if not in_order or sorted(code for group in groups for code in group.codes) != sorted(benefits):
        raise value.error(
            "các nhóm phải kể đủ mọi chế độ, mỗi chế độ một lần, theo đúng thứ tự đã khai báo.",
            "the groups must list every benefit once, in the order of their declaration.",
        )


def join_first(value: Value, groups: tuple[Group, ...], benefits: Mapping[str, Benefit]) -> tuple[Group, ...]:
    """Return the groups with the listed benefits competing in the first one: a province's own beside the national ones."""
    first, *rest = groups
    return (replace(first, codes=(*first.codes, *(item.member(*benefits) for item in value.items()))), *rest)


def read_domain(value: Value, earlier: Earlier) -> DomainFile:
    """Return the checked content of `domain.yaml`."""
    fields = value.fields("title first_month benefits combination", "facts child_facts definitions merit_fields")
    taken = [code for codes in earlier.benefits.values() for code in codes]
    benefits = read_benefits(fields["benefits"], taken)
    if len(benefits) > _MOST_BENEFITS:
        raise fields["benefits"].error(
            f"một lĩnh vực chỉ được có {_MOST_BENEFITS} chế độ.", f"a domain holds at most {_MOST_BENEFITS} benefits."
        )
    facts = {**earlier.facts, **read_facts_declared(fields.get("facts"), earlier, earlier.facts)}
    children = {**earlier.child_facts, **read_facts_declared(fields.get("child_facts"), earlier, earlier.child_facts)}
    definitions = fields.get("definitions")
    return DomainFile(
        title=read_text(fields["title"]),
        first_month=fields["first_month"].month(),
        facts=facts,
        child_facts=children,
        merit_fields={**earlier.merit_fields, **_merit_fields(fields)},
        benefits=benefits,
        definitions={} if definitions is None else dict(definitions.entries()),
        combination=read_combination(fields["combination"], benefits),
    )


def _merit_fields(fields: Fields) -> dict[str, str]:
    piece = fields.get("merit_fields")
    return {} if piece is None else {name: kind.member("count", "bool", "word") for name, kind in piece.entries()}
