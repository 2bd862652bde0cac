SELECT
  *
FROM (
  SELECT
    "t1"."time",
    "t1"."data_source",
    "t1"."pkg_name",
    "t1"."pkg_version",
    "t1"."pkg_platform",
    "t1"."pkg_python",
    COUNT(*) AS "counts"
  FROM (
    SELECT
      DATE_TRUNC('HOUR', "t0"."time") AS "time",
      CASE
        WHEN REGEXP_MATCHES("t0"."channel", '^pkgs/[a-z0-9]+$')
        THEN 'anaconda'
        ELSE "t0"."channel"
      END AS "data_source",
      "t0"."name" AS "pkg_name",
      "t0"."version" AS "pkg_version",
      "t0"."subdir" AS "pkg_platform",
      CASE
        WHEN REGEXP_EXTRACT("t0"."build", 'py([23])\.?([0-9]{1,2})(?:[^0-9]|$)', 2) = ''
        THEN ''
        ELSE REGEXP_EXTRACT("t0"."build", 'py([23])\.?([0-9]{1,2})(?:[^0-9]|$)', 1) || '.' || REGEXP_EXTRACT("t0"."build", 'py([23])\.?([0-9]{1,2})(?:[^0-9]|$)', 2)
      END AS "pkg_python"
    FROM "downloads" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
  ) AS "t1"
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6
) AS "t2"
ORDER BY
  "t2"."time" ASC,
  "t2"."data_source" ASC,
  "t2"."pkg_name" ASC,
  "t2"."pkg_version" ASC,
  "t2"."pkg_platform" ASC,
  "t2"."pkg_python" ASC,
  "t2"."counts" ASC;

SELECT
  *
FROM (
  SELECT
    "t1"."time",
    "t1"."data_source",
    "t1"."pkg_name",
    "t1"."pkg_version",
    "t1"."pkg_platform",
    "t1"."pkg_python",
    COUNT(*) AS "counts"
  FROM (
    SELECT
      STRFTIME("t0"."day", '%Y-%m') AS "time",
      CASE
        WHEN REGEXP_MATCHES("t0"."channel", '^pkgs/[a-z0-9]+$')
        THEN 'anaconda'
        ELSE "t0"."channel"
      END AS "data_source",
      "t0"."name" AS "pkg_name",
      "t0"."version" AS "pkg_version",
      "t0"."subdir" AS "pkg_platform",
      CASE
        WHEN REGEXP_EXTRACT("t0"."build", 'py([23])\.?([0-9]{1,2})(?:[^0-9]|$)', 2) = ''
        THEN ''
        ELSE REGEXP_EXTRACT("t0"."build", 'py([23])\.?([0-9]{1,2})(?:[^0-9]|$)', 1) || '.' || REGEXP_EXTRACT("t0"."build", 'py([23])\.?([0-9]{1,2})(?:[^0-9]|$)', 2)
      END AS "pkg_python"
    FROM "downloads" AS "t0"
    WHERE
      "t0"."day" BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
  ) AS "t1"
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6
) AS "t2"
ORDER BY
  "t2"."time" ASC,
  "t2"."data_source" ASC,
  "t2"."pkg_name" ASC,
  "t2"."pkg_version" ASC,
  "t2"."pkg_platform" ASC,
  "t2"."pkg_python" ASC,
  "t2"."counts" ASC;
