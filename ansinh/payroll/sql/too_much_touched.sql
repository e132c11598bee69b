-- Whether so much has changed that asking everybody is cheaper, or settlements came from elsewhere and nothing can be counted on.
SELECT %(touched)s > (SELECT greatest(reltuples, 1000) FROM pg_class WHERE oid = 'people_person'::regclass)
    OR EXISTS (SELECT FROM payroll_touch AS touch WHERE touch.subject = 's' AND touch.xid >= pg_snapshot_xmin(%(snapshot)s::pg_snapshot)
               AND NOT pg_visible_in_snapshot(touch.xid, %(snapshot)s::pg_snapshot))
