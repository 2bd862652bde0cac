WITH "t1" AS (
  SELECT
    *
  FROM "sessions" AS "t0"
  WHERE
    "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
    AND "t0"."client" IS NOT NULL
)
SELECT
  "t11"."tool",
  "t11"."tool_version",
  "t11"."python",
  "t11"."python_version",
  "t11"."os",
  "t11"."distro",
  "t11"."distro_version",
  "t11"."libc",
  "t11"."libc_version",
  "t11"."solver",
  "t11"."plugin_version",
  COUNT(*) AS "number"
FROM (
  SELECT
    "t10"."client",
    MAX("t10"."tool") AS "tool",
    MAX("t10"."tool_version") AS "tool_version",
    MAX("t10"."python") AS "python",
    MAX("t10"."python_version") AS "python_version",
    MAX("t10"."os") AS "os",
    MAX("t10"."distro") AS "distro",
    MAX("t10"."distro_version") AS "distro_version",
    MAX("t10"."libc") AS "libc",
    MAX("t10"."libc_version") AS "libc_version",
    MAX("t10"."solver") AS "solver",
    MAX("t10"."plugin_version") AS "plugin_version"
  FROM (
    SELECT DISTINCT
      *
    FROM (
      SELECT
        "t3"."client",
        "t3"."tool",
        "t3"."tool_version",
        "t3"."python",
        "t3"."python_version",
        "t3"."os",
        "t3"."distro",
        "t3"."distro_version",
        "t3"."libc",
        "t3"."libc_version",
        "t3"."solver",
        "t3"."plugin_version"
      FROM "t1" AS "t3"
      INNER JOIN (
        SELECT
          "t2"."client",
          MAX("t2"."last_time") AS "last_time"
        FROM "t1" AS "t2"
        GROUP BY
          1
      ) AS "t5"
        ON "t3"."client" = "t5"."client" AND "t3"."last_time" = "t5"."last_time"
      SEMI JOIN (
        SELECT
          "t6"."client",
          MIN("t6"."session") AS "session"
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
          FROM "t1" AS "t3"
          INNER JOIN (
            SELECT
              "t2"."client",
              MAX("t2"."last_time") AS "last_time"
            FROM "t1" AS "t2"
            GROUP BY
              1
          ) AS "t5"
            ON "t3"."client" = "t5"."client" AND "t3"."last_time" = "t5"."last_time"
        ) AS "t6"
        GROUP BY
          1
      ) AS "t8"
        ON "t3"."client" = "t8"."client" AND "t3"."session" = "t8"."session"
    ) AS "t9"
  ) AS "t10"
  GROUP BY
    1
) AS "t11"
GROUP BY
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11;

SELECT
  "t1"."tool",
  "t1"."tool_version",
  "t1"."python",
  "t1"."python_version",
  "t1"."os",
  "t1"."distro",
  "t1"."distro_version",
  "t1"."libc",
  "t1"."libc_version",
  "t1"."solver",
  "t1"."plugin_version",
  COUNT(DISTINCT "t1"."session") AS "number"
FROM (
  SELECT
    *
  FROM "sessions" AS "t0"
  WHERE
    "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS "t1"
GROUP BY
  1,
  2,
  3,
  4,
  5,
  6,
  7,
  8,
  9,
  10,
  11;
