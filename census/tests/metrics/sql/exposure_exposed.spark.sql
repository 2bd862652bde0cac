SELECT
  *
FROM (
  SELECT
    `t14`.`advisory`,
    `t14`.`class`,
    SUM(`t14`.`low`) AS `low`,
    SUM(`t14`.`observed`) AS `observed`,
    SUM(`t14`.`high`) AS `high`,
    SUM(`t14`.`low` * `t14`.`low`) AS `low_squares`,
    SUM(`t14`.`observed` * `t14`.`observed`) AS `observed_squares`,
    SUM(`t14`.`high` * `t14`.`high`) AS `high_squares`
  FROM (
    SELECT
      `t13`.`advisory`,
      `t13`.`class`,
      IF(`t13`.`owner` = UNHEX(''), `t13`.`environment`, `t13`.`owner`) AS `installation`,
      COALESCE(SUM(IF(`t13`.`low`, `t13`.`weight`, NULL)), 0.0) AS `low`,
      COALESCE(SUM(IF(`t13`.`observed`, `t13`.`weight`, NULL)), 0.0) AS `observed`,
      COALESCE(SUM(IF(`t13`.`high`, `t13`.`weight`, NULL)), 0.0) AS `high`
    FROM (
      SELECT
        `t12`.`advisory`,
        `t12`.`class`,
        `t12`.`environment`,
        `t12`.`owner`,
        MAX(`t12`.`weight`) AS `weight`,
        BOOL_OR(`t12`.`low`) AS `low`,
        BOOL_OR(`t12`.`observed`) AS `observed`,
        BOOL_OR(`t12`.`high`) AS `high`
      FROM (
        SELECT
          `t11`.`advisory`,
          `t11`.`class`,
          `t11`.`weight`,
          `t11`.`environment`,
          `t11`.`owner`,
          (
            `t11`.`last_affected` IS NOT NULL
          )
          AND (
            (
              `t11`.`last_unaffected` IS NULL
            )
            OR (
              `t11`.`last_affected` >= `t11`.`last_unaffected`
            )
          )
          AND NOT (
            COALESCE(
              (
                `t11`.`last_began` > `t11`.`first_unaffected`
              )
              AND (
                `t11`.`last_began` > `t11`.`last_affected`
              ),
              FALSE
            )
          ) AS `low`,
          (
            `t11`.`last_affected` IS NOT NULL
          )
          AND (
            (
              `t11`.`last_unaffected` IS NULL
            )
            OR (
              `t11`.`last_affected` >= `t11`.`last_unaffected`
            )
          ) AS `observed`,
          (
            (
              `t11`.`last_affected` IS NOT NULL
            )
            AND (
              (
                `t11`.`last_unaffected` IS NULL
              )
              OR (
                `t11`.`last_affected` >= `t11`.`last_unaffected`
              )
            )
          )
          OR (
            (
              `t11`.`last_affected` IS NULL
            ) AND (
              `t11`.`last_unaffected` IS NULL
            )
          ) AS `high`
        FROM (
          SELECT
            `t10`.`advisory`,
            `t10`.`name`,
            `t10`.`environment`,
            `t10`.`owner`,
            `t10`.`class`,
            `t10`.`last_day`,
            `t10`.`last_began`,
            `t10`.`in_cache`,
            `t10`.`first_unaffected`,
            `t10`.`weight`,
            `t6`.`advisory` AS `advisory_own`,
            `t6`.`name` AS `name_own`,
            `t6`.`environment` AS `environment_own`,
            `t6`.`owner` AS `owner_own`,
            `t6`.`last_affected`,
            `t6`.`last_unaffected`
          FROM (
            SELECT
              `t8`.`advisory`,
              `t8`.`name`,
              `t8`.`environment`,
              `t8`.`owner`,
              `t8`.`class`,
              MAX(`t8`.`last_day`) AS `last_day`,
              MAX(`t8`.`last_began`) AS `last_began`,
              BOOL_OR(`t8`.`in_cache`) AS `in_cache`,
              MIN(`t8`.`first_unaffected`) AS `first_unaffected`,
              MAX(`t8`.`weight`) AS `weight`
            FROM (
              SELECT
                `t3`.`client`,
                `t3`.`environment`,
                `t3`.`owner`,
                `t3`.`class`,
                `t3`.`last_day`,
                `t3`.`last_began`,
                `t3`.`weight`,
                `t7`.`advisory`,
                `t7`.`name`,
                `t7`.`in_cache`,
                `t7`.`first_unaffected`
              FROM `kept` AS `t3`
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
              ) AS `t7`
                ON `t3`.`client` = `t7`.`client`
            ) AS `t8`
            GROUP BY
              1,
              2,
              3,
              4,
              5
          ) AS `t10`
          LEFT OUTER JOIN (
            SELECT
              `t0`.`advisory`,
              `t0`.`name`,
              `t0`.`environment`,
              `t0`.`owner`,
              MAX(IF(`t0`.`affected`, `t0`.`time`, NULL)) AS `last_affected`,
              MAX(IF(NOT (
                `t0`.`affected`
              ), `t0`.`time`, NULL)) AS `last_unaffected`
            FROM `kept` AS `t0`
            GROUP BY
              1,
              2,
              3,
              4
          ) AS `t6`
            ON `t10`.`advisory` = `t6`.`advisory`
            AND `t10`.`name` = `t6`.`name`
            AND `t10`.`environment` = `t6`.`environment`
            AND `t10`.`owner` = `t6`.`owner`
        ) AS `t11`
        WHERE
          `t11`.`in_cache` AND DATEDIFF(DAY, `t11`.`last_day`, MAKE_DATE(2024, 1, 3)) < 30
      ) AS `t12`
      GROUP BY
        1,
        2,
        3,
        4
    ) AS `t13`
    GROUP BY
      1,
      2,
      3
  ) AS `t14`
  GROUP BY
    1,
    2
) AS `t15`
WHERE
  `t15`.`high` > 0
ORDER BY
  `t15`.`advisory` ASC NULLS LAST,
  `t15`.`class` ASC NULLS LAST;
