SELECT
  SUM("t5"."downloads") AS "downloads",
  SUM("t5"."unknown") AS "unknown_downloads",
  COUNT(*) FILTER(WHERE
    (
      "t5"."client" IS NOT NULL
    ) AND (
      "t5"."environment" IS NOT NULL
    )) AS "environments",
  COUNT(*) FILTER(WHERE
    (
      "t5"."client" IS NOT NULL
    )
    AND (
      "t5"."environment" IS NOT NULL
    )
    AND (
      "t5"."unknown" > 0
    )) AS "unknown_environments"
FROM (
  SELECT
    "t4"."client",
    "t4"."environment",
    COUNT(*) AS "downloads",
    COUNT(*) FILTER(WHERE
      "t4"."known_name" IS NULL) AS "unknown"
  FROM (
    SELECT
      "t2"."day",
      "t2"."time",
      "t2"."session",
      "t2"."client",
      "t2"."environment",
      "t2"."organizations",
      "t2"."channel",
      "t2"."subdir",
      "t2"."name",
      "t2"."version",
      "t2"."build",
      "t2"."build_number",
      "t2"."extension",
      "t2"."bytes",
      "t3"."known_name"
    FROM "downloads" AS "t2"
    LEFT OUTER JOIN "in_memory" AS "t3"
      ON "t2"."name" = "t3"."known_name"
  ) AS "t4"
  GROUP BY
    1,
    2
) AS "t5";
