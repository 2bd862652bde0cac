WITH "t23" AS (
  SELECT
    "t5"."advisory",
    "t5"."name",
    "t5"."number",
    "t5"."client",
    "t5"."environment",
    "t5"."day",
    "t5"."time",
    "t5"."affected",
    "t18"."owner",
    "t18"."class",
    "t14"."disclosed"
  FROM "kept" AS "t5"
  INNER JOIN (
    SELECT
      "t2"."client",
      "t2"."environment",
      "t2"."owner",
      "t2"."class"
    FROM "kept" AS "t2"
  ) AS "t18"
    ON "t5"."client" = "t18"."client" AND "t5"."environment" = "t18"."environment"
  INNER JOIN (
    SELECT DISTINCT
      "t0"."advisory",
      "t0"."disclosed"
    FROM "in_memory" AS "t0"
  ) AS "t14"
    ON "t5"."advisory" = "t14"."advisory"
), "t46" AS (
  SELECT
    "t45"."advisory",
    "t45"."name",
    "t45"."environment",
    "t45"."owner",
    "t45"."class",
    "t45"."disclosed",
    "t45"."affected_before",
    "t45"."unaffected_before",
    "t45"."affected_after",
    "t45"."affected_day",
    "t45"."unaffected_day",
    "t45"."advisory_seen",
    "t45"."environment_seen",
    "t45"."owner_seen",
    "t45"."seen_before",
    "t45"."seen_after",
    "t45"."last_day",
    COALESCE(
      (
        "t45"."affected_before" IS NOT NULL
      )
      AND (
        (
          "t45"."unaffected_before" IS NULL
        )
        OR (
          "t45"."affected_before" >= "t45"."unaffected_before"
        )
      )
      AND (
        DATE_DIFF('DAY', "t45"."seen_before", "t45"."disclosed") < 30
      ),
      FALSE
    ) AS "is_prevalent",
    COALESCE(
      (
        "t45"."affected_before" IS NOT NULL
      )
      AND (
        (
          "t45"."unaffected_before" IS NULL
        )
        OR (
          "t45"."affected_before" >= "t45"."unaffected_before"
        )
      )
      AND NOT (
        COALESCE(
          (
            "t45"."affected_before" IS NOT NULL
          )
          AND (
            (
              "t45"."unaffected_before" IS NULL
            )
            OR (
              "t45"."affected_before" >= "t45"."unaffected_before"
            )
          )
          AND (
            DATE_DIFF('DAY', "t45"."seen_before", "t45"."disclosed") < 30
          ),
          FALSE
        )
      )
      AND (
        "t45"."seen_after" IS NOT NULL
      )
      AND (
        (
          "t45"."unaffected_day" IS NULL
        )
        OR (
          "t45"."unaffected_day" > "t45"."seen_after"
        )
      ),
      FALSE
    ) AS "is_returned",
    CASE
      WHEN COALESCE(
        (
          "t45"."affected_before" IS NOT NULL
        )
        AND (
          (
            "t45"."unaffected_before" IS NULL
          )
          OR (
            "t45"."affected_before" >= "t45"."unaffected_before"
          )
        )
        AND (
          DATE_DIFF('DAY', "t45"."seen_before", "t45"."disclosed") < 30
        ),
        FALSE
      )
      THEN "t45"."disclosed"
      WHEN COALESCE(
        (
          "t45"."affected_before" IS NOT NULL
        )
        AND (
          (
            "t45"."unaffected_before" IS NULL
          )
          OR (
            "t45"."affected_before" >= "t45"."unaffected_before"
          )
        )
        AND NOT (
          COALESCE(
            (
              "t45"."affected_before" IS NOT NULL
            )
            AND (
              (
                "t45"."unaffected_before" IS NULL
              )
              OR (
                "t45"."affected_before" >= "t45"."unaffected_before"
              )
            )
            AND (
              DATE_DIFF('DAY', "t45"."seen_before", "t45"."disclosed") < 30
            ),
            FALSE
          )
        )
        AND (
          "t45"."seen_after" IS NOT NULL
        )
        AND (
          (
            "t45"."unaffected_day" IS NULL
          )
          OR (
            "t45"."unaffected_day" > "t45"."seen_after"
          )
        ),
        FALSE
      )
      THEN "t45"."seen_after"
      ELSE "t45"."affected_day"
    END AS "start"
  FROM (
    SELECT
      "t39"."advisory",
      "t39"."name",
      "t39"."environment",
      "t39"."owner",
      "t39"."class",
      "t39"."disclosed",
      "t39"."affected_before",
      "t39"."unaffected_before",
      "t39"."affected_after",
      "t39"."affected_day",
      "t39"."unaffected_day",
      "t42"."advisory" AS "advisory_seen",
      "t42"."environment" AS "environment_seen",
      "t42"."owner" AS "owner_seen",
      "t42"."seen_before",
      "t42"."seen_after",
      "t42"."last_day"
    FROM (
      SELECT
        "t24"."advisory",
        "t24"."name",
        "t24"."environment",
        "t24"."owner",
        "t24"."class",
        "t24"."disclosed",
        MAX("t24"."time") FILTER(WHERE
          (
            "t24"."day" <= "t24"."disclosed"
          ) AND "t24"."affected") AS "affected_before",
        MAX("t24"."time") FILTER(WHERE
          (
            "t24"."day" <= "t24"."disclosed"
          ) AND NOT (
            "t24"."affected"
          )) AS "unaffected_before",
        MIN("t24"."time") FILTER(WHERE
          NOT (
            "t24"."day" <= "t24"."disclosed"
          ) AND "t24"."affected") AS "affected_after",
        MIN("t24"."day") FILTER(WHERE
          NOT (
            "t24"."day" <= "t24"."disclosed"
          ) AND "t24"."affected") AS "affected_day",
        MIN("t24"."day") FILTER(WHERE
          NOT (
            "t24"."day" <= "t24"."disclosed"
          ) AND NOT (
            "t24"."affected"
          )) AS "unaffected_day"
      FROM "t23" AS "t24"
      GROUP BY
        1,
        2,
        3,
        4,
        5,
        6
    ) AS "t39"
    LEFT OUTER JOIN (
      SELECT
        "t36"."advisory",
        "t36"."environment",
        "t36"."owner",
        MAX("t36"."day") FILTER(WHERE
          "t36"."day" <= "t36"."disclosed") AS "seen_before",
        MIN("t36"."day") FILTER(WHERE
          NOT (
            "t36"."day" <= "t36"."disclosed"
          )) AS "seen_after",
        MAX("t36"."day") AS "last_day"
      FROM (
        SELECT
          "t28"."environment",
          "t28"."owner",
          "t28"."day",
          "t29"."advisory",
          "t14"."disclosed"
        FROM (
          SELECT DISTINCT
            *
          FROM (
            SELECT
              "t6"."environment",
              "t17"."owner",
              "t6"."day"
            FROM "kept" AS "t6"
            INNER JOIN (
              SELECT
                "t2"."client",
                "t2"."environment",
                "t2"."owner"
              FROM "kept" AS "t2"
            ) AS "t17"
              ON "t6"."client" = "t17"."client" AND "t6"."environment" = "t17"."environment"
          ) AS "t21"
        ) AS "t28"
        INNER JOIN (
          SELECT DISTINCT
            *
          FROM (
            SELECT
              "t16"."advisory",
              "t16"."environment",
              "t17"."owner"
            FROM (
              SELECT DISTINCT
                "t1"."advisory",
                "t1"."client",
                "t1"."environment"
              FROM "kept" AS "t1"
              WHERE
                "t1"."affected"
            ) AS "t16"
            INNER JOIN (
              SELECT
                "t2"."client",
                "t2"."environment",
                "t2"."owner"
              FROM "kept" AS "t2"
            ) AS "t17"
              ON "t16"."client" = "t17"."client" AND "t16"."environment" = "t17"."environment"
          ) AS "t22"
        ) AS "t29"
          ON "t28"."environment" = "t29"."environment" AND "t28"."owner" = "t29"."owner"
        INNER JOIN (
          SELECT DISTINCT
            "t0"."advisory",
            "t0"."disclosed"
          FROM "in_memory" AS "t0"
        ) AS "t14"
          ON "t29"."advisory" = "t14"."advisory"
      ) AS "t36"
      GROUP BY
        1,
        2,
        3
    ) AS "t42"
      ON "t39"."advisory" = "t42"."advisory"
      AND "t39"."environment" = "t42"."environment"
      AND "t39"."owner" = "t42"."owner"
  ) AS "t45"
)
SELECT
  "t57"."advisory",
  "t57"."class",
  "t57"."is_prevalent",
  "t57"."entry",
  "t57"."last_visit",
  "t57"."fix",
  CASE
    WHEN "t57"."owner" = CAST('' AS BLOB)
    THEN "t57"."environment"
    ELSE "t57"."owner"
  END AS "installation",
  CASE WHEN "t57"."is_healed" THEN "t57"."event" ELSE CAST(NULL AS INT) END AS "event"
