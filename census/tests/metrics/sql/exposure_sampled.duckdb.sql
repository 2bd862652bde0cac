SELECT
  "t1"."environment",
  COUNT(*) AS "number"
FROM (
  SELECT
    *
  FROM "sessions" AS "t0"
  WHERE
    "t0"."client" < CAST('\x40' AS BLOB) AND "t0"."environment" IS NOT NULL
) AS "t1"
GROUP BY
  1;

SELECT
  "t8"."environment"
FROM (
  SELECT
    "t7"."environment",
    "t7"."number",
    "t2"."number" AS "own_number"
  FROM (
    SELECT
      "t5"."environment",
      COUNT(*) AS "number"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t3"."day",
          "t3"."session",
          "t3"."folded",
          "t3"."client",
          "t3"."environment",
          "t3"."network",
          "t3"."sharing",
          "t3"."tool",
          "t3"."tool_version",
          "t3"."python",
          "t3"."python_version",
          "t3"."os",
          "t3"."os_version",
          "t3"."distro",
          "t3"."distro_version",
          "t3"."libc",
          "t3"."libc_version",
          "t3"."solver",
          "t3"."solver_version",
          "t3"."plugin_version",
          "t3"."organizations",
          "t3"."installers",
          "t3"."machines",
          "t3"."first_time",
          "t3"."last_time",
          "t3"."requests",
          "t3"."index_requests",
          "t3"."downloads",
          "t3"."heartbeats",
          "t3"."bytes"
        FROM "sessions" AS "t3"
        SEMI JOIN "kept" AS "t2"
          ON "t3"."environment" = "t2"."environment"
      ) AS "t4"
      WHERE
        "t4"."environment" IS NOT NULL
    ) AS "t5"
    GROUP BY
      1
  ) AS "t7"
  INNER JOIN "kept" AS "t2"
    ON "t7"."environment" = "t2"."environment"
) AS "t8"
WHERE
  "t8"."number" > "t8"."own_number";

SELECT
  "t4"."day",
  "t4"."session",
  "t4"."folded",
  "t4"."client",
  "t4"."environment",
  "t4"."network",
  "t4"."sharing",
  "t4"."tool",
  "t4"."tool_version",
  "t4"."python",
  "t4"."python_version",
  "t4"."os",
  "t4"."os_version",
  "t4"."distro",
  "t4"."distro_version",
  "t4"."libc",
  "t4"."libc_version",
  "t4"."solver",
  "t4"."solver_version",
  "t4"."plugin_version",
  "t4"."organizations",
  "t4"."installers",
  "t4"."machines",
  "t4"."first_time",
  "t4"."last_time",
  "t4"."requests",
  "t4"."index_requests",
  "t4"."downloads",
  "t4"."heartbeats",
  "t4"."bytes"
FROM (
  SELECT
    *
  FROM "sessions" AS "t0"
  WHERE
    NOT (
      "t0"."client" < CAST('\x40' AS BLOB)
    )
) AS "t4"
SEMI JOIN "kept" AS "t2"
  ON "t4"."environment" = "t2"."environment";

SELECT
  "t5"."advisory",
  "t12"."name",
  "t5"."number",
  "t12"."client",
  "t12"."environment",
  "t12"."day",
  "t12"."time",
  "t5"."affected"
FROM (
  SELECT
    "t10"."channel",
    "t10"."subdir",
    "t10"."name",
    "t10"."version",
    "t10"."build",
    "t10"."client",
    "t10"."environment",
    "t10"."day",
    "t10"."time"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        *
      FROM "downloads" AS "t1"
      WHERE
        "t1"."client" < CAST('\x40' AS BLOB)
    ) AS "t6"
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        "t8"."day",
        "t8"."time",
        "t8"."session",
        "t8"."client",
        "t8"."environment",
        "t8"."organizations",
        "t8"."channel",
        "t8"."subdir",
        "t8"."name",
        "t8"."version",
        "t8"."build",
        "t8"."build_number",
        "t8"."extension",
        "t8"."bytes"
      FROM (
        SELECT
          *
        FROM "downloads" AS "t1"
        WHERE
          NOT (
            "t1"."client" < CAST('\x40' AS BLOB)
          )
      ) AS "t8"
      SEMI JOIN "kept" AS "t3"
        ON "t8"."environment" = "t3"."environment"
    ) AS "t9"
  ) AS "t10"
  WHERE
    "t10"."name" IN (
      'bzip2',
      'ca-certificates',
      'openssl',
      'package-0036',
      'package-0045',
      'package-0046',
      'package-0054',
      'readline'
    )
    AND "t10"."day" <= MAKE_DATE(2024, 1, 3)
) AS "t12"
INNER JOIN (
  SELECT
    "t0"."number",
    "t0"."advisory",
    "t0"."affected",
    "t0"."channel",
    "t0"."subdir",
    "t0"."name",
    "t0"."version",
    "t0"."build"
  FROM "in_memory" AS "t0"
) AS "t5"
  ON "t12"."channel" = "t5"."channel"
  AND "t12"."subdir" = "t5"."subdir"
  AND "t12"."name" = "t5"."name"
  AND "t12"."version" = "t5"."version"
  AND "t12"."build" = "t5"."build";

