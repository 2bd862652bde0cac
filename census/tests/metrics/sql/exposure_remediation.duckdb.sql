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
