"""OpenFisca-Core on the same rules and the same facts as `ansinh bench law`, row by row; prints one JSON document.

It runs in an environment of its own (OpenFisca is under the AGPL and never a dependency) and knows nothing of AnSinh: it
reads the statement's layers as text, makes one OpenFisca variable of each column, and lets a simulation compute them.
"""

import datetime
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import openfisca_core
import sqlglot
from openfisca_core import entities, periods, taxbenefitsystems, variables
from openfisca_core.simulations import SimulationBuilder
from openfisca_core.variables import config
from sqlglot import exp

Value = tuple[Any, Any]
Read = Callable[[str], Value]
_EPOCH = datetime.date(1970, 1, 1)
_COMPARE = {exp.EQ: np.equal, exp.NEQ: np.not_equal, exp.LT: np.less, exp.LTE: np.less_equal, exp.GT: np.greater, exp.GTE: np.greater_equal}  # fmt: skip
_COUNT = {
    exp.Add: np.add, exp.Sub: np.subtract, exp.Mul: np.multiply, exp.BitwiseAnd: np.bitwise_and,
    exp.BitwiseOr: np.bitwise_or, exp.BitwiseRightShift: np.right_shift, exp.BitwiseLeftShift: np.left_shift,
}  # fmt: skip


def _either(first: Any, second: Any) -> Any:
    """Return where one of two values is unknown; False where neither can be."""
    if first is False or second is False:
        return second if first is False else first
    return first | second


class Layer:
    """Evaluates SQL expressions over whole columns, with NULL as a second array, since OpenFisca has no unknown."""

    def __init__(self, read: Read, codes: dict[str, dict[str, int]]) -> None:
        self.read, self.codes = read, codes

    def value(self, node: exp.Expression) -> Value:
        """Return (values, where they are NULL) of an expression."""
        kind = type(node)
        if kind in (exp.Paren, exp.Alias):
            return self.value(node.this)
        if kind is exp.Cast:
            if node.to.is_type("date"):
                return (datetime.date.fromisoformat(node.this.this) - _EPOCH).days, False
            return self.value(node.this)
        if kind is exp.Column:
            return self.read(node.name)
        if kind is exp.Literal:
            return int(node.this), False
        if kind is exp.Boolean:
            return bool(node.this), False
        if kind is exp.Null:
            return 0, True
        if kind is exp.Neg:
            value, null = self.value(node.this)
            return -value, null
        return self._compound(node, kind)

    def _compound(self, node: exp.Expression, kind: type) -> Value:
        if kind in _COMPARE:
            return self._compare(node, _COMPARE[kind])
        if kind in _COUNT:
            (left, left_null), (right, right_null) = self.value(node.this), self.value(node.expression)
            return _COUNT[kind](np.asarray(left, np.int64), np.asarray(right, np.int64)), _either(left_null, right_null)
        if kind in (exp.And, exp.Or):
            return self._logic(node, kind is exp.And)
        if kind is exp.Not:
            value, null = self.value(node.this)
            return np.logical_not(value), null
        if kind is exp.Is:
            return self.value(node.this)[1], False
        if kind is exp.In:
            names = self.codes.get(node.this.name, {})
            value, null = self.value(node.this)
            return np.isin(value, [names[member.this] for member in node.expressions]), null
        if kind is exp.Coalesce:
            value, null = self.value(node.this)
            for other in node.expressions:
                if null is False:
                    return value, False
                second, second_null = self.value(other)
                value, null = np.where(null, second, value), null & np.asarray(second_null)
            return value, null if np.any(null) else False
        if kind in (exp.Greatest, exp.Least):
            values = [self.value(part)[0] for part in (node.this, *node.expressions)]
            pick = np.maximum if kind is exp.Greatest else np.minimum
            result = values[0]
            for value in values[1:]:
                result = pick(result, value)
            return result, False
        if kind is exp.Case:
            return self._case(node)
        raise NotImplementedError(node.sql())

    def _compare(self, node: exp.Expression, compare: Any) -> Value:
        if isinstance(node.expression, exp.Literal) and node.expression.is_string:
            value, null = self.value(node.this)
            return compare(value, self.codes[node.this.name][node.expression.this]), null
        (left, left_null), (right, right_null) = self.value(node.this), self.value(node.expression)
        return compare(left, right), _either(left_null, right_null)

    def _logic(self, node: exp.Expression, is_and: bool) -> Value:
        (left, left_null), (right, right_null) = self.value(node.this), self.value(node.expression)
        if left_null is False and right_null is False:
            return (left & right if is_and else left | right), False
        # Kleene: false AND unknown is false, true OR unknown is true.
        decided = [np.logical_not(null) & (np.logical_not(value) if is_and else value)
                   for value, null in ((left, left_null), (right, right_null))]  # fmt: skip
        settled = decided[0] | decided[1]
        null = _either(np.asarray(left_null), np.asarray(right_null)) & np.logical_not(settled)
        both = (left & right) if is_and else (left | right)
        return np.where(settled, not is_and, both), null

    def _case(self, node: exp.Expression) -> Value:
        otherwise = node.args.get("default")
        result, null = self.value(otherwise) if otherwise is not None else (0, True)
        for branch in reversed(node.args["ifs"]):
            asked, unknown = self.value(branch.this)
            chosen = asked if unknown is False else asked & np.logical_not(unknown)
            value, value_null = self.value(branch.args["true"])
            result = np.where(chosen, value, result)
            if null is not False or value_null is not False:
                null = np.where(chosen, value_null, null)
        return result, null


