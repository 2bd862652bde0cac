SELECT
  *
FROM (
  SELECT
    "t0"."source",
    COALESCE("t0"."lines", 0) AS "lines",
    COALESCE("t0"."requests", 0) AS "requests",
    COALESCE(
      LIST_SUM(CASE WHEN "t0"."dropped" IS NULL THEN NULL ELSE MAP_VALUES("t0"."dropped") END),
      0
    ) AS "drops"
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
WHERE
  "t1"."lines" <> (
    "t1"."requests" + "t1"."drops"
  )
ORDER BY
  "t1"."source" ASC,
  "t1"."lines" ASC,
  "t1"."requests" ASC,
  "t1"."drops" ASC;

SELECT
  SUM("t1"."lines") AS "lines",
  SUM("t1"."requests") AS "requests",
  SUM("t1"."other_requests") AS "other_requests",
  SUM("t1"."malformed_tokens") AS "malformed_tokens",
  SUM("t1"."unknown_tokens") AS "unknown_tokens"
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
) AS "t1";

SELECT
  *
FROM (
  SELECT
    "t3"."reason",
    SUM("t3"."lines") AS "lines"
  FROM (
    SELECT
      "t2"."reason",
      CASE
        WHEN "t2"."dropped" IS NULL
        THEN NULL
        ELSE COALESCE(
          LIST_EXTRACT(
            CASE
              WHEN "t2"."reason" IS NULL
              THEN NULL
              ELSE ELEMENT_AT("t2"."dropped", "t2"."reason")
            END,
            1
          ),
          NULL
        )
      END AS "lines"
    FROM (
      SELECT
        UNNEST(CASE WHEN "t1"."dropped" IS NULL THEN NULL ELSE MAP_KEYS("t1"."dropped") END) AS "reason",
        "t1"."dropped"
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
    ) AS "t2"
    WHERE
      CASE
        WHEN "t2"."dropped" IS NULL
        THEN NULL
        ELSE COALESCE(
          LIST_EXTRACT(
            CASE
              WHEN "t2"."reason" IS NULL
              THEN NULL
              ELSE ELEMENT_AT("t2"."dropped", "t2"."reason")
            END,
            1
          ),
          NULL
        )
      END > 0
  ) AS "t3"
  GROUP BY
    1
) AS "t4"
ORDER BY
  "t4"."reason" ASC;
