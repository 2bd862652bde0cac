SELECT
  *
FROM (
  SELECT
    "t8"."advisory",
    "t8"."days",
    COUNT(*) AS "times"
  FROM (
    SELECT
      "t7"."advisory",
      CAST(DATE_DIFF('DAY', "t7"."before", "t7"."day") AS INT) AS "days"
    FROM (
      SELECT
        "t6"."environment",
        "t6"."owner",
        "t6"."class",
        "t6"."day",
        "t6"."advisory",
        LAG("t6"."day") OVER (
          PARTITION BY "t6"."advisory", "t6"."environment", "t6"."owner"
          ORDER BY "t6"."day" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS "before"
      FROM (
        SELECT
          "t4"."environment",
          "t4"."owner",
          "t4"."class",
          "t4"."day",
          "t5"."advisory"
        FROM (
          SELECT
            *
          FROM "kept" AS "t0"
          WHERE
            "t0"."class" = 'lasting'
        ) AS "t4"
        INNER JOIN (
          SELECT DISTINCT
            "t1"."advisory",
            "t1"."owner"
          FROM "kept" AS "t1"
          WHERE
            "t1"."affected" AND "t1"."advisory" IN (1, 2, 16, 19, 36, 45, 46, 54)
        ) AS "t5"
          ON "t4"."owner" = "t5"."owner"
      ) AS "t6"
    ) AS "t7"
    WHERE
      "t7"."before" IS NOT NULL
  ) AS "t8"
  GROUP BY
    1,
    2
) AS "t9"
ORDER BY
  "t9"."advisory" ASC,
  "t9"."days" ASC;