FROM (
  SELECT
    "t56"."advisory",
    "t56"."environment",
    "t56"."owner",
    "t56"."class",
    BOOL_OR(CAST("t56"."is_prevalent" AS BOOLEAN)) AS "is_prevalent",
    MIN("t56"."entry") AS "entry",
    MAX("t56"."event") AS "event",
    BOOL_AND(CAST("t56"."event" IS NOT NULL AS BOOLEAN)) AS "is_healed",
    MAX("t56"."last_visit") AS "last_visit",
    MAX("t56"."fix") AS "fix"
  FROM (
    SELECT
      "t50"."advisory",
      "t50"."environment",
      "t50"."owner",
      "t50"."class",
      "t50"."is_prevalent",
      CAST(DATE_DIFF('DAY', "t50"."disclosed", "t50"."start") AS INT) - CAST(NOT (
        "t50"."is_prevalent"
      ) AND NOT (
        "t50"."is_returned"
      ) AS INT) AS "entry",
      CAST(DATE_DIFF('DAY', "t50"."disclosed", "t55"."event") AS INT) AS "event",
      CAST(DATE_DIFF('DAY', "t50"."disclosed", "t50"."last_day") AS INT) AS "last_visit",
      CAST(DATE_DIFF('DAY', "t50"."disclosed", "t44"."fix") AS INT) AS "fix"
    FROM (
      SELECT
        *
      FROM "t46" AS "t47"
      WHERE
        "t47"."start" IS NOT NULL
    ) AS "t50"
    LEFT OUTER JOIN (
      SELECT
        "t53"."advisory",
        "t53"."name",
        "t53"."environment",
        "t53"."owner",
        MIN("t53"."day") AS "event"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            "t34"."advisory",
            "t34"."name",
            "t34"."number",
            "t34"."client",
            "t34"."environment",
            "t34"."day",
            "t34"."time",
            "t34"."affected",
            "t34"."owner",
            "t34"."class",
            "t34"."disclosed",
            "t51"."is_prevalent",
            "t51"."is_returned",
            "t51"."affected_after"
          FROM (
            SELECT
              *
            FROM "t23" AS "t24"
            WHERE
              NOT (
                "t24"."affected"
              ) AND "t24"."day" > "t24"."disclosed"
          ) AS "t34"
          INNER JOIN (
            SELECT
              "t47"."advisory",
              "t47"."name",
              "t47"."environment",
              "t47"."owner",
              "t47"."is_prevalent",
              "t47"."is_returned",
              "t47"."affected_after"
            FROM "t46" AS "t47"
            WHERE
              "t47"."start" IS NOT NULL
          ) AS "t51"
            ON "t34"."advisory" = "t51"."advisory"
            AND "t34"."name" = "t51"."name"
            AND "t34"."environment" = "t51"."environment"
            AND "t34"."owner" = "t51"."owner"
        ) AS "t52"
        WHERE
          "t52"."is_prevalent"
          OR "t52"."is_returned"
          OR (
            "t52"."time" > "t52"."affected_after"
          )
      ) AS "t53"
      GROUP BY
        1,
        2,
        3,
        4
    ) AS "t55"
      ON "t50"."advisory" = "t55"."advisory"
      AND "t50"."name" = "t55"."name"
      AND "t50"."environment" = "t55"."environment"
      AND "t50"."owner" = "t55"."owner"
    LEFT OUTER JOIN (
      SELECT
        "t40"."advisory",
        "t40"."name",
        "t40"."environment",
        "t40"."owner",
        MIN("t40"."fix") AS "fix"
      FROM (
        SELECT
          "t31"."advisory",
          "t31"."name",
          "t31"."environment",
          "t31"."owner",
          "t31"."number",
          "t13"."channel",
          "t13"."subdir",
          "t38"."fix"
        FROM (
          SELECT DISTINCT
            "t24"."advisory",
            "t24"."name",
            "t24"."environment",
            "t24"."owner",
            "t24"."number"
          FROM "t23" AS "t24"
          WHERE
            "t24"."affected"
        ) AS "t31"
        INNER JOIN (
          SELECT
            "t0"."number",
            "t0"."channel",
            "t0"."subdir"
          FROM "in_memory" AS "t0"
        ) AS "t13"
          ON "t31"."number" = "t13"."number"
        INNER JOIN (
          SELECT
            "t33"."advisory",
            "t33"."name",
            "t33"."channel",
            "t33"."subdir",
            "t33"."day" AS "fix"
          FROM (
            SELECT
              "t25"."advisory",
              "t25"."name",
              "t25"."channel",
              "t25"."subdir",
              MIN("t25"."day") AS "day"
            FROM (
              SELECT
                "t20"."channel",
                "t20"."subdir",
                "t20"."name",
                "t20"."version",
                "t20"."build",
                "t20"."day",
                "t15"."advisory"
              FROM (
                SELECT DISTINCT
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
              ) AS "t20"
              INNER JOIN (
                SELECT
                  "t0"."advisory",
                  "t0"."channel",
                  "t0"."subdir",
                  "t0"."name",
                  "t0"."version",
                  "t0"."build"
                FROM "in_memory" AS "t0"
                WHERE
                  "t0"."is_fix"
              ) AS "t15"
                ON "t20"."channel" = "t15"."channel"
                AND "t20"."subdir" = "t15"."subdir"
                AND "t20"."name" = "t15"."name"
                AND "t20"."version" = "t15"."version"
                AND "t20"."build" = "t15"."build"
            ) AS "t25"
            GROUP BY
              1,
              2,
              3,
              4
          ) AS "t33"
        ) AS "t38"
          ON "t31"."advisory" = "t38"."advisory"
          AND "t31"."name" = "t38"."name"
          AND "t13"."channel" = "t38"."channel"
          AND "t13"."subdir" = "t38"."subdir"
      ) AS "t40"
      GROUP BY
        1,
        2,
        3,
        4
    ) AS "t44"
      ON "t50"."advisory" = "t44"."advisory"
      AND "t50"."name" = "t44"."name"
      AND "t50"."environment" = "t44"."environment"
      AND "t50"."owner" = "t44"."owner"
  ) AS "t56"
  GROUP BY
    1,
    2,
    3,
    4
) AS "t57"
ORDER BY
  "t57"."advisory" ASC,
  CASE
    WHEN "t57"."owner" = CAST('' AS BLOB)
    THEN "t57"."environment"
    ELSE "t57"."owner"
  END ASC,
  "t57"."class" ASC,
  "t57"."is_prevalent" ASC,
  "t57"."entry" ASC,
  CASE WHEN "t57"."is_healed" THEN "t57"."event" ELSE CAST(NULL AS INT) END ASC,
  "t57"."last_visit" ASC,
  "t57"."fix" ASC;
