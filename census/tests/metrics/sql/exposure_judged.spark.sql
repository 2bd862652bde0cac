SELECT
  *
FROM (
  SELECT
    `t6`.`advisory`,
    `t6`.`name`,
    `t6`.`channel`,
    `t6`.`subdir`,
    MIN(`t6`.`day`) AS `day`
  FROM (
    SELECT
      `t5`.`channel`,
      `t5`.`subdir`,
      `t5`.`name`,
      `t5`.`version`,
      `t5`.`build`,
      `t5`.`day`,
      `t4`.`advisory`
    FROM (
      SELECT DISTINCT
        `t0`.`channel`,
        `t0`.`subdir`,
        `t0`.`name`,
        `t0`.`version`,
        `t0`.`build`,
        `t0`.`day`
      FROM `downloads` AS `t0`
      WHERE
        `t0`.`name` IN (
          'bzip2',
          'ca-certificates',
          'openssl',
          'package-0036',
          'package-0045',
          'package-0046',
          'package-0054',
          'readline'
        )
        AND `t0`.`day` <= MAKE_DATE(2024, 1, 3)
    ) AS `t5`
    INNER JOIN (
      SELECT
        `t1`.`advisory`,
        `t1`.`channel`,
        `t1`.`subdir`,
        `t1`.`name`,
        `t1`.`version`,
        `t1`.`build`
      FROM `in_memory` AS `t1`
      WHERE
        `t1`.`is_fix`
    ) AS `t4`
      ON `t5`.`channel` = `t4`.`channel`
      AND `t5`.`subdir` = `t4`.`subdir`
      AND `t5`.`name` = `t4`.`name`
      AND `t5`.`version` = `t4`.`version`
      AND `t5`.`build` = `t4`.`build`
  ) AS `t6`
  GROUP BY
    1,
    2,
    3,
    4
) AS `t7`
ORDER BY
  `t7`.`advisory` ASC NULLS LAST,
  `t7`.`name` ASC NULLS LAST,
  `t7`.`channel` ASC NULLS LAST,
  `t7`.`subdir` ASC NULLS LAST;
