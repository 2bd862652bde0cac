SELECT
  `t3`.`name`,
  SUM(`t3`.`environments`) AS `environments`,
  SUM(CAST(`t3`.`client` IS NOT NULL AS BIGINT)) AS `installations`,
  SUM(`t3`.`downloads`) AS `downloads`
FROM (
  SELECT
    `t2`.`name`,
    `t2`.`client`,
    SUM(
      CAST((
        `t2`.`client` IS NOT NULL
      ) AND (
        `t2`.`environment` IS NOT NULL
      ) AS BIGINT)
    ) AS `environments`,
    SUM(`t2`.`downloads`) AS `downloads`
  FROM (
    SELECT
      `t1`.`name`,
      `t1`.`client`,
      `t1`.`environment`,
      COUNT(*) AS `downloads`
    FROM (
      SELECT
        *
      FROM `downloads` AS `t0`
      WHERE
        `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
    ) AS `t1`
    GROUP BY
      1,
      2,
      3
  ) AS `t2`
  GROUP BY
    1,
    2
) AS `t3`
GROUP BY
  1;

SELECT
  `t3`.`channel`,
  `t3`.`subdir`,
  `t3`.`version`,
  SUM(`t3`.`environments`) AS `environments`,
  SUM(CAST(`t3`.`client` IS NOT NULL AS BIGINT)) AS `installations`,
  SUM(`t3`.`downloads`) AS `downloads`
FROM (
  SELECT
    `t2`.`channel`,
    `t2`.`subdir`,
    `t2`.`version`,
    `t2`.`client`,
    SUM(
      CAST((
        `t2`.`client` IS NOT NULL
      ) AND (
        `t2`.`environment` IS NOT NULL
      ) AS BIGINT)
    ) AS `environments`,
    SUM(`t2`.`downloads`) AS `downloads`
  FROM (
    SELECT
      `t1`.`channel`,
      `t1`.`subdir`,
      `t1`.`version`,
      `t1`.`client`,
      `t1`.`environment`,
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
      3,
      4,
      5
  ) AS `t2`
  GROUP BY
    1,
    2,
    3,
    4
) AS `t3`
GROUP BY
  1,
  2,
  3;
