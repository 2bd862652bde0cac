SELECT
  *
FROM (
  SELECT
    `t0`.`source`,
    COALESCE(`t0`.`lines`, 0) AS `lines`,
    COALESCE(`t0`.`requests`, 0) AS `requests`,
    COALESCE(
      AGGREGATE(
        MAP_VALUES(`t0`.`dropped`),
        CAST(STRUCT(0, 0) AS STRUCT<`sum`: BIGINT, `count`: BIGINT>),
        (`s`, `x`) -> CAST(STRUCT(`x` + COALESCE(`s`.`sum`, 0), (
          `s`.`count`
        ) + IF(`x` IS NOT NULL, 1, 0)) AS STRUCT<`sum`: BIGINT, `count`: BIGINT>),
        `s` -> IF((
          `s`.`count`
        ) > 0, `s`.`sum`, NULL)
      ),
      0
    ) AS `drops`
  FROM `sources` AS `t0`
  WHERE
    (
      (
        CAST(`t0`.`first_time` AS DATE) <= MAKE_DATE(2024, 1, 3)
      )
      AND (
        CAST(`t0`.`last_time` AS DATE) >= MAKE_DATE(2024, 1, 1)
      )
    )
    OR (
      `t0`.`first_time` IS NULL
    )
) AS `t1`
WHERE
  `t1`.`lines` <> (
    `t1`.`requests` + `t1`.`drops`
  )
ORDER BY
  `t1`.`source` ASC NULLS LAST,
  `t1`.`lines` ASC NULLS LAST,
  `t1`.`requests` ASC NULLS LAST,
  `t1`.`drops` ASC NULLS LAST;

SELECT
  SUM(`t1`.`lines`) AS `lines`,
  SUM(`t1`.`requests`) AS `requests`,
  SUM(`t1`.`other_requests`) AS `other_requests`,
  SUM(`t1`.`malformed_tokens`) AS `malformed_tokens`,
  SUM(`t1`.`unknown_tokens`) AS `unknown_tokens`
FROM (
  SELECT
    *
  FROM `sources` AS `t0`
  WHERE
    (
      (
        CAST(`t0`.`first_time` AS DATE) <= MAKE_DATE(2024, 1, 3)
      )
      AND (
        CAST(`t0`.`last_time` AS DATE) >= MAKE_DATE(2024, 1, 1)
      )
    )
    OR (
      `t0`.`first_time` IS NULL
    )
) AS `t1`;

SELECT
  *
FROM (
  SELECT
    `t3`.`reason`,
    SUM(`t3`.`lines`) AS `lines`
  FROM (
    SELECT
      `t2`.`reason`,
      IF(MAP_CONTAINS_KEY(`t2`.`dropped`, `t2`.`reason`), `t2`.`dropped`[`t2`.`reason`], NULL) AS `lines`
    FROM (
      SELECT
        EXPLODE(MAP_KEYS(`t1`.`dropped`)) AS `reason`,
        `t1`.`dropped`
      FROM (
        SELECT
          *
        FROM `sources` AS `t0`
        WHERE
          (
            (
              CAST(`t0`.`first_time` AS DATE) <= MAKE_DATE(2024, 1, 3)
            )
            AND (
              CAST(`t0`.`last_time` AS DATE) >= MAKE_DATE(2024, 1, 1)
            )
          )
          OR (
            `t0`.`first_time` IS NULL
          )
      ) AS `t1`
    ) AS `t2`
    WHERE
      IF(MAP_CONTAINS_KEY(`t2`.`dropped`, `t2`.`reason`), `t2`.`dropped`[`t2`.`reason`], NULL) > 0
  ) AS `t3`
  GROUP BY
    1
) AS `t4`
ORDER BY
  `t4`.`reason` ASC NULLS LAST;
