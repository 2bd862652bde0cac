SELECT
  *
FROM (
  SELECT
    `t1`.`time`,
    `t1`.`data_source`,
    `t1`.`pkg_name`,
    `t1`.`pkg_version`,
    `t1`.`pkg_platform`,
    `t1`.`pkg_python`,
    COUNT(*) AS `counts`
  FROM (
    SELECT
      DATE_TRUNC('hour', `t0`.`time`) AS `time`,
      IF(`t0`.`channel` RLIKE '^pkgs/[a-z0-9]+$', 'anaconda', `t0`.`channel`) AS `data_source`,
      `t0`.`name` AS `pkg_name`,
      `t0`.`version` AS `pkg_version`,
      `t0`.`subdir` AS `pkg_platform`,
      IF(
        REGEXP_EXTRACT(`t0`.`build`, 'py([23])\\.?([0-9]{1,2})(?:[^0-9]|$)', 2) = '',
        '',
        CONCAT(
          CONCAT(REGEXP_EXTRACT(`t0`.`build`, 'py([23])\\.?([0-9]{1,2})(?:[^0-9]|$)'), '.'),
          REGEXP_EXTRACT(`t0`.`build`, 'py([23])\\.?([0-9]{1,2})(?:[^0-9]|$)', 2)
        )
      ) AS `pkg_python`
    FROM `downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
  ) AS `t1`
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6
) AS `t2`
ORDER BY
  `t2`.`time` ASC NULLS LAST,
  `t2`.`data_source` ASC NULLS LAST,
  `t2`.`pkg_name` ASC NULLS LAST,
  `t2`.`pkg_version` ASC NULLS LAST,
  `t2`.`pkg_platform` ASC NULLS LAST,
  `t2`.`pkg_python` ASC NULLS LAST,
  `t2`.`counts` ASC NULLS LAST;

SELECT
  *
FROM (
  SELECT
    `t1`.`time`,
    `t1`.`data_source`,
    `t1`.`pkg_name`,
    `t1`.`pkg_version`,
    `t1`.`pkg_platform`,
    `t1`.`pkg_python`,
    COUNT(*) AS `counts`
  FROM (
    SELECT
      DATE_FORMAT(`t0`.`day`, 'yyyy-MM') AS `time`,
      IF(`t0`.`channel` RLIKE '^pkgs/[a-z0-9]+$', 'anaconda', `t0`.`channel`) AS `data_source`,
      `t0`.`name` AS `pkg_name`,
      `t0`.`version` AS `pkg_version`,
      `t0`.`subdir` AS `pkg_platform`,
      IF(
        REGEXP_EXTRACT(`t0`.`build`, 'py([23])\\.?([0-9]{1,2})(?:[^0-9]|$)', 2) = '',
        '',
        CONCAT(
          CONCAT(REGEXP_EXTRACT(`t0`.`build`, 'py([23])\\.?([0-9]{1,2})(?:[^0-9]|$)'), '.'),
          REGEXP_EXTRACT(`t0`.`build`, 'py([23])\\.?([0-9]{1,2})(?:[^0-9]|$)', 2)
        )
      ) AS `pkg_python`
    FROM `downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
  ) AS `t1`
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6
) AS `t2`
ORDER BY
  `t2`.`time` ASC NULLS LAST,
  `t2`.`data_source` ASC NULLS LAST,
  `t2`.`pkg_name` ASC NULLS LAST,
  `t2`.`pkg_version` ASC NULLS LAST,
  `t2`.`pkg_platform` ASC NULLS LAST,
  `t2`.`pkg_python` ASC NULLS LAST,
  `t2`.`counts` ASC NULLS LAST;
