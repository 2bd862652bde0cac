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
) AS "t2"
ORDER BY
  "t2"."day" ASC,
  "t2"."network" ASC,
  "t2"."installations" ASC,
  "t2"."is_off" ASC,
  "t2"."is_sharing" ASC;

SELECT
  COUNT(*) FILTER(WHERE
    "t3"."is_off") AS "off",
  COUNT(*) FILTER(WHERE
    "t3"."is_sharing") AS "tokens"
FROM (
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
  ) AS "t2"
) AS "t3";

SELECT
  *
FROM (
  SELECT
    "t3"."installations",
    COUNT(*) AS "visitor_days"
  FROM (
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
    ) AS "t2"
    WHERE
      "t2"."installations" > 0
  ) AS "t3"
  GROUP BY
    1
) AS "t4"
ORDER BY
  "t4"."installations" ASC;

SELECT
  *
FROM (
  SELECT
    "t4"."off",
    "t4"."sharing",
    "t4"."installations",
    COUNT(*) AS "networks"
  FROM (
    SELECT
      "t3"."day",
      "t3"."network",
      COUNT(*) FILTER(WHERE
        "t3"."is_off") AS "off",
      COUNT(*) FILTER(WHERE
        "t3"."installations" > 0) AS "sharing",
      SUM("t3"."installations") AS "installations"
    FROM (
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
      ) AS "t2"
    ) AS "t3"
    GROUP BY
      1,
      2
  ) AS "t4"
  GROUP BY
    1,
    2,
    3
) AS "t5"
ORDER BY
  "t5"."off" ASC,
  "t5"."sharing" ASC,
  "t5"."installations" ASC;

SELECT
  COUNT(*) AS "installations",
  SUM("t3"."days") AS "days",
  SUM("t3"."networks") AS "network_days",
  SUM("t3"."networks" * "t3"."networks") AS "network_days_squared"
FROM (
  SELECT
    "t2"."client",
    COUNT(*) AS "days",
    SUM("t2"."networks") AS "networks"
  FROM (
    SELECT
      "t1"."client",
      "t1"."day",
      COUNT(*) AS "networks"
    FROM (
      SELECT DISTINCT
        "t0"."client",
        "t0"."day",
        "t0"."network"
      FROM "sessions" AS "t0"
      WHERE
        "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
        AND "t0"."client" IS NOT NULL
        AND "t0"."network" IS NOT NULL
    ) AS "t1"
    GROUP BY
      1,
      2
  ) AS "t2"
  GROUP BY
    1
) AS "t3";
