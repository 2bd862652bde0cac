SELECT
  `t2`.`name`,
  SUM(`t2`.`environments`) AS `environments`,
  COUNT(*) AS `installations`
FROM (
  SELECT
    `t1`.`name`,
    `t1`.`client`,
    COUNT(`t1`.`environment`) AS `environments`
  FROM (
    SELECT DISTINCT
      `t0`.`name`,
      `t0`.`client`,
      `t0`.`environment`
    FROM `downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND `t0`.`client` IS NOT NULL
  ) AS `t1`
  GROUP BY
    1,
    2
) AS `t2`
GROUP BY
  1;

SELECT
  `t1`.`name`,
  COUNT(*) AS `downloads`
FROM (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS `t1`
GROUP BY
  1;

SELECT
  `t2`.`channel`,
  `t2`.`subdir`,
  `t2`.`version`,
  SUM(`t2`.`environments`) AS `environments`,
  COUNT(*) AS `installations`
FROM (
  SELECT
    `t1`.`channel`,
    `t1`.`subdir`,
    `t1`.`version`,
    `t1`.`client`,
    COUNT(`t1`.`environment`) AS `environments`
  FROM (
    SELECT DISTINCT
      `t0`.`channel`,
      `t0`.`subdir`,
      `t0`.`version`,
      `t0`.`client`,
      `t0`.`environment`
    FROM `downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND `t0`.`name` = 'numpy'
      AND `t0`.`client` IS NOT NULL
  ) AS `t1`
  GROUP BY
    1,
    2,
    3,
    4
) AS `t2`
GROUP BY
  1,
  2,
  3;

SELECT
  `t1`.`channel`,
  `t1`.`subdir`,
  `t1`.`version`,
  COUNT(*) AS `downloads`
FROM (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
    AND `t0`.`name` = 'numpy'
) AS `t1`
GROUP BY
  1,
  2,
  3;
