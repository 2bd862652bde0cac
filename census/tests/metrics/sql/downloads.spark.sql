SELECT
  COUNT(*) AS `total`
FROM (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS `t1`;
