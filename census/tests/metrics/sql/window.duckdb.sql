SELECT
  MIN("t4"."first_day") AS "first_day",
  MAX("t4"."last_day") AS "last_day",
  MAX("t4"."ingested_at") AS "last_ingested"
FROM (
  SELECT
    *
  FROM (
    SELECT
      CAST("t0"."first_time" AS DATE) AS "first_day",
      CAST("t0"."last_time" AS DATE) AS "last_day",
      "t0"."ingested_at"
    FROM "sources" AS "t0"
  ) AS "t3"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      "t1"."day" AS "first_day",
      "t1"."day" AS "last_day",
      CAST(NULL AS TIMESTAMPTZ) AS "ingested_at"
    FROM "sessions" AS "t1"
  ) AS "t2"
) AS "t4";

SELECT DISTINCT
  "t0"."head",
  "t0"."first_time",
  "t0"."last_time",
  COALESCE("t0"."first_line", 1) AS "first_line",
  COALESCE("t0"."first_line", 1) + "t0"."lines" AS "next_line"
FROM "sources" AS "t0"
WHERE
  "t0"."first_time" IS NOT NULL;

SELECT
  "t0"."day",
  DATE_TRUNC('HOUR', "t0"."first_time") AS "first",
  DATE_TRUNC('HOUR', "t0"."last_time") AS "last",
  SUM(
    GREATEST(1, CAST(FLOOR((
      COALESCE("t0"."requests", 0)
    ) / (
      50
    )) AS BIGINT))
  ) AS "number"
FROM "sessions" AS "t0"
GROUP BY
  1,
  2,
  3;
