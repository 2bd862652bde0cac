SELECT DISTINCT
  `t0`.`head`,
  COALESCE(`t0`.`first_line`, 1) AS `first_line`,
  COALESCE(`t0`.`first_line`, 1) + `t0`.`lines` AS `next_line`,
  CAST(`t0`.`first_time` AS DATE) AS `first_day`,
  CAST(`t0`.`last_time` AS DATE) AS `last_day`
FROM `sources` AS `t0`
WHERE
  `t0`.`first_time` IS NOT NULL;
