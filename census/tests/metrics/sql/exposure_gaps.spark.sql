SELECT
  *
FROM (
  SELECT
    `t8`.`days`,
    COUNT(*) AS `times`
  FROM (
    SELECT
      CAST(DATEDIFF(DAY, `t7`.`before`, `t7`.`day`) AS INT) AS `days`
    FROM (
      SELECT
        `t6`.`environment`,
        `t6`.`owner`,
        `t6`.`day`,
        LAG(`t6`.`day`) OVER (PARTITION BY `t6`.`environment`, `t6`.`owner` ORDER BY `t6`.`day` ASC NULLS LAST) AS `before`
      FROM (
        SELECT DISTINCT
          *
        FROM (
          SELECT
            `t2`.`environment`,
            `t4`.`owner`,
            `t2`.`day`
          FROM `kept` AS `t2`
          INNER JOIN (
            SELECT
              `t1`.`client`,
              `t1`.`environment`,
              `t1`.`owner`
            FROM `kept` AS `t1`
            WHERE
              `t1`.`class` = 'lasting'
          ) AS `t4`
            ON `t2`.`client` = `t4`.`client` AND `t2`.`environment` = `t4`.`environment`
        ) AS `t5`
      ) AS `t6`
    ) AS `t7`
    WHERE
      `t7`.`before` IS NOT NULL
  ) AS `t8`
  GROUP BY
    1
) AS `t9`
ORDER BY
  `t9`.`days` ASC NULLS LAST;

SELECT
  *
FROM (
  SELECT
    `t8`.`days`,
    COUNT(*) AS `times`
  FROM (
    SELECT
      CAST(DATEDIFF(DAY, `t7`.`before`, `t7`.`day`) AS INT) AS `days`
    FROM (
      SELECT
        `t6`.`environment`,
        `t6`.`owner`,
        `t6`.`day`,
        LAG(`t6`.`day`) OVER (PARTITION BY `t6`.`environment`, `t6`.`owner` ORDER BY `t6`.`day` ASC NULLS LAST) AS `before`
      FROM (
        SELECT DISTINCT
          *
        FROM (
          SELECT
            `t2`.`environment`,
            `t4`.`owner`,
            `t2`.`day`
          FROM `kept` AS `t2`
          INNER JOIN (
            SELECT
              `t1`.`client`,
              `t1`.`environment`,
              `t1`.`owner`
            FROM `kept` AS `t1`
            WHERE
              `t1`.`class` = 'lasting'
          ) AS `t4`
            ON `t2`.`client` = `t4`.`client` AND `t2`.`environment` = `t4`.`environment`
        ) AS `t5`
      ) AS `t6`
    ) AS `t7`
    WHERE
      `t7`.`before` IS NOT NULL
  ) AS `t8`
  GROUP BY
    1
) AS `t9`
ORDER BY
  `t9`.`days` ASC NULLS LAST;
