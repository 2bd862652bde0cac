SELECT
  "t34"."advisory",
  "t34"."class",
  "t34"."is_prevalent",
  "t34"."entry",
  "t34"."last_visit",
  "t34"."fix",
  CASE
    WHEN "t34"."owner" = CAST('' AS BLOB)
    THEN "t34"."environment"
    ELSE "t34"."owner"
  END AS "installation",
  CASE WHEN "t34"."is_healed" THEN "t34"."event" ELSE CAST(NULL AS INT) END AS "event"
FROM (
  SELECT
    "t33"."advisory",
    "t33"."environment",
    "t33"."owner",
    "t33"."class",
    BOOL_OR(CAST("t33"."is_prevalent" AS BOOLEAN)) AS "is_prevalent",
    MIN("t33"."entry") AS "entry",
    MAX("t33"."event") AS "event",
    BOOL_AND(CAST("t33"."event" IS NOT NULL AS BOOLEAN)) AS "is_healed",
    MAX("t33"."last_visit") AS "last_visit",
    MAX("t33"."fix") AS "fix"
  FROM (
    SELECT
      "t32"."advisory",
      "t32"."name",
      "t32"."environment",
      "t32"."owner",
      "t32"."class",
      "t32"."disclosed",
      "t32"."affected_before",
      "t32"."unaffected_before",
      "t32"."affected_day",
      "t32"."unaffected_day",
      "t32"."unaffected_again_day",
      CAST(DATE_DIFF('DAY', "t32"."disclosed", "t32"."fix") AS INT) AS "fix",
      "t32"."advisory_seen",
      "t32"."environment_seen",
      "t32"."owner_seen",
      "t32"."seen_before",
      "t32"."seen_after",
      "t32"."last_day",
      "t32"."is_prevalent",
      "t32"."entry",
      "t32"."event",
      CAST(DATE_DIFF('DAY', "t32"."disclosed", "t32"."last_day") AS INT) AS "last_visit"
    FROM (
      SELECT
        "t31"."advisory",
        "t31"."name",
        "t31"."environment",
        "t31"."owner",
        "t31"."class",
        "t31"."disclosed",
        "t31"."affected_before",
        "t31"."unaffected_before",
        "t31"."affected_day",
        "t31"."unaffected_day",
        "t31"."unaffected_again_day",
        "t31"."fix",
        "t31"."advisory_seen",
        "t31"."environment_seen",
        "t31"."owner_seen",
        "t31"."seen_before",
        "t31"."seen_after",
        "t31"."last_day",
        COALESCE(
          (
            "t31"."affected_before" IS NOT NULL
          )
          AND (
            (
              "t31"."unaffected_before" IS NULL
            )
            OR (
              "t31"."affected_before" >= "t31"."unaffected_before"
            )
          )
          AND (
            DATE_DIFF('DAY', "t31"."seen_before", "t31"."disclosed") < 30
          ),
          FALSE
        ) AS "is_prevalent",
        CAST(CASE
          WHEN COALESCE(
            (
              "t31"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t31"."unaffected_before" IS NULL
              )
              OR (
                "t31"."affected_before" >= "t31"."unaffected_before"
              )
            )
            AND (
              DATE_DIFF('DAY', "t31"."seen_before", "t31"."disclosed") < 30
            ),
            FALSE
          )
          THEN 0
          WHEN COALESCE(
            (
              "t31"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t31"."unaffected_before" IS NULL
              )
              OR (
                "t31"."affected_before" >= "t31"."unaffected_before"
              )
            )
            AND NOT (
              COALESCE(
                (
                  "t31"."affected_before" IS NOT NULL
                )
                AND (
                  (
                    "t31"."unaffected_before" IS NULL
                  )
                  OR (
                    "t31"."affected_before" >= "t31"."unaffected_before"
                  )
                )
                AND (
                  DATE_DIFF('DAY', "t31"."seen_before", "t31"."disclosed") < 30
                ),
                FALSE
              )
            )
            AND (
              "t31"."seen_after" IS NOT NULL
            )
            AND (
              (
                "t31"."unaffected_day" IS NULL
              )
              OR (
                "t31"."unaffected_day" > "t31"."seen_after"
              )
            ),
            FALSE
          )
          THEN CAST(DATE_DIFF('DAY', "t31"."disclosed", "t31"."seen_after") AS INT)
          ELSE CAST(DATE_DIFF('DAY', "t31"."disclosed", "t31"."affected_day") AS INT) - 1
        END AS INT) AS "entry",
        CASE
          WHEN COALESCE(
            (
              "t31"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t31"."unaffected_before" IS NULL
              )
              OR (
                "t31"."affected_before" >= "t31"."unaffected_before"
              )
            )
            AND (
              DATE_DIFF('DAY', "t31"."seen_before", "t31"."disclosed") < 30
            ),
            FALSE
          )
          OR COALESCE(
            (
              "t31"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t31"."unaffected_before" IS NULL
              )
              OR (
                "t31"."affected_before" >= "t31"."unaffected_before"
              )
            )
            AND NOT (
              COALESCE(
                (
                  "t31"."affected_before" IS NOT NULL
                )
                AND (
                  (
                    "t31"."unaffected_before" IS NULL
                  )
                  OR (
                    "t31"."affected_before" >= "t31"."unaffected_before"
                  )
                )
                AND (
                  DATE_DIFF('DAY', "t31"."seen_before", "t31"."disclosed") < 30
                ),
                FALSE
              )
            )
            AND (
              "t31"."seen_after" IS NOT NULL
            )
            AND (
              (
                "t31"."unaffected_day" IS NULL
              )
              OR (
                "t31"."unaffected_day" > "t31"."seen_after"
              )
            ),
            FALSE
          )
          THEN CAST(DATE_DIFF('DAY', "t31"."disclosed", "t31"."unaffected_day") AS INT)
          ELSE CAST(DATE_DIFF('DAY', "t31"."disclosed", "t31"."unaffected_again_day") AS INT)
        END AS "event"
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
          "t30"."fix",
          "t22"."advisory" AS "advisory_seen",
          "t22"."environment" AS "environment_seen",
          "t22"."owner" AS "owner_seen",
          "t22"."seen_before",
          "t22"."seen_after",
          "t22"."last_day"
        FROM (
          SELECT
            "t28"."advisory",
            "t28"."name",
            "t28"."environment",
            "t28"."owner",
            "t28"."class",
            "t28"."disclosed",
            MAX("t28"."time") FILTER(WHERE
              (
                "t28"."day" <= "t28"."disclosed"
              ) AND "t28"."affected") AS "affected_before",
            MAX("t28"."time") FILTER(WHERE
              (
                "t28"."day" <= "t28"."disclosed"
              ) AND NOT (
                "t28"."affected"
              )) AS "unaffected_before",
            MIN("t28"."day") FILTER(WHERE
              NOT (
                "t28"."day" <= "t28"."disclosed"
              ) AND "t28"."affected") AS "affected_day",
            MIN("t28"."day") FILTER(WHERE
              NOT (
                "t28"."day" <= "t28"."disclosed"
              ) AND NOT (
                "t28"."affected"
              )) AS "unaffected_day",
            MIN("t28"."day") FILTER(WHERE
              NOT (
                "t28"."day" <= "t28"."disclosed"
              )
              AND NOT (
                "t28"."affected"
              )
              AND (
                "t28"."time" > "t28"."first_affected"
              )) AS "unaffected_again_day",
            MIN("t28"."fix") FILTER(WHERE
              "t28"."affected") AS "fix"
          FROM (
            SELECT
              "t27"."advisory",
              "t27"."name",
              "t27"."number",
              "t27"."environment",
              "t27"."day",
              "t27"."time",
              "t27"."affected",
              "t27"."owner",
              "t27"."class",
              "t27"."disclosed",
              "t27"."fix",
              MIN("t27"."time") FILTER(WHERE
                "t27"."affected" AND (
                  "t27"."day" > "t27"."disclosed"
                )) OVER (
                PARTITION BY "t27"."advisory", "t27"."name", "t27"."environment", "t27"."owner"
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
                "t26"."disclosed",
                "t26"."fix"
              FROM "kept" AS "t4"
              INNER JOIN (
                SELECT
                  "t13"."number",
                  "t13"."disclosed",
                  "t24"."fix"
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
                    "t20"."advisory",
                    "t20"."name",
                    "t20"."channel",
                    "t20"."subdir",
                    "t20"."day" AS "fix"
                  FROM (
                    SELECT
                      "t19"."advisory",
                      "t19"."name",
                      "t19"."channel",
                      "t19"."subdir",
                      MIN("t19"."day") AS "day"
                    FROM (
                      SELECT
                        "t17"."channel",
                        "t17"."subdir",
                        "t17"."name",
                        "t17"."version",
                        "t17"."build",
                        "t17"."day",
                        "t14"."number",
                        "t14"."advisory",
                        "t14"."affected"
                      FROM (
                        SELECT
                          "t3"."channel",
                          "t3"."subdir",
                          "t3"."name",
                          "t3"."version",
                          "t3"."build",
                          "t3"."day"
                        FROM "downloads" AS "t3"
                        WHERE
                          "t3"."name" IN (
                            'bzip2',
                            'ca-certificates',
                            'openssl',
                            'package-0036',
                            'package-0045',
                            'package-0046',
                            'package-0054',
                            'readline'
                          )
                          AND "t3"."day" <= MAKE_DATE(2024, 1, 3)
                      ) AS "t17"
                      INNER JOIN (
                        SELECT
                          "t2"."number",
                          "t2"."advisory",
                          "t2"."affected",
                          "t2"."channel",
                          "t2"."subdir",
                          "t2"."name",
                          "t2"."version",
                          "t2"."build"
                        FROM "in_memory" AS "t2"
                      ) AS "t14"
                        ON "t17"."channel" = "t14"."channel"
                        AND "t17"."subdir" = "t14"."subdir"
                        AND "t17"."name" = "t14"."name"
                        AND "t17"."version" = "t14"."version"
                        AND "t17"."build" = "t14"."build"
                      SEMI JOIN (
                        SELECT
                          "t2"."number"
                        FROM "in_memory" AS "t2"
                        WHERE
                          "t2"."is_fix"
                      ) AS "t15"
                        ON "t14"."number" = "t15"."number"
                    ) AS "t19"
                    GROUP BY
                      1,
                      2,
                      3,
                      4
                  ) AS "t20"
                ) AS "t24"
                  ON "t13"."advisory" = "t24"."advisory"
                  AND "t13"."name" = "t24"."name"
                  AND "t13"."channel" = "t24"."channel"
                  AND "t13"."subdir" = "t24"."subdir"
              ) AS "t26"
                ON "t4"."number" = "t26"."number"
            ) AS "t27"
          ) AS "t28"
          GROUP BY
            1,
            2,
            3,
            4,
            5,
            6
        ) AS "t30"
        LEFT OUTER JOIN (
          SELECT
            "t18"."advisory",
            "t18"."environment",
            "t18"."owner",
            MAX("t18"."day") FILTER(WHERE
              "t18"."day" <= "t18"."disclosed") AS "seen_before",
            MIN("t18"."day") FILTER(WHERE
              NOT (
                "t18"."day" <= "t18"."disclosed"
              )) AS "seen_after",
            MAX("t18"."day") AS "last_day"
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
          ) AS "t18"
          GROUP BY
            1,
            2,
            3
        ) AS "t22"
          ON "t30"."advisory" = "t22"."advisory"
          AND "t30"."environment" = "t22"."environment"
          AND "t30"."owner" = "t22"."owner"
      ) AS "t31"
    ) AS "t32"
    WHERE
      "t32"."entry" IS NOT NULL
  ) AS "t33"
  GROUP BY
    1,
    2,
    3,
    4
) AS "t34"
ORDER BY
  "t34"."advisory" ASC,
  CASE
    WHEN "t34"."owner" = CAST('' AS BLOB)
    THEN "t34"."environment"
    ELSE "t34"."owner"
  END ASC,
  "t34"."class" ASC,
  "t34"."is_prevalent" ASC,
  "t34"."entry" ASC,
  CASE WHEN "t34"."is_healed" THEN "t34"."event" ELSE CAST(NULL AS INT) END ASC,
  "t34"."last_visit" ASC,
  "t34"."fix" ASC;
