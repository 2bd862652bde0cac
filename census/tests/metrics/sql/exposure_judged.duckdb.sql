SELECT
  "t1"."channel",
  "t1"."subdir",
  "t1"."name",
  "t1"."version",
  "t1"."build",
  MIN("t1"."day") AS "first_day",
  COUNT(*) AS "downloads"
FROM (
  SELECT
    *
  FROM "downloads" AS "t0"
  WHERE
    "t0"."name" IN (
      'bzip2',
      'ca-certificates',
      'openssl',
      'package-0036',
      'package-0045',
      'package-0046',
      'package-0054',
      'readline'
    )
    AND "t0"."day" <= MAKE_DATE(2024, 1, 3)
) AS "t1"
GROUP BY
  1,
  2,
  3,
  4,
  5;

SELECT
  *
FROM (
  SELECT
    "t6"."advisory",
    "t6"."name",
    "t6"."channel",
    "t6"."subdir",
    MIN("t6"."first_day") AS "day"
  FROM (
    SELECT
      "t4"."number",
      "t4"."advisory",
      "t4"."disclosed",
      "t4"."channel",
      "t4"."subdir",
      "t4"."name",
      "t4"."version",
      "t4"."build",
      "t4"."affected",
      "t4"."is_fix",
      "t5"."first_day"
    FROM (
      SELECT
        *
      FROM "in_memory" AS "t0"
      WHERE
        "t0"."is_fix"
    ) AS "t4"
    INNER JOIN (
      SELECT
        "t1"."channel",
        "t1"."subdir",
        "t1"."name",
        "t1"."version",
        "t1"."build",
        "t1"."first_day"
      FROM "in_memory" AS "t1"
    ) AS "t5"
      ON "t4"."channel" = "t5"."channel"
      AND "t4"."subdir" = "t5"."subdir"
      AND "t4"."name" = "t5"."name"
      AND "t4"."version" = "t5"."version"
      AND "t4"."build" = "t5"."build"
  ) AS "t6"
  GROUP BY
    1,
    2,
    3,
    4
) AS "t7"
ORDER BY
  "t7"."advisory" ASC,
  "t7"."name" ASC,
  "t7"."channel" ASC,
  "t7"."subdir" ASC;