SELECT
  "t10"."client",
  "t10"."environment",
  "t10"."day",
  "t10"."first_time",
  "t10"."last_time"
FROM (
  SELECT
    "t8"."client",
    "t8"."environment",
    "t8"."day",
    "t8"."first_time",
    "t8"."last_time"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        *
      FROM (
        SELECT
          *
        FROM "sessions" AS "t2"
        WHERE
          "t2"."client" < CAST('\x40' AS BLOB)
      ) AS "t5"
      UNION ALL
      SELECT
        *
      FROM (
        SELECT
          *
        FROM "sessions" AS "t2"
        WHERE
          "t2"."client" IS NULL AND "t2"."session" < CAST('\x40' AS BLOB)
      ) AS "t6"
    ) AS "t7"
    UNION ALL
    SELECT
      *
    FROM "kept" AS "t0"
  ) AS "t8"
  WHERE
    "t8"."client" IS NOT NULL AND "t8"."day" <= MAKE_DATE(2024, 1, 3)
) AS "t10"
SEMI JOIN (
  SELECT DISTINCT
    "t1"."client"
  FROM "kept" AS "t1"
  WHERE
    "t1"."affected"
) AS "t4"
  ON "t10"."client" = "t4"."client";

SELECT
  "t16"."environment"
FROM (
  SELECT
    "t15"."environment",
    "t15"."number",
    "t9"."number" AS "own_number"
  FROM (
    SELECT
      "t13"."environment",
      COUNT(*) AS "number"
    FROM (
      SELECT
        *
      FROM (
        SELECT
          "t11"."client",
          "t11"."environment",
          "t11"."day",
          "t11"."first_time",
          "t11"."last_time"
        FROM (
          SELECT
            "t8"."client",
            "t8"."environment",
            "t8"."day",
            "t8"."first_time",
            "t8"."last_time"
          FROM (
            SELECT
              *
            FROM (
              SELECT
                *
              FROM (
                SELECT
                  *
                FROM "sessions" AS "t2"
                WHERE
                  "t2"."client" < CAST('\x40' AS BLOB)
              ) AS "t4"
              UNION ALL
              SELECT
                *
              FROM (
                SELECT
                  *
                FROM "sessions" AS "t2"
                WHERE
                  "t2"."client" IS NULL AND "t2"."session" < CAST('\x40' AS BLOB)
              ) AS "t5"
            ) AS "t6"
            UNION ALL
            SELECT
              *
            FROM "kept" AS "t1"
          ) AS "t8"
          WHERE
            "t8"."client" IS NOT NULL AND "t8"."day" <= MAKE_DATE(2024, 1, 3)
        ) AS "t11"
        SEMI JOIN (
          SELECT
            "t3"."environment",
            COUNT(*) AS "number"
          FROM (
            SELECT
              *
            FROM "kept" AS "t0"
            WHERE
              "t0"."environment" IS NOT NULL
          ) AS "t3"
          GROUP BY
            1
        ) AS "t9"
          ON "t11"."environment" = "t9"."environment"
      ) AS "t12"
      WHERE
        "t12"."environment" IS NOT NULL
    ) AS "t13"
    GROUP BY
      1
  ) AS "t15"
  INNER JOIN (
    SELECT
      "t3"."environment",
      COUNT(*) AS "number"
    FROM (
      SELECT
        *
      FROM "kept" AS "t0"
      WHERE
        "t0"."environment" IS NOT NULL
    ) AS "t3"
    GROUP BY
      1
  ) AS "t9"
    ON "t15"."environment" = "t9"."environment"
) AS "t16"
WHERE
  "t16"."number" > "t16"."own_number";

