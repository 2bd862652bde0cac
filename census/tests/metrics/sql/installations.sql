SELECT
  *
FROM (
  SELECT
    "t0"."class",
    SUM(CAST("t0"."last_day" >= MAKE_DATE(2024, 1, 2) AS INT)) AS "active_1",
    SUM(CAST("t0"."last_day" >= MAKE_DATE(2023, 12, 4) AS INT)) AS "active_30",
    SUM(CAST("t0"."last_day" >= MAKE_DATE(2023, 12, 27) AS INT)) AS "active_7",
    SUM(CAST("t0"."last_day" >= MAKE_DATE(2023, 10, 5) AS INT)) AS "active_90",
    SUM(CAST("t0"."last_day" >= MAKE_DATE(2024, 1, 2) AS INT)) AS "total"
  FROM "kept" AS "t0"
  GROUP BY
    1
) AS "t1"
ORDER BY
  "t1"."class" ASC;
