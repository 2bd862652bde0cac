WITH `t7` AS (
  SELECT DISTINCT
    `t0`.`advisory`,
    `t0`.`disclosed`
  FROM `in_memory` AS `t0`
), `t18` AS (
  SELECT
    `t4`.`advisory`,
    `t4`.`name`,
    `t4`.`number`,
    `t4`.`environment`,
    `t4`.`day`,
    `t4`.`time`,
    `t4`.`affected`,
    `t4`.`owner`,
    `t4`.`class`,
    `t15`.`disclosed`
  FROM `kept` AS `t4`
  INNER JOIN `t7` AS `t15`
    ON `t4`.`advisory` = `t15`.`advisory`
), `t37` AS (
  SELECT
    `t34`.`advisory`,
    `t34`.`name`,
    `t34`.`environment`,
    `t34`.`owner`,
    `t34`.`class`,
    `t34`.`disclosed`,
    `t34`.`affected_before`,
    `t34`.`unaffected_before`,
    `t34`.`affected_after`,
    `t34`.`affected_day`,
    `t34`.`unaffected_day`,
    `t34`.`advisory_seen`,
    `t34`.`environment_seen`,
    `t34`.`owner_seen`,
    `t34`.`seen_before`,
    `t34`.`seen_after`,
    `t34`.`last_day`,
    COALESCE(
      (
        `t34`.`affected_before` IS NOT NULL
      )
      AND (
        (
          `t34`.`unaffected_before` IS NULL
        )
        OR (
          `t34`.`affected_before` >= `t34`.`unaffected_before`
        )
      )
      AND (
        DATEDIFF(DAY, `t34`.`seen_before`, `t34`.`disclosed`) < 30
      ),
      FALSE
    ) AS `is_prevalent`,
    COALESCE(
      (
        `t34`.`affected_before` IS NOT NULL
      )
      AND (
        (
          `t34`.`unaffected_before` IS NULL
        )
        OR (
          `t34`.`affected_before` >= `t34`.`unaffected_before`
        )
      )
      AND NOT (
        COALESCE(
          (
            `t34`.`affected_before` IS NOT NULL
          )
          AND (
            (
              `t34`.`unaffected_before` IS NULL
            )
            OR (
              `t34`.`affected_before` >= `t34`.`unaffected_before`
            )
          )
          AND (
            DATEDIFF(DAY, `t34`.`seen_before`, `t34`.`disclosed`) < 30
          ),
          FALSE
        )
      )
      AND (
        `t34`.`seen_after` IS NOT NULL
      )
      AND (
        (
          `t34`.`unaffected_day` IS NULL
        )
        OR (
          `t34`.`unaffected_day` > `t34`.`seen_after`
        )
      ),
      FALSE
    ) AS `is_returned`,
    CASE
      WHEN COALESCE(
        (
          `t34`.`affected_before` IS NOT NULL
        )
        AND (
          (
            `t34`.`unaffected_before` IS NULL
          )
          OR (
            `t34`.`affected_before` >= `t34`.`unaffected_before`
          )
        )
        AND (
          DATEDIFF(DAY, `t34`.`seen_before`, `t34`.`disclosed`) < 30
        ),
        FALSE
      )
      THEN `t34`.`disclosed`
      WHEN COALESCE(
        (
          `t34`.`affected_before` IS NOT NULL
        )
        AND (
          (
            `t34`.`unaffected_before` IS NULL
          )
          OR (
            `t34`.`affected_before` >= `t34`.`unaffected_before`
          )
        )
        AND NOT (
          COALESCE(
            (
              `t34`.`affected_before` IS NOT NULL
            )
            AND (
              (
                `t34`.`unaffected_before` IS NULL
              )
              OR (
                `t34`.`affected_before` >= `t34`.`unaffected_before`
              )
            )
            AND (
              DATEDIFF(DAY, `t34`.`seen_before`, `t34`.`disclosed`) < 30
            ),
            FALSE
          )
        )
        AND (
          `t34`.`seen_after` IS NOT NULL
        )
        AND (
          (
            `t34`.`unaffected_day` IS NULL
          )
          OR (
            `t34`.`unaffected_day` > `t34`.`seen_after`
          )
        ),
        FALSE
      )
      THEN `t34`.`seen_after`
      ELSE `t34`.`affected_day`
    END AS `start`
  FROM (
    SELECT
      `t32`.`advisory`,
      `t32`.`name`,
      `t32`.`environment`,
      `t32`.`owner`,
      `t32`.`class`,
      `t32`.`disclosed`,
      `t32`.`affected_before`,
      `t32`.`unaffected_before`,
      `t32`.`affected_after`,
      `t32`.`affected_day`,
      `t32`.`unaffected_day`,
      `t29`.`advisory` AS `advisory_seen`,
      `t29`.`environment` AS `environment_seen`,
      `t29`.`owner` AS `owner_seen`,
      `t29`.`seen_before`,
      `t29`.`seen_after`,
      `t29`.`last_day`
    FROM (
      SELECT
        `t21`.`advisory`,
        `t21`.`name`,
        `t21`.`environment`,
        `t21`.`owner`,
        `t21`.`class`,
        `t21`.`disclosed`,
        MAX(
          IF((
            `t21`.`day` <= `t21`.`disclosed`
          ) AND `t21`.`affected`, `t21`.`time`, NULL)
        ) AS `affected_before`,
        MAX(
          IF(
            (
              `t21`.`day` <= `t21`.`disclosed`
            ) AND NOT (
              `t21`.`affected`
            ),
            `t21`.`time`,
            NULL
          )
        ) AS `unaffected_before`,
        MIN(
          IF(NOT (
            `t21`.`day` <= `t21`.`disclosed`
          ) AND `t21`.`affected`, `t21`.`time`, NULL)
        ) AS `affected_after`,
        MIN(
          IF(NOT (
            `t21`.`day` <= `t21`.`disclosed`
          ) AND `t21`.`affected`, `t21`.`day`, NULL)
        ) AS `affected_day`,
        MIN(
          IF(
            NOT (
              `t21`.`day` <= `t21`.`disclosed`
            ) AND NOT (
              `t21`.`affected`
            ),
            `t21`.`day`,
            NULL
          )
        ) AS `unaffected_day`
      FROM `t18` AS `t21`
      GROUP BY
        1,
        2,
        3,
        4,
        5,
        6
    ) AS `t32`
    LEFT OUTER JOIN (
      SELECT
        `t19`.`advisory`,
        `t19`.`environment`,
        `t19`.`owner`,
        MAX(IF(`t19`.`day` <= `t19`.`disclosed`, `t19`.`day`, NULL)) AS `seen_before`,
        MIN(IF(NOT (
          `t19`.`day` <= `t19`.`disclosed`
        ), `t19`.`day`, NULL)) AS `seen_after`,
        MAX(`t19`.`day`) AS `last_day`
      FROM (
        SELECT
          `t5`.`environment`,
          `t5`.`owner`,
          `t5`.`class`,
          `t5`.`day`,
          `t13`.`advisory`,
          `t16`.`disclosed`
        FROM `kept` AS `t5`
        INNER JOIN (
          SELECT DISTINCT
            `t1`.`advisory`,
            `t1`.`environment`,
            `t1`.`owner`
          FROM `kept` AS `t1`
          WHERE
            `t1`.`affected`
        ) AS `t13`
          ON `t5`.`environment` = `t13`.`environment` AND `t5`.`owner` = `t13`.`owner`
        INNER JOIN `t7` AS `t16`
          ON `t13`.`advisory` = `t16`.`advisory`
      ) AS `t19`
      GROUP BY
        1,
        2,
        3
    ) AS `t29`
      ON `t32`.`advisory` = `t29`.`advisory`
      AND `t32`.`environment` = `t29`.`environment`
      AND `t32`.`owner` = `t29`.`owner`
  ) AS `t34`
)
SELECT
  `t48`.`advisory`,
  `t48`.`class`,
  `t48`.`is_prevalent`,
  `t48`.`entry`,
  `t48`.`last_visit`,
  `t48`.`fix`,
  IF(`t48`.`owner` = UNHEX(''), `t48`.`environment`, `t48`.`owner`) AS `installation`,
  IF(`t48`.`is_healed`, `t48`.`event`, CAST(NULL AS INT)) AS `event`