SELECT
  "t12"."client",
  "t12"."environment",
  "t12"."day",
  "t12"."first_time",
  "t12"."last_time"
FROM (
  SELECT
    "t10"."client",
    "t10"."environment",
    "t10"."day",
    "t10"."first_time",
    "t10"."last_time"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        *
      FROM (
        SELECT
          *
        FROM "sessions" AS "t3"
        WHERE
          "t3"."client" < CAST('\x40' AS BLOB)
      ) AS "t7"
      UNION ALL
      SELECT
        *
      FROM (
        SELECT
          *
        FROM "sessions" AS "t3"
        WHERE
          "t3"."client" IS NULL AND "t3"."session" < CAST('\x40' AS BLOB)
      ) AS "t8"
    ) AS "t9"
    UNION ALL
    SELECT
      *
    FROM "kept" AS "t1"
  ) AS "t10"
  WHERE
    "t10"."client" IS NOT NULL AND "t10"."day" <= MAKE_DATE(2024, 1, 3)
) AS "t12"
SEMI JOIN "kept" AS "t4"
  ON "t12"."environment" = "t4"."environment"
ANTI JOIN (
  SELECT DISTINCT
    "t2"."client"
  FROM "kept" AS "t2"
) AS "t6"
  ON "t12"."client" = "t6"."client";

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
    "t30"."client",
    "t30"."environment",
    "t30"."last_day",
    "t30"."last_began",
    "t30"."copied_environment",
    "t30"."owner",
    "t30"."weight",
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
      AVG(CAST("t24"."client" < CAST('\x40' AS BLOB) AS DOUBLE)) OVER (
        PARTITION BY "t24"."environment", "t24"."owner"
        ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
      ) AS "weight"
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
  ) AS "t30"
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
            "t29"."baked_client"
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
          ) AS "t29"
            ON "t19"."client" = "t29"."baked_client"
        ) AS "t31"
      ) AS "t32"
    ) AS "t33"
  ) AS "t35"
    ON "t30"."client" = "t35"."client"
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

SELECT
  *
