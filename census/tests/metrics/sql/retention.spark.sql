SELECT
  `t1`.`first_week`,
  COUNT(*) AS `installations`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 0)
  ) & CAST(1 AS BIGINT)) AS `back_0`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 1)
  ) & CAST(1 AS BIGINT)) AS `back_1`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 2)
  ) & CAST(1 AS BIGINT)) AS `back_2`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 3)
  ) & CAST(1 AS BIGINT)) AS `back_3`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 4)
  ) & CAST(1 AS BIGINT)) AS `back_4`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 5)
  ) & CAST(1 AS BIGINT)) AS `back_5`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 6)
  ) & CAST(1 AS BIGINT)) AS `back_6`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 7)
  ) & CAST(1 AS BIGINT)) AS `back_7`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 8)
  ) & CAST(1 AS BIGINT)) AS `back_8`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 9)
  ) & CAST(1 AS BIGINT)) AS `back_9`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 10)
  ) & CAST(1 AS BIGINT)) AS `back_10`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 11)
  ) & CAST(1 AS BIGINT)) AS `back_11`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 12)
  ) & CAST(1 AS BIGINT)) AS `back_12`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 13)
  ) & CAST(1 AS BIGINT)) AS `back_13`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 14)
  ) & CAST(1 AS BIGINT)) AS `back_14`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 15)
  ) & CAST(1 AS BIGINT)) AS `back_15`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 16)
  ) & CAST(1 AS BIGINT)) AS `back_16`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 17)
  ) & CAST(1 AS BIGINT)) AS `back_17`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 18)
  ) & CAST(1 AS BIGINT)) AS `back_18`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 19)
  ) & CAST(1 AS BIGINT)) AS `back_19`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 20)
  ) & CAST(1 AS BIGINT)) AS `back_20`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 21)
  ) & CAST(1 AS BIGINT)) AS `back_21`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 22)
  ) & CAST(1 AS BIGINT)) AS `back_22`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 23)
  ) & CAST(1 AS BIGINT)) AS `back_23`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 24)
  ) & CAST(1 AS BIGINT)) AS `back_24`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 25)
  ) & CAST(1 AS BIGINT)) AS `back_25`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 26)
  ) & CAST(1 AS BIGINT)) AS `back_26`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 27)
  ) & CAST(1 AS BIGINT)) AS `back_27`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 28)
  ) & CAST(1 AS BIGINT)) AS `back_28`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 29)
  ) & CAST(1 AS BIGINT)) AS `back_29`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 30)
  ) & CAST(1 AS BIGINT)) AS `back_30`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 31)
  ) & CAST(1 AS BIGINT)) AS `back_31`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 32)
  ) & CAST(1 AS BIGINT)) AS `back_32`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 33)
  ) & CAST(1 AS BIGINT)) AS `back_33`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 34)
  ) & CAST(1 AS BIGINT)) AS `back_34`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 35)
  ) & CAST(1 AS BIGINT)) AS `back_35`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 36)
  ) & CAST(1 AS BIGINT)) AS `back_36`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 37)
  ) & CAST(1 AS BIGINT)) AS `back_37`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 38)
  ) & CAST(1 AS BIGINT)) AS `back_38`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 39)
  ) & CAST(1 AS BIGINT)) AS `back_39`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 40)
  ) & CAST(1 AS BIGINT)) AS `back_40`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 41)
  ) & CAST(1 AS BIGINT)) AS `back_41`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 42)
  ) & CAST(1 AS BIGINT)) AS `back_42`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 43)
  ) & CAST(1 AS BIGINT)) AS `back_43`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 44)
  ) & CAST(1 AS BIGINT)) AS `back_44`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 45)
  ) & CAST(1 AS BIGINT)) AS `back_45`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 46)
  ) & CAST(1 AS BIGINT)) AS `back_46`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 47)
  ) & CAST(1 AS BIGINT)) AS `back_47`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 48)
  ) & CAST(1 AS BIGINT)) AS `back_48`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 49)
  ) & CAST(1 AS BIGINT)) AS `back_49`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 50)
  ) & CAST(1 AS BIGINT)) AS `back_50`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 51)
  ) & CAST(1 AS BIGINT)) AS `back_51`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 52)
  ) & CAST(1 AS BIGINT)) AS `back_52`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 53)
  ) & CAST(1 AS BIGINT)) AS `back_53`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 54)
  ) & CAST(1 AS BIGINT)) AS `back_54`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 55)
  ) & CAST(1 AS BIGINT)) AS `back_55`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 56)
  ) & CAST(1 AS BIGINT)) AS `back_56`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 57)
  ) & CAST(1 AS BIGINT)) AS `back_57`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 58)
  ) & CAST(1 AS BIGINT)) AS `back_58`,
  SUM((
    SHIFTRIGHT(`t1`.`weeks`, 59)
  ) & CAST(1 AS BIGINT)) AS `back_59`
FROM (
  SELECT
    `t0`.`client`,
    `t0`.`first_day`,
    `t0`.`last_day`,
    `t0`.`first_time`,
    `t0`.`last_time`,
    `t0`.`environments`,
    `t0`.`weeks`,
    `t0`.`is_baked`,
    `t0`.`class`,
    CAST(CAST(FLOOR((
      DATEDIFF(DAY, `t0`.`first_day`, MAKE_DATE(2024, 1, 7))
    ) / (
      7
    )) AS BIGINT) AS INT) AS `first_week`
  FROM `kept` AS `t0`
  WHERE
    CAST(CAST(FLOOR((
      DATEDIFF(DAY, `t0`.`first_day`, MAKE_DATE(2024, 1, 7))
    ) / (
      7
    )) AS BIGINT) AS INT) < 60
) AS `t1`
GROUP BY
  1;
