SELECT
  COUNT(DISTINCT "t3"."session") FILTER(WHERE
    NOT (
      COALESCE("t3"."folded", FALSE)
    )) AS "total",
  COUNT(DISTINCT "t3"."session") FILTER(WHERE
    COALESCE("t3"."folded", FALSE)) AS "without_token"
FROM (
  SELECT
    *
  FROM (
    SELECT
      *
    FROM "sessions" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND "t0"."client" < CAST('\x40' AS BLOB)
  ) AS "t1"
  UNION ALL
  SELECT
    *
  FROM (
    SELECT
      *
    FROM "sessions" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND "t0"."client" IS NULL
      AND "t0"."session" < CAST('\x40' AS BLOB)
  ) AS "t2"
) AS "t3";

SELECT
  "t2"."name",
  SUM("t2"."environments") AS "environments",
  COUNT(*) AS "installations"
FROM (
  SELECT
    "t1"."name",
    "t1"."client",
    COUNT("t1"."environment") AS "environments"
  FROM (
    SELECT DISTINCT
      "t0"."name",
      "t0"."client",
      "t0"."environment"
    FROM "downloads" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND "t0"."client" < CAST('\x40' AS BLOB)
      AND "t0"."client" IS NOT NULL
  ) AS "t1"
  GROUP BY
    1,
    2
) AS "t2"
GROUP BY
  1;

SELECT
  "t1"."name",
  COUNT(*) AS "downloads"
FROM (
  SELECT
    *
  FROM "downloads" AS "t0"
  WHERE
    "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS "t1"
GROUP BY
  1;

SELECT
  COUNT(*) AS "installations",
  SUM("t6"."days") AS "days",
  SUM("t6"."networks") AS "network_days",
  SUM("t6"."networks" * "t6"."networks") AS "network_days_squared"
FROM (
  SELECT
    "t5"."client",
    COUNT(*) AS "days",
    SUM("t5"."networks") AS "networks"
  FROM (
    SELECT
      "t4"."client",
      "t4"."day",
      COUNT(*) AS "networks"
    FROM (
      SELECT DISTINCT
        "t3"."client",
        "t3"."day",
        "t3"."network"
      FROM (
        SELECT
          *
        FROM (
          SELECT
            *
          FROM "sessions" AS "t0"
          WHERE
            "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
            AND "t0"."client" < CAST('\x40' AS BLOB)
        ) AS "t1"
        UNION ALL
        SELECT
          *
        FROM (
          SELECT
            *
          FROM "sessions" AS "t0"
          WHERE
            "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
            AND "t0"."client" IS NULL
            AND "t0"."session" < CAST('\x40' AS BLOB)
        ) AS "t2"
      ) AS "t3"
      WHERE
        "t3"."client" IS NOT NULL AND "t3"."network" IS NOT NULL
    ) AS "t4"
    GROUP BY
      1,
      2
  ) AS "t5"
  GROUP BY
    1
) AS "t6";

SELECT
  "t2"."day",
  "t2"."network",
  "t2"."is_off",
  "t2"."is_sharing",
  "t2"."installations"
FROM (
  SELECT
    "t1"."day",
    "t1"."network",
    "t1"."tool",
    "t1"."tool_version",
    "t1"."python",
    "t1"."python_version",
    "t1"."os",
    "t1"."os_version",
    "t1"."distro",
    "t1"."distro_version",
    "t1"."libc",
    "t1"."libc_version",
    "t1"."solver",
    "t1"."solver_version",
    "t1"."plugin_version",
    BOOL_OR(CAST("t1"."is_off" AS BOOLEAN)) AS "is_off",
    BOOL_OR(CAST(NOT (
      "t1"."is_off"
    ) AS BOOLEAN)) AS "is_sharing",
    COUNT("t1"."client") AS "installations"
  FROM (
    SELECT DISTINCT
      "t0"."day",
      "t0"."network",
      "t0"."tool",
      "t0"."tool_version",
      "t0"."python",
      "t0"."python_version",
      "t0"."os",
      "t0"."os_version",
      "t0"."distro",
      "t0"."distro_version",
      "t0"."libc",
      "t0"."libc_version",
      "t0"."solver",
      "t0"."solver_version",
      "t0"."plugin_version",
      "t0"."client",
      "t0"."sharing" = 'off' AS "is_off"
    FROM "sessions" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND "t0"."network" < CAST('\x40' AS BLOB)
      AND "t0"."sharing" IN ('off', 'tokens')
      AND "t0"."network" IS NOT NULL
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
    11,
    12,
    13,
    14,
    15
) AS "t2";

SELECT
  COUNT(*) FILTER(WHERE
    "t0"."is_off") AS "off",
  COUNT(*) FILTER(WHERE
    "t0"."is_sharing") AS "tokens"
FROM "kept" AS "t0";

SELECT
  *
FROM (
  SELECT
    "t1"."installations",
    COUNT(*) AS "visitor_days"
  FROM (
    SELECT
      *
    FROM "kept" AS "t0"
    WHERE
      "t0"."installations" > 0
  ) AS "t1"
  GROUP BY
    1
) AS "t2"
ORDER BY
  "t2"."installations" ASC;

SELECT
  *
FROM (
  SELECT
    "t1"."off",
    "t1"."sharing",
    "t1"."installations",
    COUNT(*) AS "networks"
  FROM (
    SELECT
      "t0"."day",
      "t0"."network",
      COUNT(*) FILTER(WHERE
        "t0"."is_off") AS "off",
      COUNT(*) FILTER(WHERE
        "t0"."installations" > 0) AS "sharing",
      SUM("t0"."installations") AS "installations"
    FROM "kept" AS "t0"
    GROUP BY
      1,
      2
  ) AS "t1"
  GROUP BY
    1,
    2,
    3
) AS "t2"
ORDER BY
  "t2"."off" ASC,
  "t2"."sharing" ASC,
  "t2"."installations" ASC;

SELECT
  *
FROM (
  SELECT
    "t1"."sharing",
    SUM("t1"."requests") AS "requests",
    COUNT(DISTINCT "t1"."session") AS "sessions"
  FROM (
    SELECT
      *
    FROM "sessions" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND "t0"."network" < CAST('\x40' AS BLOB)
      AND "t0"."sharing" IN ('off', 'tokens')
  ) AS "t1"
  GROUP BY
    1
) AS "t2"
ORDER BY
  "t2"."sharing" ASC;
