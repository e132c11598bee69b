-- The frozen runs of one month in one province: runs of the province itself, and of communes in it.
-- With `smallest`, only runs of the province itself with at least so many lines; with `codes`, only runs of these areas.
WITH RECURSIVE inside AS (
    SELECT id, code FROM office_area WHERE id = ANY (%(provinces)s)
    UNION ALL
    SELECT area.id, area.code FROM office_area AS area JOIN inside ON area.parent_id = inside.id
)
SELECT run.id, run.area_id, run.lines
FROM payroll_payrollrun AS run JOIN inside ON inside.id = run.area_id
WHERE run.month = %(month)s AND run.state = 'FROZEN'
  AND (%(smallest)s::integer IS NULL OR run.area_id = ANY (%(provinces)s) AND run.lines >= %(smallest)s)
  AND (%(codes)s::text[] IS NULL OR inside.code = ANY (%(codes)s))
ORDER BY run.frozen_at, run.id
