SELECT
  COUNT(DISTINCT "t1"."client") FILTER(WHERE
    COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x31' AS BLOB)), FALSE)) AS "installations_0",
  COUNT(DISTINCT "t1"."session") FILTER(WHERE
    COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x31' AS BLOB)), FALSE)
    AND NOT (
      COALESCE("t1"."folded", FALSE)
    )) AS "sessions_0",
  COUNT(DISTINCT "t1"."client") FILTER(WHERE
    COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x32' AS BLOB)), FALSE)) AS "installations_1",
  COUNT(DISTINCT "t1"."session") FILTER(WHERE
    COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x32' AS BLOB)), FALSE)
    AND NOT (
      COALESCE("t1"."folded", FALSE)
    )) AS "sessions_1",
  COUNT(DISTINCT "t1"."client") FILTER(WHERE
    COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x33' AS BLOB)), FALSE)) AS "installations_2",
  COUNT(DISTINCT "t1"."session") FILTER(WHERE
    COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x33' AS BLOB)), FALSE)
    AND NOT (
      COALESCE("t1"."folded", FALSE)
    )) AS "sessions_2"
FROM (
  SELECT
    *
  FROM "sessions" AS "t0"
  WHERE
    "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS "t1";

SELECT
  SUM(
    CAST(COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x31' AS BLOB)), FALSE) AS INT)
  ) AS "downloads_0",
  SUM(
    CAST(COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x32' AS BLOB)), FALSE) AS INT)
  ) AS "downloads_1",
  SUM(
    CAST(COALESCE(ARRAY_CONTAINS("t1"."organizations", CAST('\x6f\x33' AS BLOB)), FALSE) AS INT)
  ) AS "downloads_2"
FROM (
  SELECT
    *
  FROM "downloads" AS "t0"
  WHERE
    "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS "t1";
