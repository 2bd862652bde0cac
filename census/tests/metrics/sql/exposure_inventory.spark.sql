SELECT
  *
FROM (
  SELECT
    `t15`.`advisory`,
    `t15`.`name`,
    `t15`.`channel`,
    `t15`.`subdir`,
    `t15`.`version`,
    `t15`.`build`,
    `t15`.`affected`,
    `t15`.`class`,
    COUNT(*) AS `units`
  FROM (
    SELECT
      `t14`.`advisory`,
      `t14`.`name`,
      `t14`.`environment`,
      `t14`.`owner`,
      `t14`.`class`,
      `t14`.`channel`,
      `t14`.`subdir`,
      `t14`.`version`,
      `t14`.`build`,
      `t14`.`affected`
    FROM (
      SELECT
        `t13`.`advisory`,
        `t13`.`name`,
        `t13`.`environment`,
        `t13`.`owner`,
        `t13`.`class`,
        `t13`.`number`,
        `t6`.`channel`,
        `t6`.`subdir`,
        `t6`.`version`,
        `t6`.`build`,
        `t6`.`affected`
      FROM (
        SELECT
          `t11`.`advisory`,
          `t11`.`name`,
          `t11`.`environment`,
          `t11`.`owner`,
          `t11`.`class`,
          MAX(`t11`.`number`) AS `number`
        FROM (
          SELECT
            `t3`.`advisory`,
            `t3`.`name`,
            `t3`.`number`,
            `t3`.`client`,
            `t3`.`environment`,
            `t3`.`day`,
            `t3`.`time`,
            `t3`.`affected`,
            `t7`.`owner`,
            `t7`.`class`
          FROM `kept` AS `t3`
          INNER JOIN (
            SELECT
              `t2`.`client`,
              `t2`.`environment`,
              `t2`.`owner`,
              `t2`.`class`
            FROM `kept` AS `t2`
          ) AS `t7`
            ON `t3`.`client` = `t7`.`client` AND `t3`.`environment` = `t7`.`environment`
          INNER JOIN (
            SELECT
              `t8`.`advisory`,
              `t8`.`name`,
              `t8`.`environment`,
              `t8`.`owner`,
              MAX(`t8`.`time`) AS `time`
            FROM (
              SELECT
                `t3`.`advisory`,
                `t3`.`name`,
                `t3`.`number`,
                `t3`.`client`,
                `t3`.`environment`,
                `t3`.`day`,
                `t3`.`time`,
                `t3`.`affected`,
                `t7`.`owner`,
                `t7`.`class`
              FROM `kept` AS `t3`
              INNER JOIN (
                SELECT
                  `t2`.`client`,
                  `t2`.`environment`,
                  `t2`.`owner`,
                  `t2`.`class`
                FROM `kept` AS `t2`
              ) AS `t7`
                ON `t3`.`client` = `t7`.`client` AND `t3`.`environment` = `t7`.`environment`
            ) AS `t8`
            GROUP BY
              1,
              2,
              3,
              4
          ) AS `t10`
            ON `t3`.`advisory` = `t10`.`advisory`
            AND `t3`.`name` = `t10`.`name`
            AND `t3`.`environment` = `t10`.`environment`
            AND `t7`.`owner` = `t10`.`owner`
            AND `t3`.`time` = `t10`.`time`
        ) AS `t11`
        GROUP BY
          1,
          2,
          3,
          4,
          5
      ) AS `t13`
      INNER JOIN (
        SELECT
          `t0`.`number`,
          `t0`.`channel`,
          `t0`.`subdir`,
          `t0`.`version`,
          `t0`.`build`,
          `t0`.`affected`
        FROM `in_memory` AS `t0`
      ) AS `t6`
        ON `t13`.`number` = `t6`.`number`
    ) AS `t14`
  ) AS `t15`
  GROUP BY
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8
) AS `t16`
ORDER BY
  `t16`.`advisory` ASC NULLS LAST,
  `t16`.`name` ASC NULLS LAST,
  `t16`.`channel` ASC NULLS LAST,
  `t16`.`subdir` ASC NULLS LAST,
  `t16`.`version` ASC NULLS LAST,
  `t16`.`build` ASC NULLS LAST,
  `t16`.`affected` ASC NULLS LAST,
  `t16`.`class` ASC NULLS LAST;