FROM (
  SELECT
    `t47`.`advisory`,
    `t47`.`environment`,
    `t47`.`owner`,
    `t47`.`class`,
    BOOL_OR(`t47`.`is_prevalent`) AS `is_prevalent`,
    MIN(`t47`.`entry`) AS `entry`,
    MAX(`t47`.`event`) AS `event`,
    BOOL_AND(`t47`.`event` IS NOT NULL) AS `is_healed`,
    MAX(`t47`.`last_visit`) AS `last_visit`,
    MAX(`t47`.`fix`) AS `fix`
  FROM (
    SELECT
      `t41`.`advisory`,
      `t41`.`environment`,
      `t41`.`owner`,
      `t41`.`class`,
      `t41`.`is_prevalent`,
      CAST(DATEDIFF(DAY, `t41`.`disclosed`, `t41`.`start`) AS INT) - CAST(NOT (
        `t41`.`is_prevalent`
      ) AND NOT (
        `t41`.`is_returned`
      ) AS INT) AS `entry`,
      CAST(DATEDIFF(DAY, `t41`.`disclosed`, `t46`.`event`) AS INT) AS `event`,
      CAST(DATEDIFF(DAY, `t41`.`disclosed`, `t41`.`last_day`) AS INT) AS `last_visit`,
      CAST(DATEDIFF(DAY, `t41`.`disclosed`, `t36`.`fix`) AS INT) AS `fix`
    FROM (
      SELECT
        *
      FROM `t37` AS `t38`
      WHERE
        `t38`.`start` IS NOT NULL
    ) AS `t41`
    LEFT OUTER JOIN (
      SELECT
        `t44`.`advisory`,
        `t44`.`name`,
        `t44`.`environment`,
        `t44`.`owner`,
        MIN(`t44`.`day`) AS `event`
      FROM (
        SELECT
          *
        FROM (
          SELECT
            `t26`.`advisory`,
            `t26`.`name`,
            `t26`.`number`,
            `t26`.`environment`,
            `t26`.`day`,
            `t26`.`time`,
            `t26`.`affected`,
            `t26`.`owner`,
            `t26`.`class`,
            `t26`.`disclosed`,
            `t42`.`is_prevalent`,
            `t42`.`is_returned`,
            `t42`.`affected_after`
          FROM (
            SELECT
              *
            FROM `t18` AS `t21`
            WHERE
              NOT (
                `t21`.`affected`
              ) AND `t21`.`day` > `t21`.`disclosed`
          ) AS `t26`
          INNER JOIN (
            SELECT
              `t38`.`advisory`,
              `t38`.`name`,
              `t38`.`environment`,
              `t38`.`owner`,
              `t38`.`is_prevalent`,
              `t38`.`is_returned`,
              `t38`.`affected_after`
            FROM `t37` AS `t38`
            WHERE
              `t38`.`start` IS NOT NULL
          ) AS `t42`
            ON `t26`.`advisory` = `t42`.`advisory`
            AND `t26`.`name` = `t42`.`name`
            AND `t26`.`environment` = `t42`.`environment`
            AND `t26`.`owner` = `t42`.`owner`
        ) AS `t43`
        WHERE
          `t43`.`is_prevalent`
          OR `t43`.`is_returned`
          OR (
            `t43`.`time` > `t43`.`affected_after`
          )
      ) AS `t44`
      GROUP BY
        1,
        2,
        3,
        4
    ) AS `t46`
      ON `t41`.`advisory` = `t46`.`advisory`
      AND `t41`.`name` = `t46`.`name`
      AND `t41`.`environment` = `t46`.`environment`
      AND `t41`.`owner` = `t46`.`owner`
    LEFT OUTER JOIN (
      SELECT
        `t33`.`advisory`,
        `t33`.`name`,
        `t33`.`environment`,
        `t33`.`owner`,
        MIN(`t33`.`fix`) AS `fix`
      FROM (
        SELECT
          `t24`.`advisory`,
          `t24`.`name`,
          `t24`.`environment`,
          `t24`.`owner`,
          `t24`.`number`,
          `t10`.`channel`,
          `t10`.`subdir`,
          `t30`.`fix`
        FROM (
          SELECT DISTINCT
            `t21`.`advisory`,
            `t21`.`name`,
            `t21`.`environment`,
            `t21`.`owner`,
            `t21`.`number`
          FROM `t18` AS `t21`
          WHERE
            `t21`.`affected`
        ) AS `t24`
        INNER JOIN (
          SELECT
            `t0`.`number`,
            `t0`.`channel`,
            `t0`.`subdir`
          FROM `in_memory` AS `t0`
        ) AS `t10`
          ON `t24`.`number` = `t10`.`number`
        INNER JOIN (
          SELECT
            `t23`.`advisory`,
            `t23`.`name`,
            `t23`.`channel`,
            `t23`.`subdir`,
            `t23`.`day` AS `fix`
          FROM (
            SELECT
              `t20`.`advisory`,
              `t20`.`name`,
              `t20`.`channel`,
              `t20`.`subdir`,
              MIN(`t20`.`day`) AS `day`
            FROM (
              SELECT
                `t17`.`channel`,
                `t17`.`subdir`,
                `t17`.`name`,
                `t17`.`version`,
                `t17`.`build`,
                `t17`.`day`,
                `t12`.`advisory`
              FROM (
                SELECT DISTINCT
                  `t3`.`channel`,
                  `t3`.`subdir`,
                  `t3`.`name`,
                  `t3`.`version`,
                  `t3`.`build`,
                  `t3`.`day`
                FROM `downloads` AS `t3`
                WHERE
                  `t3`.`name` IN (
                    'bzip2',
                    'ca-certificates',
                    'openssl',
                    'package-0036',
                    'package-0045',
                    'package-0046',
                    'package-0054',
                    'readline'
                  )
                  AND `t3`.`day` <= MAKE_DATE(2024, 1, 3)
              ) AS `t17`
              INNER JOIN (
                SELECT
                  `t0`.`advisory`,
                  `t0`.`channel`,
                  `t0`.`subdir`,
                  `t0`.`name`,
                  `t0`.`version`,
                  `t0`.`build`
                FROM `in_memory` AS `t0`
                WHERE
                  `t0`.`is_fix`
              ) AS `t12`
                ON `t17`.`channel` = `t12`.`channel`
                AND `t17`.`subdir` = `t12`.`subdir`
                AND `t17`.`name` = `t12`.`name`
                AND `t17`.`version` = `t12`.`version`
                AND `t17`.`build` = `t12`.`build`
            ) AS `t20`
            GROUP BY
              1,
              2,
              3,
              4
          ) AS `t23`
        ) AS `t30`
          ON `t24`.`advisory` = `t30`.`advisory`
          AND `t24`.`name` = `t30`.`name`
          AND `t10`.`channel` = `t30`.`channel`
          AND `t10`.`subdir` = `t30`.`subdir`
      ) AS `t33`
      GROUP BY
        1,
        2,
        3,
        4
    ) AS `t36`
      ON `t41`.`advisory` = `t36`.`advisory`
      AND `t41`.`name` = `t36`.`name`
      AND `t41`.`environment` = `t36`.`environment`
      AND `t41`.`owner` = `t36`.`owner`
  ) AS `t47`
  GROUP BY
    1,
    2,
    3,
    4
) AS `t48`
ORDER BY
  `t48`.`advisory` ASC NULLS LAST,
  IF(`t48`.`owner` = UNHEX(''), `t48`.`environment`, `t48`.`owner`) ASC NULLS LAST,
  `t48`.`class` ASC NULLS LAST,
  `t48`.`is_prevalent` ASC NULLS LAST,
  `t48`.`entry` ASC NULLS LAST,
  IF(`t48`.`is_healed`, `t48`.`event`, CAST(NULL AS INT)) ASC NULLS LAST,
  `t48`.`last_visit` ASC NULLS LAST,
  `t48`.`fix` ASC NULLS LAST;
