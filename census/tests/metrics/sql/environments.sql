SELECT
  *
FROM (
  SELECT
    "t1"."class",
    "t1"."number",
    COUNT(*) AS "installations",
    SUM("t1"."environments") AS "environments",
    SUM("t1"."environments" * "t1"."environments") AS "squares"
  FROM (
    SELECT
      "t0"."client",
      "t0"."first_day",
      "t0"."last_day",
      "t0"."first_time",
      "t0"."last_time",
      "t0"."environments",
      "t0"."weeks",
      "t0"."is_baked",
      "t0"."class",
      CASE WHEN "t0"."environments" >= 5 THEN 5 ELSE "t0"."environments" END AS "number"
    FROM "kept" AS "t0"
    WHERE
      "t0"."environments" > 0
  ) AS "t1"
  GROUP BY
    1,
    2
) AS "t2"
ORDER BY
  "t2"."class" ASC,
  "t2"."number" ASC;
