WITH "t7" AS (
  SELECT DISTINCT
    "t0"."advisory",
    "t0"."disclosed"
  FROM "in_memory" AS "t0"
), "t20" AS (
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
    "t17"."disclosed"
  FROM "kept" AS "t4"
  INNER JOIN "t7" AS "t17"
    ON "t4"."advisory" = "t17"."advisory"
), "t39" AS (
  SELECT
    "t36"."advisory",
    "t36"."name",
    "t36"."environment",
    "t36"."owner",
    "t36"."class",
    "t36"."disclosed",
    "t36"."affected_before",
    "t36"."unaffected_before",
    "t36"."affected_after",
    "t36"."affected_day",
    "t36"."unaffected_day",
    "t36"."advisory_seen",
    "t36"."environment_seen",
    "t36"."owner_seen",
    "t36"."seen_before",
    "t36"."seen_after",
    "t36"."last_day",
    COALESCE(
      (
        "t36"."affected_before" IS NOT NULL
      )
      AND (
        (
          "t36"."unaffected_before" IS NULL
        )
        OR (
          "t36"."affected_before" >= "t36"."unaffected_before"
        )
      )
      AND (
        DATE_DIFF('DAY', "t36"."seen_before", "t36"."disclosed") < 30
      ),
      FALSE
    ) AS "is_prevalent",
    COALESCE(
      (
        "t36"."affected_before" IS NOT NULL
      )
      AND (
        (
          "t36"."unaffected_before" IS NULL
        )
        OR (
          "t36"."affected_before" >= "t36"."unaffected_before"
        )
      )
      AND NOT (
        COALESCE(
          (
            "t36"."affected_before" IS NOT NULL
          )
          AND (
            (
              "t36"."unaffected_before" IS NULL
            )
            OR (
              "t36"."affected_before" >= "t36"."unaffected_before"
            )
          )
          AND (
            DATE_DIFF('DAY', "t36"."seen_before", "t36"."disclosed") < 30
          ),
          FALSE
        )
      )
      AND (
        "t36"."seen_after" IS NOT NULL
      )
      AND (
        (
          "t36"."unaffected_day" IS NULL
        )
        OR (
          "t36"."unaffected_day" > "t36"."seen_after"
        )
      ),
      FALSE
    ) AS "is_returned",
    CASE
      WHEN COALESCE(
        (
          "t36"."affected_before" IS NOT NULL
        )
        AND (
          (
            "t36"."unaffected_before" IS NULL
          )
          OR (
            "t36"."affected_before" >= "t36"."unaffected_before"
          )
        )
        AND (
          DATE_DIFF('DAY', "t36"."seen_before", "t36"."disclosed") < 30
        ),
        FALSE
      )
      THEN "t36"."disclosed"
      WHEN COALESCE(
        (
          "t36"."affected_before" IS NOT NULL
        )
        AND (
          (
            "t36"."unaffected_before" IS NULL
          )
          OR (
            "t36"."affected_before" >= "t36"."unaffected_before"
          )
        )
        AND NOT (
          COALESCE(
            (
              "t36"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t36"."unaffected_before" IS NULL
              )
              OR (
                "t36"."affected_before" >= "t36"."unaffected_before"
              )
            )
            AND (
              DATE_DIFF('DAY', "t36"."seen_before", "t36"."disclosed") < 30
            ),
            FALSE
          )
        )
        AND (
          "t36"."seen_after" IS NOT NULL
        )
        AND (
          (
            "t36"."unaffected_day" IS NULL
          )
          OR (
            "t36"."unaffected_day" > "t36"."seen_after"
          )
        ),
        FALSE
      )
      THEN "t36"."seen_after"
      ELSE "t36"."affected_day"
    END AS "start"
  FROM (
    SELECT
      "t34"."advisory",
      "t34"."name",
      "t34"."environment",
      "t34"."owner",
      "t34"."class",
      "t34"."disclosed",
      "t34"."affected_before",
      "t34"."unaffected_before",
      "t34"."affected_after",
      "t34"."affected_day",
      "t34"."unaffected_day",
      "t31"."advisory" AS "advisory_seen",
      "t31"."environment" AS "environment_seen",
      "t31"."owner" AS "owner_seen",
      "t31"."seen_before",
      "t31"."seen_after",
      "t31"."last_day"
    FROM (
      SELECT
        "t23"."advisory",
        "t23"."name",
        "t23"."environment",
        "t23"."owner",
        "t23"."class",
        "t23"."disclosed",
        MAX("t23"."time") FILTER(WHERE
          (
            "t23"."day" <= "t23"."disclosed"
          ) AND "t23"."affected") AS "affected_before",
        MAX("t23"."time") FILTER(WHERE
          (
            "t23"."day" <= "t23"."disclosed"
          ) AND NOT (
            "t23"."affected"
          )) AS "unaffected_before",
        MIN("t23"."time") FILTER(WHERE
          NOT (
            "t23"."day" <= "t23"."disclosed"
          ) AND "t23"."affected") AS "affected_after",
        MIN("t23"."day") FILTER(WHERE
          NOT (
            "t23"."day" <= "t23"."disclosed"
          ) AND "t23"."affected") AS "affected_day",
        MIN("t23"."day") FILTER(WHERE
          NOT (
            "t23"."day" <= "t23"."disclosed"
          ) AND NOT (
            "t23"."affected"
          )) AS "unaffected_day"
      FROM "t20" AS "t23"
      GROUP BY
        1,
        2,
        3,
        4,
        5,
        6
    ) AS "t34"
    LEFT OUTER JOIN (
      SELECT
        "t21"."advisory",
        "t21"."environment",
        "t21"."owner",
        MAX("t21"."day") FILTER(WHERE
          "t21"."day" <= "t21"."disclosed") AS "seen_before",
        MIN("t21"."day") FILTER(WHERE
          NOT (
            "t21"."day" <= "t21"."disclosed"
          )) AS "seen_after",
        MAX("t21"."day") AS "last_day"
      FROM (
        SELECT
          "t5"."environment",
          "t5"."owner",
          "t5"."class",
          "t5"."day",
          "t15"."advisory",
          "t18"."disclosed"
        FROM "kept" AS "t5"
        INNER JOIN (
          SELECT DISTINCT
            "t1"."advisory",
            "t1"."environment",
            "t1"."owner"
          FROM "kept" AS "t1"
          WHERE
            "t1"."affected"
        ) AS "t15"
          ON "t5"."environment" = "t15"."environment" AND "t5"."owner" = "t15"."owner"
        INNER JOIN "t7" AS "t18"
          ON "t15"."advisory" = "t18"."advisory"
      ) AS "t21"
      GROUP BY
        1,
        2,
        3
    ) AS "t31"
      ON "t34"."advisory" = "t31"."advisory"
      AND "t34"."environment" = "t31"."environment"
      AND "t34"."owner" = "t31"."owner"
  ) AS "t36"
)
SELECT
  "t50"."advisory",
  "t50"."class",
  "t50"."is_prevalent",
  "t50"."entry",
  "t50"."last_visit",
  "t50"."fix",
  CASE
    WHEN "t50"."owner" = CAST('' AS BLOB)
    THEN "t50"."environment"
    ELSE "t50"."owner"
  END AS "installation",
  CASE WHEN "t50"."is_healed" THEN "t50"."event" ELSE CAST(NULL AS INT) END AS "event"