FROM (
  SELECT
    "t14"."advisory",
    "t14"."class",
    SUM("t14"."low") AS "low",
    SUM("t14"."observed") AS "observed",
    SUM("t14"."high") AS "high",
    SUM("t14"."low" * "t14"."low") AS "low_squares",
    SUM("t14"."observed" * "t14"."observed") AS "observed_squares",
    SUM("t14"."high" * "t14"."high") AS "high_squares"
  FROM (
    SELECT
      "t13"."advisory",
      "t13"."class",
      CASE
        WHEN "t13"."owner" = CAST('' AS BLOB)
        THEN "t13"."environment"
        ELSE "t13"."owner"
      END AS "installation",
      COALESCE(SUM("t13"."weight") FILTER(WHERE
        "t13"."low"), 0.0) AS "low",
      COALESCE(SUM("t13"."weight") FILTER(WHERE
        "t13"."observed"), 0.0) AS "observed",
      COALESCE(SUM("t13"."weight") FILTER(WHERE
        "t13"."high"), 0.0) AS "high"
    FROM (
      SELECT
        "t12"."advisory",
        "t12"."class",
        "t12"."environment",
        "t12"."owner",
        MAX("t12"."weight") AS "weight",
        BOOL_OR(CAST("t12"."low" AS BOOLEAN)) AS "low",
        BOOL_OR(CAST("t12"."observed" AS BOOLEAN)) AS "observed",
        BOOL_OR(CAST("t12"."high" AS BOOLEAN)) AS "high"
      FROM (
        SELECT
          "t11"."advisory",
          "t11"."class",
          "t11"."weight",
          "t11"."environment",
          "t11"."owner",
          (
            "t11"."last_affected" IS NOT NULL
          )
          AND (
            (
              "t11"."last_unaffected" IS NULL
            )
            OR (
              "t11"."last_affected" >= "t11"."last_unaffected"
            )
          )
          AND NOT (
            COALESCE(
              (
                "t11"."last_began" > "t11"."first_unaffected"
              )
              AND (
                "t11"."last_began" > "t11"."last_affected"
              ),
              FALSE
            )
          ) AS "low",
          (
            "t11"."last_affected" IS NOT NULL
          )
          AND (
            (
              "t11"."last_unaffected" IS NULL
            )
            OR (
              "t11"."last_affected" >= "t11"."last_unaffected"
            )
          ) AS "observed",
          (
            (
              "t11"."last_affected" IS NOT NULL
            )
            AND (
              (
                "t11"."last_unaffected" IS NULL
              )
              OR (
                "t11"."last_affected" >= "t11"."last_unaffected"
              )
            )
          )
          OR (
            (
              "t11"."last_affected" IS NULL
            ) AND (
              "t11"."last_unaffected" IS NULL
            )
          ) AS "high"
        FROM (
          SELECT
            "t10"."advisory",
            "t10"."name",
            "t10"."environment",
            "t10"."owner",
            "t10"."class",
            "t10"."last_day",
            "t10"."last_began",
            "t10"."in_cache",
            "t10"."first_unaffected",
            "t10"."weight",
            "t6"."advisory" AS "advisory_own",
            "t6"."name" AS "name_own",
            "t6"."environment" AS "environment_own",
            "t6"."owner" AS "owner_own",
            "t6"."last_affected",
            "t6"."last_unaffected"
          FROM (
            SELECT
              "t8"."advisory",
              "t8"."name",
              "t8"."environment",
              "t8"."owner",
              "t8"."class",
              MAX("t8"."last_day") AS "last_day",
              MAX("t8"."last_began") AS "last_began",
              BOOL_OR(CAST("t8"."in_cache" AS BOOLEAN)) AS "in_cache",
              MIN("t8"."first_unaffected") AS "first_unaffected",
              MAX("t8"."weight") AS "weight"
            FROM (
              SELECT
                "t3"."client",
                "t3"."environment",
                "t3"."owner",
                "t3"."class",
                "t3"."last_day",
                "t3"."last_began",
                "t3"."weight",
                "t7"."advisory",
                "t7"."name",
                "t7"."in_cache",
                "t7"."first_unaffected"
              FROM "kept" AS "t3"
              INNER JOIN (
                SELECT
                  "t2"."advisory",
                  "t2"."name",
                  "t2"."client",
                  BOOL_OR(CAST("t2"."affected" AS BOOLEAN)) AS "in_cache",
                  MIN("t2"."time") FILTER(WHERE
                    NOT (
                      "t2"."affected"
                    )) AS "first_unaffected"
                FROM "kept" AS "t2"
                GROUP BY
                  1,
                  2,
                  3
              ) AS "t7"
                ON "t3"."client" = "t7"."client"
            ) AS "t8"
            GROUP BY
              1,
              2,
              3,
              4,
              5
          ) AS "t10"
          LEFT OUTER JOIN (
            SELECT
              "t0"."advisory",
              "t0"."name",
              "t0"."environment",
              "t0"."owner",
              MAX("t0"."time") FILTER(WHERE
                "t0"."affected") AS "last_affected",
              MAX("t0"."time") FILTER(WHERE
                NOT (
                  "t0"."affected"
                )) AS "last_unaffected"
            FROM "kept" AS "t0"
            GROUP BY
              1,
              2,
              3,
              4
          ) AS "t6"
            ON "t10"."advisory" = "t6"."advisory"
            AND "t10"."name" = "t6"."name"
            AND "t10"."environment" = "t6"."environment"
            AND "t10"."owner" = "t6"."owner"
        ) AS "t11"
        WHERE
          "t11"."in_cache"
          AND DATE_DIFF('DAY', "t11"."last_day", MAKE_DATE(2024, 1, 3)) < 30
      ) AS "t12"
      GROUP BY
        1,
        2,
        3,
        4
    ) AS "t13"
    GROUP BY
      1,
      2,
      3
  ) AS "t14"
  GROUP BY
    1,
    2
) AS "t15"
WHERE
  "t15"."high" > 0
ORDER BY
  "t15"."advisory" ASC,
  "t15"."class" ASC;

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
  "t32"."advisory",
  "t32"."class",
  "t32"."is_prevalent",
  "t32"."entry",
  "t32"."last_visit",
  "t32"."fix",
  "t32"."weight",
  CASE
    WHEN "t32"."owner" = CAST('' AS BLOB)
    THEN "t32"."environment"
    ELSE "t32"."owner"
  END AS "installation",
  CASE WHEN "t32"."is_healed" THEN "t32"."event" ELSE CAST(NULL AS INT) END AS "event"