def _plain(folder: Path, plan: dict[str, Any], flat: Any) -> dict[str, tuple[Any, Any]]:
    """Return every column of every layer computed by numpy alone: their types, and which can be NULL."""
    known: dict[str, tuple[Any, Any]] = {
        name: (flat[name], flat.get(f"{name}__null", False)) for name in flat if not name.endswith("__null")
    }
    count = len(flat["person_id"])
    for number, columns in enumerate(plan["layers"]):
        layer = Layer(lambda name, number=number: known[_name(number, name)], plan["codes"])
        for name, text in columns:
            value, null = layer.value(sqlglot.parse_one(text, read="duckdb"))
            null = np.broadcast_to(null, count) if np.any(null) else False
            known[f"l{number}_{name}"] = (np.broadcast_to(value, count), null)
    return known


def _name(layer: int, column: str) -> str:
    return column if layer == 0 else f"l{layer - 1}_{column}"


def _formula(
    tree: exp.Expression, number: int, part: int, known: dict[str, tuple[Any, Any]], plan: dict[str, Any]
) -> Any:
    """Return the formula of a column, or of where it is NULL; OpenFisca counts its arguments, hence two and no more."""

    def formula(person: Any, period: Any) -> Any:
        def read(asked: str) -> Value:
            full = _name(number, asked)
            null = person(f"{full}__null", period) if known[full][1] is not False else False
            return person(full, period), null

        found = Layer(read, plan["codes"]).value(tree)[part]
        return np.broadcast_to(found, person.count) if np.ndim(found) == 0 else found

    return formula


def _system(plan: dict[str, Any], known: dict[str, tuple[Any, Any]]) -> Any:
    person = entities.Entity("person", "persons", "a person", "")
    system = taxbenefitsystems.TaxBenefitSystem([person])

    def variable(name: str, kind: type, formula: Any = None) -> None:
        fields = {"value_type": kind, "entity": person, "definition_period": periods.DateUnit.MONTH, "label": name}
        if formula is not None:
            fields["formula"] = formula
        system.add_variable(type(name, (variables.Variable,), fields))

    def kind_of(name: str) -> type:
        return bool if known[name][0].dtype == bool else int

    for name in [name for name in known if not name.startswith("l")]:
        variable(name, kind_of(name))
        if known[name][1] is not False:
            variable(f"{name}__null", bool)
    for number, columns in enumerate(plan["layers"]):
        for name, text in columns:
            column, tree = f"l{number}_{name}", sqlglot.parse_one(text, read="duckdb")
            variable(column, kind_of(column), _formula(tree, number, 0, known, plan))
            if known[column][1] is not False:
                variable(f"{column}__null", bool, _formula(tree, number, 1, known, plan))
    return system


def _simulate(
    plan: dict[str, Any], flat: Any, known: dict[str, tuple[Any, Any]]
) -> tuple[dict[str, float], dict[str, Any]]:
    """Return seconds of building and computing, and the columns of the last layer."""
    system, period = _system(plan, known), periods.period(plan["month"])
    cpu = time.process_time()
    simulation = SimulationBuilder().build_default_simulation(system, count=len(flat["person_id"]))
    for name in flat:
        simulation.set_input(name, period, flat[name])
    built = time.process_time(), time.perf_counter()
    last = len(plan["layers"]) - 1
    results = {name: simulation.calculate(f"l{last}_{name}", period) for name, _ in plan["layers"][last]}
    seconds = {
        "build_cpu_s": built[0] - cpu,
        "cpu_s": time.process_time() - built[0],
        "wall_s": time.perf_counter() - built[1],
    }
    return {name: round(value, 3) for name, value in seconds.items()}, results


def _wrong(results: dict[str, Any], expected: Any, flat: Any) -> int:
    """Return how many people's rows differ from the results handed over; whoever has no row there must have nothing here."""
    places = np.searchsorted(flat["person_id"], expected["person_id"])
    differs = np.zeros(len(flat["person_id"]), bool)
    for name in expected:
        # Which rule and benefit stand in an empty slot means nothing.
        if name == "person_id" or name.endswith(("__null", "_no")):
            continue
        full = np.zeros(len(flat["person_id"]), np.int64)
        full[places] = expected[name]
        differs |= full != results[name]
    return int(differs.sum())


def main(folder: Path) -> dict[str, Any]:
    """This will compute the month twice: with OpenFisca's own 32-bit whole numbers, and with them widened to 64 bits."""
    plan = json.loads((folder / "plan.json").read_text(encoding="utf8"))
    flat, expected = (dict(np.load(folder / f"{name}.npz")) for name in ("flat", "outcome"))
    known = _plain(folder, plan, flat)
    own, narrow = _simulate(plan, flat, known)
    config.VALUE_TYPES[int]["dtype"] = np.int64
    wide_seconds, wide = _simulate(plan, flat, known)
    amounts = sum(expected[name] for name in expected if name.endswith("_amount_dong"))
    as_float = np.asarray(amounts, config.VALUE_TYPES[float]["dtype"])
    return {
        "version": getattr(openfisca_core, "__version__", "46.0.1"),
        "people": len(flat["person_id"]),
        **wide_seconds,
        "people_who_differ": _wrong(wide, expected, flat),
        "with_its_own_types": {**own, "people_who_differ": _wrong(narrow, expected, flat)},
        "sum_dong": int(amounts.sum()),
        "sum_in_its_float_type_dong": int(as_float.sum(dtype=as_float.dtype)),
        "float_type": str(as_float.dtype),
        "sum_in_its_whole_number_type_dong": int(amounts.astype(np.int32).sum(dtype=np.int32)),
        "sixteen_million_and_one_in_its_float_type": int(np.asarray(16_777_217, as_float.dtype)),
    }


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
