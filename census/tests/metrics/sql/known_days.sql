SELECT DISTINCT
  "t0"."head",
  "t0"."first_time",
  "t0"."last_time",
  COALESCE("t0"."first_line", 1) AS "first_line",
  COALESCE("t0"."first_line", 1) + "t0"."lines" AS "next_line"
FROM "sources" AS "t0"
WHERE
  "t0"."first_time" IS NOT NULL;
