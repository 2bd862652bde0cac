WITH "t4" AS (
  SELECT
    "t3"."day",
    "t3"."source",
    "t3"."size",
    "t3"."head",
    "t3"."fingerprint",
    "t3"."stored_fingerprint",
    "t3"."format",
    "t3"."decoder_version",
    COALESCE("t3"."first_line", 1) AS "first_line",
    "t3"."lines",
    "t3"."requests",
    "t3"."dropped",
    "t3"."dropped_lines",
    "t3"."other_requests",
    "t3"."malformed_tokens",
    "t3"."unknown_tokens",
    "t3"."first_time",
    "t3"."last_time",
    "t3"."batch",
    "t3"."ingested_at"
  FROM (
    SELECT
      *
    FROM (
      SELECT
        *
      FROM "sources" AS "t0"
      WHERE
        (
          (
            CAST("t0"."first_time" AS DATE) <= MAKE_DATE(2024, 1, 3)
          )
          AND (
            CAST("t0"."last_time" AS DATE) >= MAKE_DATE(2024, 1, 1)
          )
        )
        OR (
          "t0"."first_time" IS NULL
        )
    ) AS "t1"
    UNION ALL
    SELECT
      *
    FROM (
      SELECT
        "t0"."day",
        "t0"."source" || '.copy' AS "source",
        "t0"."size",
        "t0"."head",
        "t0"."fingerprint",
        "t0"."stored_fingerprint",
        "t0"."format",
        "t0"."decoder_version",
        "t0"."first_line",
        "t0"."lines",
        "t0"."requests",
        "t0"."dropped",
        "t0"."dropped_lines",
        "t0"."other_requests",
        "t0"."malformed_tokens",
        "t0"."unknown_tokens",
        "t0"."first_time",
        "t0"."last_time",
        "t0"."batch",
        "t0"."ingested_at"
      FROM "sources" AS "t0"
      WHERE
        (
          (
            CAST("t0"."first_time" AS DATE) <= MAKE_DATE(2024, 1, 3)
          )
          AND (
            CAST("t0"."last_time" AS DATE) >= MAKE_DATE(2024, 1, 1)
          )
        )
        OR (
          "t0"."first_time" IS NULL
        )
    ) AS "t2"
  ) AS "t3"
  WHERE
    (
      "t3"."requests" - "t3"."other_requests"
    ) >= 100
)
SELECT DISTINCT
  *
FROM (
  SELECT
    "t6"."source",
    "t6"."first_time",
    "t6"."last_time",
    "t6"."lines"
  FROM "t4" AS "t6"
  SEMI JOIN (
    SELECT
      *
    FROM (
      SELECT
        "t5"."first_line",
        "t5"."lines",
        "t5"."requests",
        "t5"."other_requests",
        "t5"."first_time",
        "t5"."last_time",
        COUNT(DISTINCT "t5"."source") AS "logs"
      FROM "t4" AS "t5"
      GROUP BY
        1,
        2,
        3,
        4,
        5,
        6
    ) AS "t7"
    WHERE
      "t7"."logs" > 1
  ) AS "t9"
    ON "t6"."first_line" = "t9"."first_line"
    AND "t6"."lines" = "t9"."lines"
    AND "t6"."requests" = "t9"."requests"
    AND "t6"."other_requests" = "t9"."other_requests"
    AND "t6"."first_time" = "t9"."first_time"
    AND "t6"."last_time" = "t9"."last_time"
) AS "t10";
