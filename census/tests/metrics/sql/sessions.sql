SELECT
  COUNT(DISTINCT "t1"."session") FILTER(WHERE
    NOT (
      COALESCE("t1"."folded", FALSE)
    )) AS "total",
  COUNT(DISTINCT "t1"."session") FILTER(WHERE
    COALESCE("t1"."folded", FALSE)) AS "without_token"
FROM (
  SELECT
    *
  FROM "sessions" AS "t0"
  WHERE
    "t0"."day" BETWEEN MAKE_DATE(2024, 1, 2) AND MAKE_DATE(2024, 1, 2)
) AS "t1";
