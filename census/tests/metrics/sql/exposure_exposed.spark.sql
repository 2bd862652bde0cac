SELECT
  *
FROM (
  SELECT
    `t17`.`advisory`,
    `t17`.`class`,
    SUM(`t17`.`low`) AS `low`,
    SUM(`t17`.`observed`) AS `observed`,
    SUM(`t17`.`high`) AS `high`,
    SUM(`t17`.`low` * `t17`.`low`) AS `low_squares`,
    SUM(`t17`.`observed` * `t17`.`observed`) AS `observed_squares`,
    SUM(`t17`.`high` * `t17`.`high`) AS `high_squares`
  FROM (
    SELECT
      `t16`.`advisory`,
      `t16`.`class`,
      IF(`t16`.`owner` = UNHEX(''), `t16`.`environment`, `t16`.`owner`) AS `installation`,
      SUM(CAST(`t16`.`low` AS BIGINT)) AS `low`,
      SUM(CAST(`t16`.`observed` AS BIGINT)) AS `observed`,
      SUM(CAST(`t16`.`high` AS BIGINT)) AS `high`
    FROM (
      SELECT
        `t15`.`advisory`,
        `t15`.`class`,
        `t15`.`environment`,
        `t15`.`owner`,
        BOOL_OR(`t15`.`low`) AS `low`,
        BOOL_OR(`t15`.`observed`) AS `observed`,
        BOOL_OR(`t15`.`high`) AS `high`
      FROM (
        SELECT
          `t14`.`advisory`,
          `t14`.`class`,
          `t14`.`environment`,
          `t14`.`owner`,
          (
            `t14`.`last_affected` IS NOT NULL
          )
          AND (
            (
              `t14`.`last_unaffected` IS NULL
            )
            OR (
              `t14`.`last_affected` >= `t14`.`last_unaffected`
            )
          )
          AND NOT (
            COALESCE(
              (
                `t14`.`last_began` > `t14`.`first_unaffected`
              )
              AND (
                `t14`.`last_began` > `t14`.`last_affected`
              ),
              FALSE
            )
          ) AS `low`,
          (
            `t14`.`last_affected` IS NOT NULL
          )
          AND (
            (
              `t14`.`last_unaffected` IS NULL
            )
            OR (
              `t14`.`last_affected` >= `t14`.`last_unaffected`
            )
          ) AS `observed`,
          (
            (
              `t14`.`last_affected` IS NOT NULL
            )
            AND (
              (
                `t14`.`last_unaffected` IS NULL
              )
              OR (
                `t14`.`last_affected` >= `t14`.`last_unaffected`
              )
            )
          )
          OR (
            (
              `t14`.`last_affected` IS NULL
            ) AND (
              `t14`.`last_unaffected` IS NULL
            )
          ) AS `high`
        FROM (
          SELECT
            `t13`.`advisory`,
            `t13`.`name`,
            `t13`.`environment`,
            `t13`.`owner`,
            `t13`.`in_cache`,
            `t13`.`first_unaffected`,
            `t6`.`class`,
            `t6`.`last_day`,
            `t6`.`last_began`,
            `t9`.`advisory` AS `advisory_own`,
            `t9`.`name` AS `name_own`,
            `t9`.`environment` AS `environment_own`,
            `t9`.`owner` AS `owner_own`,
            `t9`.`last_affected`,
            `t9`.`last_unaffected`
          FROM (
            SELECT
              `t11`.`advisory`,
              `t11`.`name`,
              `t11`.`environment`,
              `t11`.`owner`,
              BOOL_OR(`t11`.`in_cache`) AS `in_cache`,
              MIN(`t11`.`first_unaffected`) AS `first_unaffected`
            FROM (
              SELECT
                `t5`.`client`,
                `t5`.`environment`,
                `t5`.`owner`,
                `t10`.`advisory`,
                `t10`.`name`,
                `t10`.`in_cache`,
                `t10`.`first_unaffected`
              FROM (
                SELECT
                  `t0`.`client`,
                  `t0`.`environment`,
                  `t0`.`owner`
                FROM `kept` AS `t0`
              ) AS `t5`
              INNER JOIN (
                SELECT
                  `t2`.`advisory`,
                  `t2`.`name`,
                  `t2`.`client`,
                  BOOL_OR(`t2`.`affected`) AS `in_cache`,
                  MIN(IF(NOT (
                    `t2`.`affected`
                  ), `t2`.`time`, NULL)) AS `first_unaffected`
                FROM `kept` AS `t2`
                GROUP BY
                  1,
                  2,
                  3
              ) AS `t10`
                ON `t5`.`client` = `t10`.`client`
            ) AS `t11`
            GROUP BY
              1,
              2,
              3,
              4
          ) AS `t13`
          INNER JOIN (
            SELECT
              `t0`.`environment`,
              `t0`.`owner`,
              `t0`.`class`,
              MAX(`t0`.`last_day`) AS `last_day`,
              MAX(`t0`.`last_began`) AS `last_began`
            FROM `kept` AS `t0`
            GROUP BY
              1,
              2,
              3
          ) AS `t6`
            ON `t13`.`environment` = `t6`.`environment` AND `t13`.`owner` = `t6`.`owner`
          LEFT OUTER JOIN (
            SELECT
              `t1`.`advisory`,
              `t1`.`name`,
              `t1`.`environment`,
              `t1`.`owner`,
              MAX(IF(`t1`.`affected`, `t1`.`time`, NULL)) AS `last_affected`,
              MAX(IF(NOT (
                `t1`.`affected`
              ), `t1`.`time`, NULL)) AS `last_unaffected`
            FROM `kept` AS `t1`
            GROUP BY
              1,
              2,
              3,
              4
          ) AS `t9`
            ON `t13`.`advisory` = `t9`.`advisory`
            AND `t13`.`name` = `t9`.`name`
            AND `t13`.`environment` = `t9`.`environment`
            AND `t13`.`owner` = `t9`.`owner`
        ) AS `t14`
        WHERE
          `t14`.`in_cache` AND DATEDIFF(DAY, `t14`.`last_day`, MAKE_DATE(2024, 1, 3)) < 30
      ) AS `t15`
      GROUP BY
        1,
        2,
        3,
        4
    ) AS `t16`
    GROUP BY
      1,
      2,
      3
  ) AS `t17`
  GROUP BY
    1,
    2
) AS `t18`
WHERE
  `t18`.`high` > 0
ORDER BY
  `t18`.`advisory` ASC NULLS LAST,
  `t18`.`class` ASC NULLS LAST;
