SELECT
  *
FROM (
  SELECT
    "t1"."day",
    COUNT(DISTINCT "t1"."session") AS "sessions",
    COUNT(DISTINCT "t1"."client") AS "installations"
  FROM (
    SELECT
      *
    FROM "sessions" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 2) AND MAKE_DATE(2024, 1, 2)
  ) AS "t1"
  GROUP BY
    1
) AS "t2"
ORDER BY
  "t2"."day" ASC;

SELECT
  *
FROM (
  SELECT
    "t1"."day",
    COUNT(*) AS "downloads"
  FROM (
    SELECT
      *
    FROM "downloads" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 2) AND MAKE_DATE(2024, 1, 2)
  ) AS "t1"
  GROUP BY
    1
) AS "t2"
ORDER BY
  "t2"."day" ASC;

SELECT
  *
FROM (
  SELECT
    "t0"."first_day",
    COUNT(*) AS "number"
  FROM "kept" AS "t0"
  GROUP BY
    1
) AS "t1"
ORDER BY
  "t1"."first_day" ASC;
