WITH "t2" AS (
  SELECT
    "t1"."client",
    "t1"."environment",
    MIN("t1"."day") AS "first_day",
    MAX("t1"."day") AS "last_day",
    MIN("t1"."first_time") AS "first_time",
    MAX("t1"."last_time") AS "last_time",
    BIT_OR("t1"."bit") AS "weeks"
  FROM (
    SELECT
      "t0"."client",
      "t0"."environment",
      "t0"."day",
      "t0"."first_time",
      "t0"."last_time",
      CAST(1 AS BIGINT) << LEAST(
        CAST(CAST(FLOOR((
          DATE_DIFF('DAY', "t0"."day", MAKE_DATE(2024, 1, 7))
        ) / (
          7
        )) AS BIGINT) AS INT),
        60
      ) AS "bit"
    FROM "sessions" AS "t0"
    WHERE
      "t0"."client" IS NOT NULL AND "t0"."day" <= MAKE_DATE(2024, 1, 3)
  ) AS "t1"
  GROUP BY
    1,
    2
), "t4" AS (
  SELECT
    "t3"."client",
    "t3"."environment"
  FROM "t2" AS "t3"
  WHERE
    "t3"."environment" IS NOT NULL
)
SELECT
  "t18"."client",
  "t18"."first_day",
  "t18"."last_day",
  "t18"."first_time",
  "t18"."last_time",
  "t18"."environments",
  "t18"."weeks",
  "t18"."is_baked",
  CASE
    WHEN "t18"."is_baked"
    THEN 'image'
    WHEN (
      "t18"."last_time" <= (
        "t18"."first_time" + INTERVAL '3600' SECOND
      )
    )
    AND (
      "t18"."first_day" > MAKE_DATE(2023, 12, 27)
    )
    THEN 'new'
    WHEN "t18"."last_time" <= (
      "t18"."first_time" + INTERVAL '3600' SECOND
    )
    THEN 'ephemeral'
    ELSE 'lasting'
  END AS "class"
FROM (
  SELECT
    "t17".*
    EXCLUDE ("baked_client")
  FROM (
    SELECT
      "t16"."client",
      "t16"."first_day",
      "t16"."last_day",
      "t16"."first_time",
      "t16"."last_time",
      "t16"."environments",
      "t16"."weeks",
      "t16"."baked_client",
      "t16"."baked_client" IS NOT NULL AS "is_baked"
    FROM (
      SELECT
        "t8"."client",
        "t8"."first_day",
        "t8"."last_day",
        "t8"."first_time",
        "t8"."last_time",
        "t8"."environments",
        "t8"."weeks",
        "t15"."baked_client"
      FROM (
        SELECT
          "t3"."client",
          MIN("t3"."first_day") AS "first_day",
          MAX("t3"."last_day") AS "last_day",
          MIN("t3"."first_time") AS "first_time",
          MAX("t3"."last_time") AS "last_time",
          COUNT(*) FILTER(WHERE
            (
              "t3"."environment" IS NOT NULL
            )
            AND (
              "t3"."last_day" >= MAKE_DATE(2024, 1, 1)
            )) AS "environments",
          BIT_OR("t3"."weeks") AS "weeks"
        FROM "t2" AS "t3"
        GROUP BY
          1
      ) AS "t8"
      LEFT OUTER JOIN (
        SELECT
          "t13"."client" AS "baked_client"
        FROM (
          SELECT DISTINCT
            *
          FROM (
            SELECT
              "t7"."client"
            FROM "t4" AS "t7"
            SEMI JOIN (
              SELECT
                "t9"."environment"
              FROM (
                SELECT
                  "t5"."environment",
                  COUNT(*) AS "installations"
                FROM "t4" AS "t5"
                GROUP BY
                  1
              ) AS "t9"
              WHERE
                "t9"."installations" >= 3
            ) AS "t11"
              ON "t7"."environment" = "t11"."environment"
          ) AS "t12"
        ) AS "t13"
      ) AS "t15"
        ON "t8"."client" = "t15"."baked_client"
    ) AS "t16"
  ) AS "t17"
) AS "t18"
ORDER BY
  "t18"."client" ASC;
