SELECT
  COUNT(*) AS "total"
FROM (
  SELECT
    *
  FROM "downloads" AS "t0"
  WHERE
    "t0"."day" BETWEEN MAKE_DATE(2024, 1, 2) AND MAKE_DATE(2024, 1, 2)
) AS "t1";
