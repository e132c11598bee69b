-- Whom a reform moves by itself: persons and households that still lie in a unit which one present commune took over whole.
CREATE TEMPORARY TABLE chosen ON COMMIT DROP AS
SELECT old.id AS old_id, min(heir.id) AS new_id, count(*) AS heirs, bool_and(succession.share = 'whole') AS is_whole
FROM office_areasuccession AS succession
JOIN office_area AS old ON old.id = succession.old_id
JOIN office_area AS heir ON heir.id = succession.new_id
WHERE old.level = 'commune' AND old.valid_to = %(day)s AND heir.valid_from = %(day)s
  AND heir.parent_id = %(province)s
GROUP BY old.id