FROM (
  SELECT
    "t49"."advisory",
    "t49"."environment",
    "t49"."owner",
    "t49"."class",
    BOOL_OR(CAST("t49"."is_prevalent" AS BOOLEAN)) AS "is_prevalent",
    MIN("t49"."entry") AS "entry",
    MAX("t49"."event") AS "event",
    BOOL_AND(CAST("t49"."event" IS NOT NULL AS BOOLEAN)) AS "is_healed",
    MAX("t49"."last_visit") AS "last_visit",
    MAX("t49"."fix") AS "fix"
  FROM (
    SELECT
      "t43"."advisory",
      "t43"."environment",
      "t43"."owner",
      "t43"."class",
      "t43"."is_prevalent",
      CAST(DATE_DIFF('DAY', "t43"."disclosed", "t43"."start") AS INT) - CAST(NOT (
        "t43"."is_prevalent"
      ) AND NOT (
        "t43"."is_returned"
      ) AS INT) AS "entry",
      CAST(DATE_DIFF('DAY', "t43"."disclosed", "t48"."event") AS INT) AS "event",
      CAST(DATE_DIFF('DAY', "t43"."disclosed", "t43"."last_day") AS INT) AS "last_visit",
      CAST(DATE_DIFF('DAY', "t43"."disclosed", "t38"."fix") AS INT) AS "fix"
    FROM (
      SELECT
        *
      FROM "t39" AS "t40"
      WHERE
        "t40"."start" IS NOT NULL
    ) AS "t43"
    LEFT OUTER JOIN (
      SELECT
        "t46"."advisory",
        "t46"."name",
        "t46"."environment",
        "t46"."owner",
        MIN("t46"."day") AS "event"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t28"."advisory",
            "t28"."name",
            "t28"."number",
            "t28"."environment",
            "t28"."day",
            "t28"."time",
            "t28"."affected",
            "t28"."owner",
            "t28"."class",
            "t28"."disclosed",
            "t44"."is_prevalent",
            "t44"."is_returned",
            "t44"."affected_after"
          FROM (
            SELECT
              *
            FROM "t20" AS "t23"
            WHERE
              NOT (
                "t23"."affected"
              ) AND "t23"."day" > "t23"."disclosed"
          ) AS "t28"
          INNER JOIN (
            SELECT
              "t40"."advisory",
              "t40"."name",
              "t40"."environment",
              "t40"."owner",
              "t40"."is_prevalent",
              "t40"."is_returned",
              "t40"."affected_after"
            FROM "t39" AS "t40"
            WHERE
              "t40"."start" IS NOT NULL
          ) AS "t44"
            ON "t28"."advisory" = "t44"."advisory"
            AND "t28"."name" = "t44"."name"
            AND "t28"."environment" = "t44"."environment"
            AND "t28"."owner" = "t44"."owner"
        ) AS "t45"
        WHERE
          "t45"."is_prevalent"
          OR "t45"."is_returned"
          OR (
            "t45"."time" > "t45"."affected_after"
          )
      ) AS "t46"
      GROUP BY
        1,
        2,
        3,
        4
    ) AS "t48"
      ON "t43"."advisory" = "t48"."advisory"
      AND "t43"."name" = "t48"."name"
      AND "t43"."environment" = "t48"."environment"
      AND "t43"."owner" = "t48"."owner"
    LEFT OUTER JOIN (
      SELECT
        "t35"."advisory",
        "t35"."name",
        "t35"."environment",
        "t35"."owner",
        MIN("t35"."fix") AS "fix"
      FROM (
        SELECT
          "t26"."advisory",
          "t26"."name",
          "t26"."environment",
          "t26"."owner",
          "t26"."number",
          "t11"."channel",
          "t11"."subdir",
          "t32"."fix"
        FROM (
          SELECT DISTINCT
            "t23"."advisory",
            "t23"."name",
            "t23"."environment",
            "t23"."owner",
            "t23"."number"
          FROM "t20" AS "t23"
          WHERE
            "t23"."affected"
        ) AS "t26"
        INNER JOIN (
          SELECT
            "t0"."number",
            "t0"."channel",
            "t0"."subdir"
          FROM "in_memory" AS "t0"
        ) AS "t11"
          ON "t26"."number" = "t11"."number"
        INNER JOIN (
          SELECT
            "t25"."advisory",
            "t25"."name",
            "t25"."channel",
            "t25"."subdir",
            "t25"."day" AS "fix"
          FROM (
            SELECT
              "t22"."advisory",
              "t22"."name",
              "t22"."channel",
              "t22"."subdir",
              MIN("t22"."day") AS "day"
            FROM (
              SELECT
                "t19"."channel",
                "t19"."subdir",
                "t19"."name",
                "t19"."version",
                "t19"."build",
                "t19"."day",
                "t13"."number",
                "t13"."advisory",
                "t13"."affected"
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
              ) AS "t19"
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
              ) AS "t13"
                ON "t19"."channel" = "t13"."channel"
                AND "t19"."subdir" = "t13"."subdir"
                AND "t19"."name" = "t13"."name"
                AND "t19"."version" = "t13"."version"
                AND "t19"."build" = "t13"."build"
              SEMI JOIN (
                SELECT
                  "t0"."number"
                FROM "in_memory" AS "t0"
                WHERE
                  "t0"."is_fix"
              ) AS "t14"
                ON "t13"."number" = "t14"."number"
            ) AS "t22"
            GROUP BY
              1,
              2,
              3,
              4
          ) AS "t25"
        ) AS "t32"
          ON "t26"."advisory" = "t32"."advisory"
          AND "t26"."name" = "t32"."name"
          AND "t11"."channel" = "t32"."channel"
          AND "t11"."subdir" = "t32"."subdir"
      ) AS "t35"
      GROUP BY
        1,
        2,
        3,
        4
    ) AS "t38"
      ON "t43"."advisory" = "t38"."advisory"
      AND "t43"."name" = "t38"."name"
      AND "t43"."environment" = "t38"."environment"
      AND "t43"."owner" = "t38"."owner"
  ) AS "t49"
  GROUP BY
    1,
    2,
    3,
    4
) AS "t50"
ORDER BY
  "t50"."advisory" ASC,
  CASE
    WHEN "t50"."owner" = CAST('' AS BLOB)
    THEN "t50"."environment"
    ELSE "t50"."owner"
  END ASC,
  "t50"."class" ASC,
  "t50"."is_prevalent" ASC,
  "t50"."entry" ASC,
  CASE WHEN "t50"."is_healed" THEN "t50"."event" ELSE CAST(NULL AS INT) END ASC,
  "t50"."last_visit" ASC,
  "t50"."fix" ASC;
