SELECT
  COUNT(DISTINCT IF(NOT (
    COALESCE(`t1`.`folded`, FALSE)
  ), `t1`.`session`, NULL)) AS `total`,
  COUNT(DISTINCT IF(COALESCE(`t1`.`folded`, FALSE), `t1`.`session`, NULL)) AS `without_token`
FROM (
  SELECT
    *
  FROM `sessions` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS `t1`;
