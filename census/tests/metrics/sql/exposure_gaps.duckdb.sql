SELECT
  *
FROM (
  SELECT
    "t3"."days",
    COUNT(*) AS "times"
  FROM (
    SELECT
      CAST(DATE_DIFF('DAY', "t2"."before", "t2"."day") AS INT) AS "days"
    FROM (
      SELECT
        "t1"."environment",
        "t1"."owner",
        "t1"."class",
        "t1"."day",
        LAG("t1"."day") OVER (
          PARTITION BY "t1"."environment", "t1"."owner"
          ORDER BY "t1"."day" ASC
          ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
        ) AS "before"
      FROM (
        SELECT
          *
        FROM "kept" AS "t0"
        WHERE
          "t0"."class" = 'lasting'
      ) AS "t1"
    ) AS "t2"
    WHERE
      "t2"."before" IS NOT NULL
  ) AS "t3"
  GROUP BY
    1
) AS "t4"
ORDER BY
  "t4"."days" ASC;
