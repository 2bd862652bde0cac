SELECT
  *
FROM (
  SELECT
    `t11`.`advisory`,
    `t11`.`name`,
    `t11`.`channel`,
    `t11`.`subdir`,
    `t11`.`version`,
    `t11`.`build`,
    `t11`.`affected`,
    `t11`.`class`,
    COUNT(*) AS `units`
  FROM (
    SELECT
      `t10`.`advisory`,
      `t10`.`name`,
      `t10`.`environment`,
      `t10`.`owner`,
      `t10`.`class`,
      `t10`.`channel`,
      `t10`.`subdir`,
      `t10`.`version`,
      `t10`.`build`,
      `t10`.`affected`
    FROM (
      SELECT
        `t9`.`advisory`,
        `t9`.`name`,
        `t9`.`environment`,
        `t9`.`owner`,
        `t9`.`class`,
        `t9`.`number`,
        `t4`.`channel`,
        `t4`.`subdir`,
        `t4`.`version`,
        `t4`.`build`,
        `t4`.`affected`
      FROM (
        SELECT
          `t7`.`advisory`,
          `t7`.`name`,
          `t7`.`environment`,
          `t7`.`owner`,
          `t7`.`class`,
          MAX(`t7`.`number`) AS `number`
        FROM (
          SELECT
            `t2`.`advisory`,
            `t2`.`name`,
            `t2`.`number`,
            `t2`.`environment`,
            `t2`.`day`,
            `t2`.`time`,
            `t2`.`affected`,
            `t2`.`owner`,
            `t2`.`class`,
            `t2`.`weight`
          FROM `kept` AS `t2`
          INNER JOIN (
            SELECT
              `t1`.`advisory`,
              `t1`.`name`,
              `t1`.`environment`,
              `t1`.`owner`,
              MAX(`t1`.`time`) AS `time`
            FROM `kept` AS `t1`
            GROUP BY
              1,
              2,
              3,
              4
          ) AS `t6`
            ON `t2`.`advisory` = `t6`.`advisory`
            AND `t2`.`name` = `t6`.`name`
            AND `t2`.`environment` = `t6`.`environment`
            AND `t2`.`owner` = `t6`.`owner`
            AND `t2`.`time` = `t6`.`time`
        ) AS `t7`
        GROUP BY
          1,
          2,
          3,
          4,
          5
      ) AS `t9`
      INNER JOIN (
        SELECT
          `t0`.`number`,
          `t0`.`channel`,
          `t0`.`subdir`,
          `t0`.`version`,
          `t0`.`build`,
          `t0`.`affected`
        FROM `in_memory` AS `t0`
      ) AS `t4`
        ON `t9`.`number` = `t4`.`number`
    ) AS `t10`
  ) AS `t11`
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8
) AS `t12`
ORDER BY
  `t12`.`advisory` ASC NULLS LAST,
  `t12`.`name` ASC NULLS LAST,
  `t12`.`channel` ASC NULLS LAST,
  `t12`.`subdir` ASC NULLS LAST,
  `t12`.`version` ASC NULLS LAST,
  `t12`.`build` ASC NULLS LAST,
  `t12`.`affected` ASC NULLS LAST,
  `t12`.`class` ASC NULLS LAST;
