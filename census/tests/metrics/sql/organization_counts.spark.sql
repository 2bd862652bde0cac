SELECT
  COUNT(
    DISTINCT IF(
      COALESCE(
        IF(
          `t1`.`organizations` IS NULL,
          NULL,
          COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f31')), FALSE)
        ),
        FALSE
      ),
      `t1`.`client`,
      NULL
    )
  ) AS `installations_0`,
  COUNT(
    DISTINCT IF(
      COALESCE(
        IF(
          `t1`.`organizations` IS NULL,
          NULL,
          COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f31')), FALSE)
        ),
        FALSE
      )
      AND NOT (
        COALESCE(`t1`.`folded`, FALSE)
      ),
      `t1`.`session`,
      NULL
    )
  ) AS `sessions_0`,
  COUNT(
    DISTINCT IF(
      COALESCE(
        IF(
          `t1`.`organizations` IS NULL,
          NULL,
          COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f32')), FALSE)
        ),
        FALSE
      ),
      `t1`.`client`,
      NULL
    )
  ) AS `installations_1`,
  COUNT(
    DISTINCT IF(
      COALESCE(
        IF(
          `t1`.`organizations` IS NULL,
          NULL,
          COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f32')), FALSE)
        ),
        FALSE
      )
      AND NOT (
        COALESCE(`t1`.`folded`, FALSE)
      ),
      `t1`.`session`,
      NULL
    )
  ) AS `sessions_1`,
  COUNT(
    DISTINCT IF(
      COALESCE(
        IF(
          `t1`.`organizations` IS NULL,
          NULL,
          COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f33')), FALSE)
        ),
        FALSE
      ),
      `t1`.`client`,
      NULL
    )
  ) AS `installations_2`,
  COUNT(
    DISTINCT IF(
      COALESCE(
        IF(
          `t1`.`organizations` IS NULL,
          NULL,
          COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f33')), FALSE)
        ),
        FALSE
      )
      AND NOT (
        COALESCE(`t1`.`folded`, FALSE)
      ),
      `t1`.`session`,
      NULL
    )
  ) AS `sessions_2`
FROM (
  SELECT
    *
  FROM `sessions` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS `t1`;

SELECT
  SUM(
    CAST(COALESCE(
      IF(
        `t1`.`organizations` IS NULL,
        NULL,
        COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f31')), FALSE)
      ),
      FALSE
    ) AS INT)
  ) AS `downloads_0`,
  SUM(
    CAST(COALESCE(
      IF(
        `t1`.`organizations` IS NULL,
        NULL,
        COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f32')), FALSE)
      ),
      FALSE
    ) AS INT)
  ) AS `downloads_1`,
  SUM(
    CAST(COALESCE(
      IF(
        `t1`.`organizations` IS NULL,
        NULL,
        COALESCE(ARRAY_CONTAINS(`t1`.`organizations`, UNHEX('6f33')), FALSE)
      ),
      FALSE
    ) AS INT)
  ) AS `downloads_2`
FROM (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
) AS `t1`;
