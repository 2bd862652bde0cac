WITH `t10` AS (
  SELECT
    `t9`.`advisory`,
    `t9`.`channel`,
    `t9`.`subdir`,
    `t9`.`name`,
    `t9`.`version`,
    `t9`.`build`,
    `t9`.`session`
  FROM (
    SELECT
      `t7`.`channel`,
      `t7`.`subdir`,
      `t7`.`name`,
      `t7`.`version`,
      `t7`.`build`,
      `t7`.`session`,
      `t6`.`number`,
      `t6`.`advisory`,
      `t6`.`affected`
    FROM (
      SELECT
        `t0`.`channel`,
        `t0`.`subdir`,
        `t0`.`name`,
        `t0`.`version`,
        `t0`.`build`,
        `t0`.`session`
      FROM `downloads` AS `t0`
      WHERE
        `t0`.`day` >= MAKE_DATE(2023, 12, 5)
        AND `t0`.`name` IN (
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
    ) AS `t7`
    INNER JOIN (
      SELECT
        `t2`.`number`,
        `t2`.`advisory`,
        `t2`.`affected`,
        `t2`.`channel`,
        `t2`.`subdir`,
        `t2`.`name`,
        `t2`.`version`,
        `t2`.`build`
      FROM `in_memory` AS `t2`
    ) AS `t6`
      ON `t7`.`channel` = `t6`.`channel`
      AND `t7`.`subdir` = `t6`.`subdir`
      AND `t7`.`name` = `t6`.`name`
      AND `t7`.`version` = `t6`.`version`
      AND `t7`.`build` = `t6`.`build`
  ) AS `t9`
  WHERE
    `t9`.`affected`
)
SELECT
  `t17`.`advisory`,
  `t17`.`channel`,
  `t17`.`subdir`,
  `t17`.`name`,
  `t17`.`version`,
  `t17`.`build`,
  `t17`.`tool`,
  COUNT(*) AS `downloads`
FROM (
  SELECT
    `t12`.`advisory`,
    `t12`.`channel`,
    `t12`.`subdir`,
    `t12`.`name`,
    `t12`.`version`,
    `t12`.`build`,
    `t12`.`session`,
    `t16`.`session` AS `session_right`,
    `t16`.`tool`
  FROM `t10` AS `t12`
  LEFT OUTER JOIN (
    SELECT
      `t14`.`session`,
      MAX(`t14`.`tool`) AS `tool`
    FROM (
      SELECT
        `t8`.`day`,
        `t8`.`session`,
        `t8`.`folded`,
        `t8`.`client`,
        `t8`.`environment`,
        `t8`.`network`,
        `t8`.`sharing`,
        `t8`.`tool`,
        `t8`.`tool_version`,
        `t8`.`python`,
        `t8`.`python_version`,
        `t8`.`os`,
        `t8`.`os_version`,
        `t8`.`distro`,
        `t8`.`distro_version`,
        `t8`.`libc`,
        `t8`.`libc_version`,
        `t8`.`solver`,
        `t8`.`solver_version`,
        `t8`.`plugin_version`,
        `t8`.`organizations`,
        `t8`.`installers`,
        `t8`.`machines`,
        `t8`.`first_time`,
        `t8`.`last_time`,
        `t8`.`requests`,
        `t8`.`index_requests`,
        `t8`.`downloads`,
        `t8`.`heartbeats`,
        `t8`.`bytes`
      FROM (
        SELECT
          *
        FROM `sessions` AS `t1`
        WHERE
          `t1`.`day` BETWEEN MAKE_DATE(2023, 12, 4) AND MAKE_DATE(2024, 1, 3)
      ) AS `t8`
      LEFT SEMI JOIN `t10` AS `t13`
        ON `t8`.`session` = `t13`.`session`
    ) AS `t14`
    GROUP BY
      1
  ) AS `t16`
    ON `t12`.`session` = `t16`.`session`
) AS `t17`
GROUP BY
  1,
  2,
  3,
  4,
  5,
  6,
  7;
