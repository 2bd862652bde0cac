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
