"""A run computed once more by its law, from the facts as they were known then: the same to the đồng, or named.

Whatever was told, mended or decided since stays outside (ADR 0016), so that a difference is a fault and not news.
"""

from dataclasses import dataclass

from django.db import connection

from ansinh.base.months import Month
from ansinh.base.refusals import Refused
from ansinh.base.statements import statement
from ansinh.entitlement import month as entitlement
from ansinh.entitlement import releases
from ansinh.office import queries as office
from ansinh.payroll import queries
from ansinh.payroll.models import PayrollRun
from ansinh.payroll.selection import Selection, select
from ansinh.people.remembering import as_known

# Enough to look into; how many there are is told beside them.
_SHOWN = 20


@dataclass(frozen=True)
class Difference:
    """A sum that comes out otherwise: what is due by law and facts as known then, and what the run left settled."""

    person_id: int
    benefit: str
    for_month: Month
    due_dong: int
    settled_dong: int


@dataclass(frozen=True)
class Recomputation:
    """How many sums (person, benefit, month) were compared, how many differ, and the first of them.

    `uncertain` ones differ too, of people about whom somebody wrote while the run was being calculated: whether it saw
    that is not known, and the next run asks about them again.
    """

    run_code: str
    compared: int
    differing: int
    uncertain: int
    shown: tuple[Difference, ...]


def recompute(code: str) -> Recomputation:
    """Return what the run's months are worth by its law and the facts known then, against what it left settled.

    Held people and undecided months are left out: of them the run settled nothing. The caller's scope must cover the
    whole run, protected facts too.

    Raises:
        Refused: `run_unknown`; `law_not_archived` when the law it used is not kept here; `facts_not_remembered` for a run of an
            older version.
    """
    run = PayrollRun.objects.get(pk=queries.run(code).id)
    law = releases.law_used(run.law_hash, run.area_id)
    if law is None:
        raise Refused(
            "law_not_archived",
            vi="Bản luật mà kỳ này đã dùng không còn trong kho lưu, nên không tính lại được. Hãy khôi phục kho lưu.",
            en="The law that this run used is not in the archive; it cannot be computed again. Restore the archive.",
        )
    if "xid" not in run.basis:
        # Made before rows left what they said: whatever changed since would look like a fault of the run.
        raise Refused(
            "facts_not_remembered",
            vi="Kỳ này lập bởi phiên bản chưa giữ lời cũ của sổ, nên không tính lại theo dữ liệu khi đó được. "
            "Hãy đối chiếu bằng ansinh payroll verify không kèm --recompute.",
            en="This run was made before the register kept what it had said; its facts cannot be read again. "
            "Verify it without --recompute.",
        )
    selection = _selection(run)
    months = sorted({Month.parse(name.partition(" ")[0]) for name in run.statements})
    with as_known(run.facts_known_at), connection.cursor() as cursor:
        entitlement.make_result_tables()
        for month in months:
            question = entitlement.Question(month, run.known_on, run.facts_known_at, selection.communes)
            entitlement.evaluate_month(law, question)
        cursor.execute("ANALYZE entitled; ANALYZE undecided")
        parameters = {
            "run": run.id, "months": [m.first_day for m in months], "areas": list(selection.communes),
            "start": run.basis.get("snapshot"), "end": run.basis.get("end"), "own": run.basis.get("xid"),
        }  # fmt: skip
        cursor.execute(statement("payroll", "recomputed"), parameters)
        cursor.execute(
            "SELECT count(*), count(*) FILTER (WHERE due <> settled AND NOT is_uncertain),"
            " count(*) FILTER (WHERE due <> settled AND is_uncertain) FROM recomputed"
        )
        compared, differing, uncertain = cursor.fetchone()
        cursor.execute(
            "SELECT person_id, benefit, for_month, due, settled FROM recomputed WHERE due <> settled AND NOT is_uncertain"
            " ORDER BY person_id, for_month, benefit LIMIT %s",
            [_SHOWN],
        )
        shown = tuple(
            Difference(p, b, Month.of(month), due, settled) for p, b, month, due, settled in cursor.fetchall()
        )
        cursor.execute("DROP TABLE recomputed")
    return Recomputation(run.code, compared, differing, uncertain, shown)


def _selection(run: PayrollRun) -> Selection:
    unit, month = office.area(run.area_id), Month.of(run.month)
    is_province = unit.parent_id is None
    return select(month=month, province=unit.code if is_province else None, area=None if is_province else unit.code)