FROM (
  SELECT
    "t31"."advisory",
    "t31"."environment",
    "t31"."owner",
    "t31"."class",
    BOOL_OR(CAST("t31"."is_prevalent" AS BOOLEAN)) AS "is_prevalent",
    MIN("t31"."entry") AS "entry",
    MAX("t31"."event") AS "event",
    BOOL_AND(CAST("t31"."event" IS NOT NULL AS BOOLEAN)) AS "is_healed",
    MAX("t31"."last_visit") AS "last_visit",
    MAX("t31"."fix") AS "fix",
    MAX("t31"."weight") AS "weight"
  FROM (
    SELECT
      "t30"."advisory",
      "t30"."name",
      "t30"."environment",
      "t30"."owner",
      "t30"."class",
      "t30"."disclosed",
      "t30"."affected_before",
      "t30"."unaffected_before",
      "t30"."affected_day",
      "t30"."unaffected_day",
      "t30"."unaffected_again_day",
      CAST(DATE_DIFF('DAY', "t30"."disclosed", "t30"."fix") AS INT) AS "fix",
      "t30"."weight",
      "t30"."advisory_seen",
      "t30"."environment_seen",
      "t30"."owner_seen",
      "t30"."seen_before",
      "t30"."seen_after",
      "t30"."last_day",
      "t30"."is_prevalent",
      "t30"."entry",
      "t30"."event",
      CAST(DATE_DIFF('DAY', "t30"."disclosed", "t30"."last_day") AS INT) AS "last_visit"
    FROM (
      SELECT
        "t29"."advisory",
        "t29"."name",
        "t29"."environment",
        "t29"."owner",
        "t29"."class",
        "t29"."disclosed",
        "t29"."affected_before",
        "t29"."unaffected_before",
        "t29"."affected_day",
        "t29"."unaffected_day",
        "t29"."unaffected_again_day",
        "t29"."fix",
        "t29"."weight",
        "t29"."advisory_seen",
        "t29"."environment_seen",
        "t29"."owner_seen",
        "t29"."seen_before",
        "t29"."seen_after",
        "t29"."last_day",
        COALESCE(
          (
            "t29"."affected_before" IS NOT NULL
          )
          AND (
            (
              "t29"."unaffected_before" IS NULL
            )
            OR (
              "t29"."affected_before" >= "t29"."unaffected_before"
            )
          )
          AND (
            DATE_DIFF('DAY', "t29"."seen_before", "t29"."disclosed") < 30
          ),
          FALSE
        ) AS "is_prevalent",
        CAST(CASE
          WHEN COALESCE(
            (
              "t29"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t29"."unaffected_before" IS NULL
              )
              OR (
                "t29"."affected_before" >= "t29"."unaffected_before"
              )
            )
            AND (
              DATE_DIFF('DAY', "t29"."seen_before", "t29"."disclosed") < 30
            ),
            FALSE
          )
          THEN 0
          WHEN COALESCE(
            (
              "t29"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t29"."unaffected_before" IS NULL
              )
              OR (
                "t29"."affected_before" >= "t29"."unaffected_before"
              )
            )
            AND NOT (
              COALESCE(
                (
                  "t29"."affected_before" IS NOT NULL
                )
                AND (
                  (
                    "t29"."unaffected_before" IS NULL
                  )
                  OR (
                    "t29"."affected_before" >= "t29"."unaffected_before"
                  )
                )
                AND (
                  DATE_DIFF('DAY', "t29"."seen_before", "t29"."disclosed") < 30
                ),
                FALSE
              )
            )
            AND (
              "t29"."seen_after" IS NOT NULL
            )
            AND (
              (
                "t29"."unaffected_day" IS NULL
              )
              OR (
                "t29"."unaffected_day" > "t29"."seen_after"
              )
            ),
            FALSE
          )
          THEN CAST(DATE_DIFF('DAY', "t29"."disclosed", "t29"."seen_after") AS INT)
          ELSE CAST(DATE_DIFF('DAY', "t29"."disclosed", "t29"."affected_day") AS INT) - 1
        END AS INT) AS "entry",
        CASE
          WHEN COALESCE(
            (
              "t29"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t29"."unaffected_before" IS NULL
              )
              OR (
                "t29"."affected_before" >= "t29"."unaffected_before"
              )
            )
            AND (
              DATE_DIFF('DAY', "t29"."seen_before", "t29"."disclosed") < 30
            ),
            FALSE
          )
          OR COALESCE(
            (
              "t29"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t29"."unaffected_before" IS NULL
              )
              OR (
                "t29"."affected_before" >= "t29"."unaffected_before"
              )
            )
            AND NOT (
              COALESCE(
                (
                  "t29"."affected_before" IS NOT NULL
                )
                AND (
                  (
                    "t29"."unaffected_before" IS NULL
                  )
                  OR (
                    "t29"."affected_before" >= "t29"."unaffected_before"
                  )
                )
                AND (
                  DATE_DIFF('DAY', "t29"."seen_before", "t29"."disclosed") < 30
                ),
                FALSE
              )
            )
            AND (
              "t29"."seen_after" IS NOT NULL
            )
            AND (
              (
                "t29"."unaffected_day" IS NULL
              )
              OR (
                "t29"."unaffected_day" > "t29"."seen_after"
              )
            ),
            FALSE
          )
          THEN CAST(DATE_DIFF('DAY', "t29"."disclosed", "t29"."unaffected_day") AS INT)
          ELSE CAST(DATE_DIFF('DAY', "t29"."disclosed", "t29"."unaffected_again_day") AS INT)
        END AS "event"
      FROM (
        SELECT
          "t28"."advisory",
          "t28"."name",
          "t28"."environment",
          "t28"."owner",
          "t28"."class",
          "t28"."disclosed",
          "t28"."affected_before",
          "t28"."unaffected_before",
          "t28"."affected_day",
          "t28"."unaffected_day",
          "t28"."unaffected_again_day",
          "t28"."fix",
          "t28"."weight",
          "t21"."advisory" AS "advisory_seen",
          "t21"."environment" AS "environment_seen",
          "t21"."owner" AS "owner_seen",
          "t21"."seen_before",
          "t21"."seen_after",
          "t21"."last_day"
        FROM (
          SELECT
            "t26"."advisory",
            "t26"."name",
            "t26"."environment",
            "t26"."owner",
            "t26"."class",
            "t26"."disclosed",
            MAX("t26"."time") FILTER(WHERE
              (
                "t26"."day" <= "t26"."disclosed"
              ) AND "t26"."affected") AS "affected_before",
            MAX("t26"."time") FILTER(WHERE
              (
                "t26"."day" <= "t26"."disclosed"
              ) AND NOT (
                "t26"."affected"
              )) AS "unaffected_before",
            MIN("t26"."day") FILTER(WHERE
              NOT (
                "t26"."day" <= "t26"."disclosed"
              ) AND "t26"."affected") AS "affected_day",
            MIN("t26"."day") FILTER(WHERE
              NOT (
                "t26"."day" <= "t26"."disclosed"
              ) AND NOT (
                "t26"."affected"
              )) AS "unaffected_day",
            MIN("t26"."day") FILTER(WHERE
              NOT (
                "t26"."day" <= "t26"."disclosed"
              )
              AND NOT (
                "t26"."affected"
              )
              AND (
                "t26"."time" > "t26"."first_affected"
              )) AS "unaffected_again_day",
            MIN("t26"."fix") FILTER(WHERE
              "t26"."affected") AS "fix",
            MAX("t26"."weight") AS "weight"
          FROM (
            SELECT
              "t25"."advisory",
              "t25"."name",
              "t25"."number",
              "t25"."environment",
              "t25"."day",
              "t25"."time",
              "t25"."affected",
              "t25"."owner",
              "t25"."class",
              "t25"."weight",
              "t25"."disclosed",
              "t25"."fix",
              MIN("t25"."time") FILTER(WHERE
                "t25"."affected" AND (
                  "t25"."day" > "t25"."disclosed"
                )) OVER (
                PARTITION BY "t25"."advisory", "t25"."name", "t25"."environment", "t25"."owner"
                ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING
              ) AS "first_affected"
            FROM (
              SELECT
                "t4"."advisory",
                "t4"."name",
                "t4"."number",
                "t4"."environment",
                "t4"."day",
                "t4"."time",
                "t4"."affected",
                "t4"."owner",
                "t4"."class",
                "t4"."weight",
                "t24"."disclosed",
                "t24"."fix"
              FROM "kept" AS "t4"
              INNER JOIN (
                SELECT
                  "t13"."number",
                  "t13"."disclosed",
                  "t22"."fix"
                FROM (
                  SELECT
                    "t2"."number",
                    "t2"."disclosed",
                    "t2"."advisory",
                    "t2"."name",
                    "t2"."channel",
                    "t2"."subdir"
                  FROM "in_memory" AS "t2"
                ) AS "t13"
                LEFT OUTER JOIN (
                  SELECT
                    "t18"."advisory",
                    "t18"."name",
                    "t18"."channel",
                    "t18"."subdir",
                    "t18"."day" AS "fix"
                  FROM (
                    SELECT
                      "t17"."advisory",
                      "t17"."name",
                      "t17"."channel",
                      "t17"."subdir",
                      MIN("t17"."first_day") AS "day"
                    FROM (
                      SELECT
                        "t14"."number",
                        "t14"."advisory",
                        "t14"."disclosed",
                        "t14"."channel",
                        "t14"."subdir",
                        "t14"."name",
                        "t14"."version",
                        "t14"."build",
                        "t14"."affected",
                        "t14"."is_fix",
                        "t15"."first_day"
                      FROM (
                        SELECT
                          *
                        FROM "in_memory" AS "t2"
                        WHERE
                          "t2"."is_fix"
                      ) AS "t14"
                      INNER JOIN (
                        SELECT
                          "t3"."channel",
                          "t3"."subdir",
                          "t3"."name",
                          "t3"."version",
                          "t3"."build",
                          "t3"."first_day"
                        FROM "in_memory" AS "t3"
                      ) AS "t15"
                        ON "t14"."channel" = "t15"."channel"
                        AND "t14"."subdir" = "t15"."subdir"
                        AND "t14"."name" = "t15"."name"
                        AND "t14"."version" = "t15"."version"
                        AND "t14"."build" = "t15"."build"
                    ) AS "t17"
                    GROUP BY
                      1,
                      2,
                      3,
                      4
                  ) AS "t18"
                ) AS "t22"
                  ON "t13"."advisory" = "t22"."advisory"
                  AND "t13"."name" = "t22"."name"
                  AND "t13"."channel" = "t22"."channel"
                  AND "t13"."subdir" = "t22"."subdir"
              ) AS "t24"
                ON "t4"."number" = "t24"."number"
            ) AS "t25"
          ) AS "t26"
          GROUP BY
            1,
            2,
            3,
            4,
            5,
            6
        ) AS "t28"
        LEFT OUTER JOIN (
          SELECT
            "t16"."advisory",
            "t16"."environment",
            "t16"."owner",
            MAX("t16"."day") FILTER(WHERE
              "t16"."day" <= "t16"."disclosed") AS "seen_before",
            MIN("t16"."day") FILTER(WHERE
              NOT (
                "t16"."day" <= "t16"."disclosed"
              )) AS "seen_after",
            MAX("t16"."day") AS "last_day"
          FROM (
            SELECT
              "t5"."environment",
              "t5"."owner",
              "t5"."class",
              "t5"."day",
              "t11"."advisory",
              "t12"."disclosed"
            FROM "kept" AS "t5"
            INNER JOIN (
              SELECT DISTINCT
                "t0"."advisory",
                "t0"."environment",
                "t0"."owner"
              FROM "kept" AS "t0"
              WHERE
                "t0"."affected"
            ) AS "t11"
              ON "t5"."environment" = "t11"."environment" AND "t5"."owner" = "t11"."owner"
            INNER JOIN (
              SELECT DISTINCT
                "t2"."advisory",
                "t2"."disclosed"
              FROM "in_memory" AS "t2"
            ) AS "t12"
              ON "t11"."advisory" = "t12"."advisory"
          ) AS "t16"
          GROUP BY
            1,
            2,
            3
        ) AS "t21"
          ON "t28"."advisory" = "t21"."advisory"
          AND "t28"."environment" = "t21"."environment"
          AND "t28"."owner" = "t21"."owner"
      ) AS "t29"
    ) AS "t30"
    WHERE
      "t30"."entry" IS NOT NULL
  ) AS "t31"
  GROUP BY
    1,
    2,
    3,
    4
) AS "t32"
ORDER BY
  "t32"."advisory" ASC,
  CASE
    WHEN "t32"."owner" = CAST('' AS BLOB)
    THEN "t32"."environment"
    ELSE "t32"."owner"
  END ASC,
  "t32"."class" ASC,
  "t32"."is_prevalent" ASC,
  "t32"."entry" ASC,
  CASE WHEN "t32"."is_healed" THEN "t32"."event" ELSE CAST(NULL AS INT) END ASC,
  "t32"."last_visit" ASC,
  "t32"."fix" ASC;
