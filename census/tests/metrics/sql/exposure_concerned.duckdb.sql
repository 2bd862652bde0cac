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

SELECT
  "t5"."client",
  "t5"."environment",
  "t5"."day",
  "t5"."first_time",
  "t5"."last_time"
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
) AS "t5"
SEMI JOIN (
  SELECT DISTINCT
    "t1"."client"
  FROM "kept" AS "t1"
  WHERE
    "t1"."affected"
) AS "t4"
  ON "t5"."client" = "t4"."client";

SELECT
  "t11"."environment"
FROM (
  SELECT
    "t10"."environment",
    "t10"."number",
    "t6"."number" AS "own_number"
  FROM (
    SELECT
      "t8"."environment",
      COUNT(*) AS "number"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t4"."client",
          "t4"."environment",
          "t4"."day",
          "t4"."first_time",
          "t4"."last_time"
        FROM (
          SELECT
            "t1"."client",
            "t1"."environment",
            "t1"."day",
            "t1"."first_time",
            "t1"."last_time"
          FROM "sessions" AS "t1"
          WHERE
            "t1"."client" IS NOT NULL AND "t1"."day" <= MAKE_DATE(2024, 1, 3)
        ) AS "t4"
        SEMI JOIN (
          SELECT
            "t2"."environment",
            COUNT(*) AS "number"
          FROM (
            SELECT
              *
            FROM "kept" AS "t0"
            WHERE
              "t0"."environment" IS NOT NULL
          ) AS "t2"
          GROUP BY
            1
        ) AS "t6"
          ON "t4"."environment" = "t6"."environment"
      ) AS "t7"
      WHERE
        "t7"."environment" IS NOT NULL
    ) AS "t8"
    GROUP BY
      1
  ) AS "t10"
  INNER JOIN (
    SELECT
      "t2"."environment",
      COUNT(*) AS "number"
    FROM (
      SELECT
        *
      FROM "kept" AS "t0"
      WHERE
        "t0"."environment" IS NOT NULL
    ) AS "t2"
    GROUP BY
      1
  ) AS "t6"
    ON "t10"."environment" = "t6"."environment"
) AS "t11"
WHERE
  "t11"."number" > "t11"."own_number";

SELECT
  "t7"."client",
  "t7"."environment",
  "t7"."day",
  "t7"."first_time",
  "t7"."last_time"
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
) AS "t7"
SEMI JOIN "kept" AS "t3"
  ON "t7"."environment" = "t3"."environment"
ANTI JOIN (
  SELECT DISTINCT
    "t2"."client"
  FROM "kept" AS "t2"
) AS "t6"
  ON "t7"."client" = "t6"."client";

WITH "t2" AS (
  SELECT
    *
  FROM "kept" AS "t0"
  UNION ALL
  SELECT
    *
  FROM "kept" AS "t1"
), "t5" AS (
  SELECT
    "t4"."client",
    "t4"."environment",
    MAX("t4"."day") AS "last_day",
    MAX("t4"."first_time") AS "last_began"
  FROM (
    SELECT
      *
    FROM "t2" AS "t3"
    WHERE
      "t3"."environment" IS NOT NULL
  ) AS "t4"
  GROUP BY
    1,
    2
), "t10" AS (
  SELECT
    "t7"."client",
    "t7"."environment",
    MIN("t7"."day") AS "first_day",
    MAX("t7"."day") AS "last_day",
    MIN("t7"."first_time") AS "first_time",
    MAX("t7"."last_time") AS "last_time",
    BIT_OR("t7"."bit") AS "weeks"
  FROM (
    SELECT
      "t3"."client",
      "t3"."environment",
      "t3"."day",
      "t3"."first_time",
      "t3"."last_time",
      CAST(1 AS BIGINT) << LEAST(
        CAST(CAST(FLOOR((
          DATE_DIFF('DAY', "t3"."day", MAKE_DATE(2024, 1, 7))
        ) / (
          7
        )) AS BIGINT) AS INT),
        60
      ) AS "bit"
    FROM "t2" AS "t3"
    WHERE
      "t3"."client" IS NOT NULL AND "t3"."day" <= MAKE_DATE(2024, 1, 3)
  ) AS "t7"
  GROUP BY
    1,
    2
), "t13" AS (
  SELECT
    "t11"."client",
    "t11"."environment"
  FROM "t10" AS "t11"
  WHERE
    "t11"."environment" IS NOT NULL
)
SELECT
  "t36"."client",
  "t36"."environment",
  "t36"."owner",
  "t36"."class",
  "t36"."last_day",
  "t36"."last_began",
  "t36"."weight"
