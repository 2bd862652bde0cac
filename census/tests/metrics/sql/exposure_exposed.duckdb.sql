SELECT
  *
FROM (
  SELECT
    "t17"."advisory",
    "t17"."class",
    SUM("t17"."low") AS "low",
    SUM("t17"."observed") AS "observed",
    SUM("t17"."high") AS "high",
    SUM("t17"."low" * "t17"."low") AS "low_squares",
    SUM("t17"."observed" * "t17"."observed") AS "observed_squares",
    SUM("t17"."high" * "t17"."high") AS "high_squares"
  FROM (
    SELECT
      "t16"."advisory",
      "t16"."class",
      CASE
        WHEN "t16"."owner" = CAST('' AS BLOB)
        THEN "t16"."environment"
        ELSE "t16"."owner"
      END AS "installation",
      COUNT(*) FILTER(WHERE
        "t16"."low") AS "low",
      COUNT(*) FILTER(WHERE
        "t16"."observed") AS "observed",
      COUNT(*) FILTER(WHERE
        "t16"."high") AS "high"
    FROM (
      SELECT
        "t15"."advisory",
        "t15"."class",
        "t15"."environment",
        "t15"."owner",
        BOOL_OR(CAST("t15"."low" AS BOOLEAN)) AS "low",
        BOOL_OR(CAST("t15"."observed" AS BOOLEAN)) AS "observed",
        BOOL_OR(CAST("t15"."high" AS BOOLEAN)) AS "high"
      FROM (
        SELECT
          "t14"."advisory",
          "t14"."class",
          "t14"."environment",
          "t14"."owner",
          (
            "t14"."last_affected" IS NOT NULL
          )
          AND (
            (
              "t14"."last_unaffected" IS NULL
            )
            OR (
              "t14"."last_affected" >= "t14"."last_unaffected"
            )
          )
          AND NOT (
            COALESCE(
              (
                "t14"."last_began" > "t14"."first_unaffected"
              )
              AND (
                "t14"."last_began" > "t14"."last_affected"
              ),
              FALSE
            )
          ) AS "low",
          (
            "t14"."last_affected" IS NOT NULL
          )
          AND (
            (
              "t14"."last_unaffected" IS NULL
            )
            OR (
              "t14"."last_affected" >= "t14"."last_unaffected"
            )
          ) AS "observed",
          (
            (
              "t14"."last_affected" IS NOT NULL
            )
            AND (
              (
                "t14"."last_unaffected" IS NULL
              )
              OR (
                "t14"."last_affected" >= "t14"."last_unaffected"
              )
            )
          )
          OR (
            (
              "t14"."last_affected" IS NULL
            ) AND (
              "t14"."last_unaffected" IS NULL
            )
          ) AS "high"
        FROM (
          SELECT
            "t13"."advisory",
            "t13"."name",
            "t13"."environment",
            "t13"."owner",
            "t13"."in_cache",
            "t13"."first_unaffected",
            "t6"."class",
            "t6"."last_day",
            "t6"."last_began",
            "t9"."advisory" AS "advisory_own",
            "t9"."name" AS "name_own",
            "t9"."environment" AS "environment_own",
            "t9"."owner" AS "owner_own",
            "t9"."last_affected",
            "t9"."last_unaffected"
          FROM (
            SELECT
              "t11"."advisory",
              "t11"."name",
              "t11"."environment",
              "t11"."owner",
              BOOL_OR(CAST("t11"."in_cache" AS BOOLEAN)) AS "in_cache",
              MIN("t11"."first_unaffected") AS "first_unaffected"
            FROM (
              SELECT
                "t5"."client",
                "t5"."environment",
                "t5"."owner",
                "t10"."advisory",
                "t10"."name",
                "t10"."in_cache",
                "t10"."first_unaffected"
              FROM (
                SELECT
                  "t0"."client",
                  "t0"."environment",
                  "t0"."owner"
                FROM "kept" AS "t0"
              ) AS "t5"
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
              ) AS "t10"
                ON "t5"."client" = "t10"."client"
            ) AS "t11"
            GROUP BY
              1,
              2,
              3,
              4
          ) AS "t13"
          INNER JOIN (
            SELECT
              "t0"."environment",
              "t0"."owner",
              "t0"."class",
              MAX("t0"."last_day") AS "last_day",
              MAX("t0"."last_began") AS "last_began"
            FROM "kept" AS "t0"
            GROUP BY
              1,
              2,
              3
          ) AS "t6"
            ON "t13"."environment" = "t6"."environment" AND "t13"."owner" = "t6"."owner"
          LEFT OUTER JOIN (
            SELECT
              "t1"."advisory",
              "t1"."name",
              "t1"."environment",
              "t1"."owner",
              MAX("t1"."time") FILTER(WHERE
                "t1"."affected") AS "last_affected",
              MAX("t1"."time") FILTER(WHERE
                NOT (
                  "t1"."affected"
                )) AS "last_unaffected"
            FROM "kept" AS "t1"
            GROUP BY
              1,
              2,
              3,
              4
          ) AS "t9"
            ON "t13"."advisory" = "t9"."advisory"
            AND "t13"."name" = "t9"."name"
            AND "t13"."environment" = "t9"."environment"
            AND "t13"."owner" = "t9"."owner"
        ) AS "t14"
        WHERE
          "t14"."in_cache"
          AND DATE_DIFF('DAY', "t14"."last_day", MAKE_DATE(2024, 1, 3)) < 30
      ) AS "t15"
      GROUP BY
        1,
        2,
        3,
        4
    ) AS "t16"
    GROUP BY
      1,
      2,
      3
  ) AS "t17"
  GROUP BY
    1,
    2
) AS "t18"
WHERE
  "t18"."high" > 0
ORDER BY
  "t18"."advisory" ASC,
  "t18"."class" ASC;
