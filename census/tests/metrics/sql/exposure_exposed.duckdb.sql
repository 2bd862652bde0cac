SELECT
  *
FROM (
  SELECT
    "t10"."advisory",
    "t10"."class",
    COUNT(*) FILTER(WHERE
      "t10"."low") AS "low",
    COUNT(*) FILTER(WHERE
      "t10"."observed") AS "observed",
    COUNT(*) FILTER(WHERE
      "t10"."high") AS "high"
  FROM (
    SELECT
      "t9"."advisory",
      "t9"."class",
      "t9"."environment",
      "t9"."owner",
      BOOL_OR(CAST("t9"."low" AS BOOLEAN)) AS "low",
      BOOL_OR(CAST("t9"."observed" AS BOOLEAN)) AS "observed",
      BOOL_OR(CAST("t9"."high" AS BOOLEAN)) AS "high"
    FROM (
      SELECT
        "t8"."advisory",
        "t8"."class",
        "t8"."environment",
        "t8"."owner",
        (
          "t8"."last_affected" IS NOT NULL
        )
        AND (
          (
            "t8"."last_unaffected" IS NULL
          )
          OR (
            "t8"."last_affected" >= "t8"."last_unaffected"
          )
        )
        AND NOT (
          COALESCE(
            (
              "t8"."last_began" > "t8"."first_unaffected"
            )
            AND (
              "t8"."last_began" > "t8"."last_affected"
            ),
            FALSE
          )
        ) AS "low",
        (
          "t8"."last_affected" IS NOT NULL
        )
        AND (
          (
            "t8"."last_unaffected" IS NULL
          )
          OR (
            "t8"."last_affected" >= "t8"."last_unaffected"
          )
        ) AS "observed",
        (
          (
            "t8"."last_affected" IS NOT NULL
          )
          AND (
            (
              "t8"."last_unaffected" IS NULL
            )
            OR (
              "t8"."last_affected" >= "t8"."last_unaffected"
            )
          )
        )
        OR (
          (
            "t8"."last_affected" IS NULL
          ) AND (
            "t8"."last_unaffected" IS NULL
          )
        ) AS "high"
      FROM (
        SELECT
          "t7"."advisory",
          "t7"."name",
          "t7"."environment",
          "t7"."owner",
          MAX("t7"."class") AS "class",
          MAX("t7"."last_day") AS "last_day",
          MAX("t7"."last_began") AS "last_began",
          MAX("t7"."last_affected") AS "last_affected",
          MAX("t7"."last_unaffected") AS "last_unaffected",
          BOOL_OR(CAST("t7"."in_cache" AS BOOLEAN)) AS "in_cache",
          MIN("t7"."first_unaffected") AS "first_unaffected"
        FROM (
          SELECT
            "t2"."client",
            "t2"."environment",
            "t2"."owner",
            "t2"."class",
            "t2"."last_day",
            "t2"."last_began",
            "t5"."advisory",
            "t5"."name",
            "t5"."in_cache",
            "t5"."first_unaffected",
            "t6"."advisory" AS "advisory_own",
            "t6"."name" AS "name_own",
            "t6"."client" AS "client_own",
            "t6"."environment" AS "environment_own",
            "t6"."last_affected",
            "t6"."last_unaffected"
          FROM "kept" AS "t2"
          INNER JOIN (
            SELECT
              "t1"."advisory",
              "t1"."name",
              "t1"."client",
              BOOL_OR(CAST("t1"."affected" AS BOOLEAN)) AS "in_cache",
              MIN("t1"."time") FILTER(WHERE
                NOT (
                  "t1"."affected"
                )) AS "first_unaffected"
            FROM "kept" AS "t1"
            GROUP BY
              1,
              2,
              3
          ) AS "t5"
            ON "t2"."client" = "t5"."client"
          LEFT OUTER JOIN (
            SELECT
              "t1"."advisory",
              "t1"."name",
              "t1"."client",
              "t1"."environment",
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
          ) AS "t6"
            ON "t5"."advisory" = "t6"."advisory"
            AND "t5"."name" = "t6"."name"
            AND "t2"."client" = "t6"."client"
            AND "t2"."environment" = "t6"."environment"
        ) AS "t7"
        GROUP BY
          1,
          2,
          3,
          4
      ) AS "t8"
      WHERE
        "t8"."in_cache" AND DATE_DIFF('DAY', "t8"."last_day", MAKE_DATE(2024, 1, 3)) < 30
    ) AS "t9"
    GROUP BY
      1,
      2,
      3,
      4
  ) AS "t10"
  GROUP BY
    1,
    2
) AS "t11"
WHERE
  "t11"."high" > 0
ORDER BY
  "t11"."advisory" ASC,
  "t11"."class" ASC;
