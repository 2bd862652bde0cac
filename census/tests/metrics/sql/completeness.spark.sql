SELECT
  `t0`.`day`,
  SUM(`t0`.`requests`) AS `number`
FROM `sessions` AS `t0`
GROUP BY
  1;

SELECT
  `t1`.`day`,
  SUM(`t1`.`number`) AS `number`
FROM (
  SELECT
    `t0`.`day`,
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
    ) AS `number`
  FROM `sources` AS `t0`
) AS `t1`
GROUP BY
  1;

SELECT
  CAST(`t0`.`first_time` AS DATE) AS `day`,
  COUNT(*) AS `number`
FROM `sources` AS `t0`
GROUP BY
  1;

SELECT
  CAST(`t0`.`last_time` AS DATE) AS `day`,
  COUNT(*) AS `number`
FROM `sources` AS `t0`
GROUP BY
  1;

SELECT DISTINCT
  `t0`.`head`,
  `t0`.`first_time`,
  `t0`.`last_time`,
  COALESCE(`t0`.`first_line`, 1) AS `first_line`,
  COALESCE(`t0`.`first_line`, 1) + `t0`.`lines` AS `next_line`
FROM `sources` AS `t0`
WHERE
  `t0`.`first_time` IS NOT NULL;

SELECT
  `t0`.`day`,
  DATE_TRUNC('hour', `t0`.`first_time`) AS `first`,
  DATE_TRUNC('hour', `t0`.`last_time`) AS `last`,
  SUM(
    GREATEST(1, CAST(FLOOR((
      COALESCE(`t0`.`requests`, 0)
    ) / (
      50
    )) AS BIGINT))
  ) AS `number`
FROM `sessions` AS `t0`
GROUP BY
  1,
  2,
  3;
