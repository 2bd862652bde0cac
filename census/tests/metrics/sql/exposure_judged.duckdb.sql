SELECT
  *
FROM (
  SELECT
    "t8"."advisory",
    "t8"."name",
    "t8"."channel",
    "t8"."subdir",
    MIN("t8"."day") AS "day"
  FROM (
    SELECT
      "t7"."channel",
      "t7"."subdir",
      "t7"."name",
      "t7"."version",
      "t7"."build",
      "t7"."day",
      "t5"."number",
      "t5"."advisory",
      "t5"."affected"
    FROM (
      SELECT
        "t0"."channel",
        "t0"."subdir",
        "t0"."name",
        "t0"."version",
        "t0"."build",
        "t0"."day"
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
    ) AS "t7"
    INNER JOIN (
      SELECT
        "t1"."number",
        "t1"."advisory",
        "t1"."affected",
        "t1"."channel",
        "t1"."subdir",
        "t1"."name",
        "t1"."version",
        "t1"."build"
      FROM "in_memory" AS "t1"
    ) AS "t5"
      ON "t7"."channel" = "t5"."channel"
      AND "t7"."subdir" = "t5"."subdir"
      AND "t7"."name" = "t5"."name"
      AND "t7"."version" = "t5"."version"
      AND "t7"."build" = "t5"."build"
    SEMI JOIN (
      SELECT
        "t1"."number"
      FROM "in_memory" AS "t1"
      WHERE
        "t1"."is_fix"
    ) AS "t6"
      ON "t5"."number" = "t6"."number"
  ) AS "t8"
  GROUP BY
    1,
    2,
    3,
    4
) AS "t9"
ORDER BY
  "t9"."advisory" ASC,
  "t9"."name" ASC,
  "t9"."channel" ASC,
  "t9"."subdir" ASC;