FROM (
  SELECT
    "t28"."client",
    "t28"."environment",
    "t28"."last_day",
    "t28"."last_began",
    "t28"."copied_environment",
    "t28"."owner",
    "t28"."weight",
    "t35"."class"
  FROM (
    SELECT
      "t24"."client",
      "t24"."environment",
      MAX("t24"."last_day") OVER (
        PARTITION BY "t24"."environment", "t24"."owner"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS "last_day",
      MAX("t24"."last_began") OVER (
        PARTITION BY "t24"."environment", "t24"."owner"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS "last_began",
      "t24"."copied_environment",
      "t24"."owner",
      CAST(1 AS DOUBLE) AS "weight"
    FROM (
      SELECT
        "t21"."client",
        "t21"."environment",
        "t21"."last_day",
        "t21"."last_began",
        "t21"."copied_environment",
        CASE
          WHEN "t21"."copied_environment" IS NOT NULL
          THEN CAST('' AS BLOB)
          ELSE "t21"."client"
        END AS "owner"
      FROM (
        SELECT
          "t8"."client",
          "t8"."environment",
          "t8"."last_day",
          "t8"."last_began",
          "t16"."copied_environment"
        FROM "t5" AS "t8"
        LEFT OUTER JOIN (
          SELECT
            "t12"."environment" AS "copied_environment"
          FROM (
            SELECT
              "t9"."environment",
              COUNT(*) AS "installations"
            FROM (
              SELECT
                "t6"."client",
                "t6"."environment"
              FROM "t5" AS "t6"
              WHERE
                "t6"."environment" IS NOT NULL
            ) AS "t9"
            GROUP BY
              1
          ) AS "t12"
          WHERE
            "t12"."installations" >= 3
        ) AS "t16"
          ON "t8"."environment" = "t16"."copied_environment"
      ) AS "t21"
    ) AS "t24"
  ) AS "t28"
  INNER JOIN (
    SELECT
      "t33"."client",
      CASE
        WHEN "t33"."is_baked"
        THEN 'image'
        WHEN (
          "t33"."last_time" <= (
            "t33"."first_time" + INTERVAL '3600' SECOND
          )
        )
        AND (
          "t33"."first_day" > MAKE_DATE(2023, 12, 27)
        )
        THEN 'new'
        WHEN "t33"."last_time" <= (
          "t33"."first_time" + INTERVAL '3600' SECOND
        )
        THEN 'ephemeral'
        ELSE 'lasting'
      END AS "class"
    FROM (
      SELECT
        "t32".*
        EXCLUDE ("baked_client")
      FROM (
        SELECT
          "t31"."client",
          "t31"."first_day",
          "t31"."last_day",
          "t31"."first_time",
          "t31"."last_time",
          "t31"."environments",
          "t31"."weeks",
          "t31"."baked_client",
          "t31"."baked_client" IS NOT NULL AS "is_baked"
        FROM (
          SELECT
            "t19"."client",
            "t19"."first_day",
            "t19"."last_day",
            "t19"."first_time",
            "t19"."last_time",
            "t19"."environments",
            "t19"."weeks",
            "t30"."baked_client"
          FROM (
            SELECT
              "t11"."client",
              MIN("t11"."first_day") AS "first_day",
              MAX("t11"."last_day") AS "last_day",
              MIN("t11"."first_time") AS "first_time",
              MAX("t11"."last_time") AS "last_time",
              COUNT(*) FILTER(WHERE
                (
                  "t11"."environment" IS NOT NULL
                )
                AND (
                  "t11"."last_day" >= MAKE_DATE(1, 1, 1)
                )) AS "environments",
              BIT_OR("t11"."weeks") AS "weeks"
            FROM "t10" AS "t11"
            GROUP BY
              1
          ) AS "t19"
          LEFT OUTER JOIN (
            SELECT
              "t26"."client" AS "baked_client"
            FROM (
              SELECT DISTINCT
                *
              FROM (
                SELECT
                  "t18"."client"
                FROM "t13" AS "t18"
                SEMI JOIN (
                  SELECT
                    "t20"."environment"
                  FROM (
                    SELECT
                      "t15"."environment",
                      COUNT(*) AS "installations"
                    FROM "t13" AS "t15"
                    GROUP BY
                      1
                  ) AS "t20"
                  WHERE
                    "t20"."installations" >= 3
                ) AS "t23"
                  ON "t18"."environment" = "t23"."environment"
              ) AS "t25"
            ) AS "t26"
          ) AS "t30"
            ON "t19"."client" = "t30"."baked_client"
        ) AS "t31"
      ) AS "t32"
    ) AS "t33"
  ) AS "t35"
    ON "t28"."client" = "t35"."client"
) AS "t36"
WHERE
  "t36"."weight" > 0;

SELECT
  "t5".*
  EXCLUDE ("client")
FROM (
  SELECT
    "t2"."advisory",
    "t2"."name",
    "t2"."number",
    "t2"."client",
    "t2"."environment",
    "t2"."day",
    "t2"."time",
    "t2"."affected",
    "t4"."owner",
    "t4"."class",
    "t4"."weight"
  FROM "kept" AS "t2"
  INNER JOIN (
    SELECT
      "t1"."client",
      "t1"."environment",
      "t1"."owner",
      "t1"."class",
      "t1"."weight"
    FROM "kept" AS "t1"
  ) AS "t4"
    ON "t2"."client" = "t4"."client" AND "t2"."environment" = "t4"."environment"
) AS "t5";

SELECT DISTINCT
  *
FROM (
  SELECT
    "t4"."environment",
    "t6"."owner",
    "t6"."class",
    "t4"."day"
  FROM (
    SELECT
      *
    FROM "kept" AS "t0"
    UNION ALL
    SELECT
      *
    FROM "kept" AS "t1"
  ) AS "t4"
  INNER JOIN (
    SELECT
      "t2"."client",
      "t2"."environment",
      "t2"."owner",
      "t2"."class"
    FROM "kept" AS "t2"
  ) AS "t6"
    ON "t4"."client" = "t6"."client" AND "t4"."environment" = "t6"."environment"
) AS "t7";
