SELECT
  *
FROM "sources" AS "t0"
WHERE
  (
    (
      CAST("t0"."first_time" AS DATE) <= MAKE_DATE(2024, 1, 2)
    )
    AND (
      CAST("t0"."last_time" AS DATE) >= MAKE_DATE(2024, 1, 2)
    )
  )
  OR (
    "t0"."first_time" IS NULL
  )
ORDER BY
  COALESCE("t0"."first_time", "t0"."ingested_at") ASC,
  "t0"."source" ASC,
  "t0"."first_line" ASC;
