SELECT
  "t4"."advisory",
  "t5"."name",
  "t4"."number",
  "t5"."client",
  "t5"."environment",
  "t5"."day",
  "t5"."time",
  "t4"."affected"
FROM (
  SELECT
    "t0"."channel",
    "t0"."subdir",
    "t0"."name",
    "t0"."version",
    "t0"."build",
    "t0"."client",
    "t0"."environment",
    "t0"."day",
    "t0"."time"
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
    AND "t0"."client" IS NOT NULL
) AS "t5"
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
) AS "t4"
  ON "t5"."channel" = "t4"."channel"
  AND "t5"."subdir" = "t4"."subdir"
  AND "t5"."name" = "t4"."name"
  AND "t5"."version" = "t4"."version"
  AND "t5"."build" = "t4"."build";

WITH "t2" AS (
  SELECT DISTINCT
    "t1"."client"
  FROM "kept" AS "t1"
  WHERE
    "t1"."affected"
)
SELECT
  *
FROM (
  SELECT
    "t0"."client",
    "t0"."environment",
    "t0"."day",
    "t0"."first_time",
    "t0"."last_time"
  FROM "sessions" AS "t0"
  WHERE
    "t0"."client" IS NOT NULL AND "t0"."day" <= MAKE_DATE(2024, 1, 3)
) AS "t3"
WHERE
  "t3"."client" IN (
    SELECT
      *
    FROM "t2"
  )
  OR "t3"."environment" IN (
    SELECT DISTINCT
      *
    FROM (
      SELECT
        "t6"."environment"
      FROM (
        SELECT
          "t0"."client",
          "t0"."environment",
          "t0"."day",
          "t0"."first_time",
          "t0"."last_time"
        FROM "sessions" AS "t0"
        WHERE
          "t0"."client" IS NOT NULL
          AND "t0"."day" <= MAKE_DATE(2024, 1, 3)
          AND "t0"."environment" IS NOT NULL
      ) AS "t6"
      SEMI JOIN "t2" AS "t7"
        ON "t6"."client" = "t7"."client"
    ) AS "t8"
  );

WITH "t2" AS (
  SELECT
    "t1"."client",
    "t1"."environment",
    MAX("t1"."day") AS "last_day",
    MAX("t1"."first_time") AS "last_began"
  FROM (
    SELECT
      *
    FROM "kept" AS "t0"
    WHERE
      "t0"."environment" IS NOT NULL
  ) AS "t1"
  GROUP BY
    1,
    2
), "t7" AS (
  SELECT
    "t4"."client",
    "t4"."environment",
    MIN("t4"."day") AS "first_day",
    MAX("t4"."day") AS "last_day",
    MIN("t4"."first_time") AS "first_time",
    MAX("t4"."last_time") AS "last_time",
    BIT_OR("t4"."bit") AS "weeks"
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
    FROM "kept" AS "t0"
    WHERE
      "t0"."client" IS NOT NULL AND "t0"."day" <= MAKE_DATE(2024, 1, 3)
  ) AS "t4"
  GROUP BY
    1,
    2
), "t10" AS (
  SELECT
    "t8"."client",
    "t8"."environment"
  FROM "t7" AS "t8"
  WHERE
    "t8"."environment" IS NOT NULL
)
SELECT
  "t22"."client",
  "t22"."environment",
  "t22"."owner",
  "t31"."class",
  "t22"."last_day",
  "t22"."last_began"
FROM (
  SELECT
    "t18"."client",
    "t18"."environment",
    "t18"."last_day",
    "t18"."last_began",
    "t18"."copied_environment",
    CASE
      WHEN "t18"."copied_environment" IS NOT NULL
      THEN CAST('' AS BLOB)
      ELSE "t18"."client"
    END AS "owner"
  FROM (
    SELECT
      "t5"."client",
      "t5"."environment",
      "t5"."last_day",
      "t5"."last_began",
      "t13"."copied_environment"
    FROM "t2" AS "t5"
    LEFT OUTER JOIN (
      SELECT
        "t9"."environment" AS "copied_environment"
      FROM (
        SELECT
          "t6"."environment",
          COUNT(*) AS "installations"
        FROM (
          SELECT
            "t3"."client",
            "t3"."environment"
          FROM "t2" AS "t3"
          WHERE
            "t3"."environment" IS NOT NULL
        ) AS "t6"
        GROUP BY
          1
      ) AS "t9"
      WHERE
        "t9"."installations" >= 3
    ) AS "t13"
      ON "t5"."environment" = "t13"."copied_environment"
  ) AS "t18"
) AS "t22"
INNER JOIN (
  SELECT
    "t29"."client",
    CASE
      WHEN "t29"."is_baked"
      THEN 'image'
      WHEN (
        "t29"."last_time" <= (
          "t29"."first_time" + INTERVAL '3600' SECOND
        )
      )
      AND (
        "t29"."first_day" > MAKE_DATE(2023, 12, 27)
      )
      THEN 'new'
      WHEN "t29"."last_time" <= (
        "t29"."first_time" + INTERVAL '3600' SECOND
      )
      THEN 'ephemeral'
      ELSE 'lasting'
    END AS "class"
  FROM (
    SELECT
      "t28".*
      EXCLUDE ("baked_client")
    FROM (
      SELECT
        "t27"."client",
        "t27"."first_day",
        "t27"."last_day",
        "t27"."first_time",
        "t27"."last_time",
        "t27"."environments",
        "t27"."weeks",
        "t27"."baked_client",
        "t27"."baked_client" IS NOT NULL AS "is_baked"
      FROM (
        SELECT
          "t16"."client",
          "t16"."first_day",
          "t16"."last_day",
          "t16"."first_time",
          "t16"."last_time",
          "t16"."environments",
          "t16"."weeks",
          "t26"."baked_client"
        FROM (
          SELECT
            "t8"."client",
            MIN("t8"."first_day") AS "first_day",
            MAX("t8"."last_day") AS "last_day",
            MIN("t8"."first_time") AS "first_time",
            MAX("t8"."last_time") AS "last_time",
            COUNT(*) FILTER(WHERE
              (
                "t8"."environment" IS NOT NULL
              )
              AND (
                "t8"."last_day" >= MAKE_DATE(1, 1, 1)
              )) AS "environments",
            BIT_OR("t8"."weeks") AS "weeks"
          FROM "t7" AS "t8"
          GROUP BY
            1
        ) AS "t16"
        LEFT OUTER JOIN (
          SELECT
            "t24"."client" AS "baked_client"
          FROM (
            SELECT DISTINCT
              *
            FROM (
              SELECT
                "t15"."client"
              FROM "t10" AS "t15"
              SEMI JOIN (
                SELECT
                  "t17"."environment"
                FROM (
                  SELECT
                    "t12"."environment",
                    COUNT(*) AS "installations"
                  FROM "t10" AS "t12"
                  GROUP BY
                    1
                ) AS "t17"
                WHERE
                  "t17"."installations" >= 3
              ) AS "t20"
                ON "t15"."environment" = "t20"."environment"
            ) AS "t23"
          ) AS "t24"
        ) AS "t26"
          ON "t16"."client" = "t26"."baked_client"
      ) AS "t27"
    ) AS "t28"
  ) AS "t29"
) AS "t31"
  ON "t22"."client" = "t31"."client";
