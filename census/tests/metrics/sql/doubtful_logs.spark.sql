SELECT
  `t0`.`batch`,
  `t0`.`source`
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
  );

SELECT
  `t0`.`batch`,
  `t0`.`source`,
  `t0`.`first_time`,
  `t0`.`last_time`
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
  );

SELECT
  `t0`.`batch`,
  `t0`.`source`,
  `t0`.`first_time`,
  `t0`.`last_time`
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
  );

SELECT
  *
FROM (
  SELECT
    `t1`.`session`,
    `t1`.`time`,
    `t1`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t0`.`day`,
      DATE_TRUNC('second', `t0`.`time`) AS `time`,
      `t0`.`session`,
      `t0`.`client`,
      `t0`.`environment`,
      `t0`.`organizations`,
      `t0`.`channel`,
      `t0`.`subdir`,
      `t0`.`name`,
      `t0`.`version`,
      `t0`.`build`,
      `t0`.`build_number`,
      `t0`.`extension`,
      `t0`.`bytes`
    FROM `downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 2) AND MAKE_DATE(2024, 1, 2)
      AND `t0`.`time` BETWEEN CAST('2024-01-02T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-02T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t1`
  GROUP BY
    1,
    2,
    3
) AS `t2`
WHERE
  `t2`.`number` > 1
LIMIT 3;

SELECT
  *
FROM (
  SELECT
    `t1`.`session`,
    `t1`.`time`,
    `t1`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t0`.`day`,
      DATE_TRUNC('second', `t0`.`time`) AS `time`,
      `t0`.`session`,
      `t0`.`client`,
      `t0`.`environment`,
      `t0`.`organizations`,
      `t0`.`channel`,
      `t0`.`subdir`,
      `t0`.`name`,
      `t0`.`version`,
      `t0`.`build`,
      `t0`.`build_number`,
      `t0`.`extension`,
      `t0`.`bytes`
    FROM `downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 3) AND MAKE_DATE(2024, 1, 3)
      AND `t0`.`time` BETWEEN CAST('2024-01-03T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-03T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t1`
  GROUP BY
    1,
    2,
    3
) AS `t2`
WHERE
  `t2`.`number` > 1
LIMIT 3;

SELECT
  *
FROM (
  SELECT
    `t1`.`session`,
    `t1`.`time`,
    `t1`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t0`.`day`,
      DATE_TRUNC('second', `t0`.`time`) AS `time`,
      `t0`.`session`,
      `t0`.`client`,
      `t0`.`environment`,
      `t0`.`organizations`,
      `t0`.`channel`,
      `t0`.`subdir`,
      `t0`.`name`,
      `t0`.`version`,
      `t0`.`build`,
      `t0`.`build_number`,
      `t0`.`extension`,
      `t0`.`bytes`
    FROM `downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
      AND `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 1)
      AND `t0`.`time` BETWEEN CAST('2024-01-01T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-01T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t1`
  GROUP BY
    1,
    2,
    3
) AS `t2`
WHERE
  `t2`.`number` > 1
LIMIT 3;

SELECT
  `t0`.`batch`,
  `t0`.`source`,
  `t0`.`first_time`,
  `t0`.`last_time`
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
  );

WITH `t1` AS (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
)
SELECT
  *
FROM (
  SELECT
    `t4`.`session`,
    `t4`.`time`,
    `t4`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t3`.`day`,
      DATE_TRUNC('second', `t3`.`time`) AS `time`,
      `t3`.`session`,
      `t3`.`client`,
      `t3`.`environment`,
      `t3`.`organizations`,
      `t3`.`channel`,
      `t3`.`subdir`,
      `t3`.`name`,
      `t3`.`version`,
      `t3`.`build`,
      `t3`.`build_number`,
      `t3`.`extension`,
      `t3`.`bytes`
    FROM (
      SELECT
        *
      FROM `t1` AS `t2`
      UNION ALL
      SELECT
        *
      FROM `t1` AS `t2`
    ) AS `t3`
    WHERE
      `t3`.`day` BETWEEN MAKE_DATE(2024, 1, 2) AND MAKE_DATE(2024, 1, 2)
      AND `t3`.`time` BETWEEN CAST('2024-01-02T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-02T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t4`
  GROUP BY
    1,
    2,
    3
) AS `t5`
WHERE
  `t5`.`number` > 1
LIMIT 3;

WITH `t1` AS (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
)
SELECT
  *
FROM (
  SELECT
    `t4`.`session`,
    `t4`.`time`,
    `t4`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t3`.`day`,
      DATE_TRUNC('second', `t3`.`time`) AS `time`,
      `t3`.`session`,
      `t3`.`client`,
      `t3`.`environment`,
      `t3`.`organizations`,
      `t3`.`channel`,
      `t3`.`subdir`,
      `t3`.`name`,
      `t3`.`version`,
      `t3`.`build`,
      `t3`.`build_number`,
      `t3`.`extension`,
      `t3`.`bytes`
    FROM (
      SELECT
        *
      FROM `t1` AS `t2`
      UNION ALL
      SELECT
        *
      FROM `t1` AS `t2`
    ) AS `t3`
    WHERE
      `t3`.`day` BETWEEN MAKE_DATE(2024, 1, 3) AND MAKE_DATE(2024, 1, 3)
      AND `t3`.`time` BETWEEN CAST('2024-01-03T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-03T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t4`
  GROUP BY
    1,
    2,
    3
) AS `t5`
WHERE
  `t5`.`number` > 1
LIMIT 3;

WITH `t1` AS (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
)
SELECT
  *
FROM (
  SELECT
    `t4`.`session`,
    `t4`.`time`,
    `t4`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t3`.`day`,
      DATE_TRUNC('second', `t3`.`time`) AS `time`,
      `t3`.`session`,
      `t3`.`client`,
      `t3`.`environment`,
      `t3`.`organizations`,
      `t3`.`channel`,
      `t3`.`subdir`,
      `t3`.`name`,
      `t3`.`version`,
      `t3`.`build`,
      `t3`.`build_number`,
      `t3`.`extension`,
      `t3`.`bytes`
    FROM (
      SELECT
        *
      FROM `t1` AS `t2`
      UNION ALL
      SELECT
        *
      FROM `t1` AS `t2`
    ) AS `t3`
    WHERE
      `t3`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 1)
      AND `t3`.`time` BETWEEN CAST('2024-01-01T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-01T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t4`
  GROUP BY
    1,
    2,
    3
) AS `t5`
WHERE
  `t5`.`number` > 1
LIMIT 3;

WITH `t1` AS (
  SELECT
    `t0`.`day`,
    `t0`.`source`,
    `t0`.`size`,
    `t0`.`head`,
    `t0`.`fingerprint`,
    `t0`.`stored_fingerprint`,
    `t0`.`format`,
    `t0`.`decoder_version`,
    COALESCE(`t0`.`first_line`, 1) AS `first_line`,
    `t0`.`lines`,
    `t0`.`requests`,
    `t0`.`dropped`,
    `t0`.`dropped_lines`,
    `t0`.`other_requests`,
    `t0`.`malformed_tokens`,
    `t0`.`unknown_tokens`,
    `t0`.`first_time`,
    `t0`.`last_time`,
    `t0`.`batch`,
    `t0`.`ingested_at`
  FROM `sources` AS `t0`
  WHERE
    (
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
    )
    AND (
      `t0`.`requests` - `t0`.`other_requests`
    ) >= 100
)
SELECT DISTINCT
  *
FROM (
  SELECT
    `t3`.`source`,
    `t3`.`first_time`,
    `t3`.`last_time`,
    `t3`.`lines`
  FROM `t1` AS `t3`
  LEFT SEMI JOIN (
    SELECT
      *
    FROM (
      SELECT
        `t2`.`first_line`,
        `t2`.`lines`,
        `t2`.`requests`,
        `t2`.`other_requests`,
        `t2`.`first_time`,
        `t2`.`last_time`,
        COUNT(DISTINCT `t2`.`source`) AS `logs`
      FROM `t1` AS `t2`
      GROUP BY
        1,
        2,
        3,
        4,
        5,
        6
    ) AS `t4`
    WHERE
      `t4`.`logs` > 1
  ) AS `t6`
    ON `t3`.`first_line` = `t6`.`first_line`
    AND `t3`.`lines` = `t6`.`lines`
    AND `t3`.`requests` = `t6`.`requests`
    AND `t3`.`other_requests` = `t6`.`other_requests`
    AND `t3`.`first_time` = `t6`.`first_time`
    AND `t3`.`last_time` = `t6`.`last_time`
) AS `t7`;

SELECT
  `t0`.`batch`,
  `t0`.`source`,
  `t0`.`first_time`,
  `t0`.`last_time`
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
  );

WITH `t1` AS (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
)
SELECT
  *
FROM (
  SELECT
    `t4`.`session`,
    `t4`.`time`,
    `t4`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t3`.`day`,
      DATE_TRUNC('second', `t3`.`time`) AS `time`,
      `t3`.`session`,
      `t3`.`client`,
      `t3`.`environment`,
      `t3`.`organizations`,
      `t3`.`channel`,
      `t3`.`subdir`,
      `t3`.`name`,
      `t3`.`version`,
      `t3`.`build`,
      `t3`.`build_number`,
      `t3`.`extension`,
      `t3`.`bytes`
    FROM (
      SELECT
        *
      FROM `t1` AS `t2`
      UNION ALL
      SELECT
        *
      FROM `t1` AS `t2`
    ) AS `t3`
    WHERE
      `t3`.`day` BETWEEN MAKE_DATE(2024, 1, 2) AND MAKE_DATE(2024, 1, 2)
      AND `t3`.`time` BETWEEN CAST('2024-01-02T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-02T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t4`
  GROUP BY
    1,
    2,
    3
) AS `t5`
WHERE
  `t5`.`number` > 1
LIMIT 3;

WITH `t1` AS (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
)
SELECT
  *
FROM (
  SELECT
    `t4`.`session`,
    `t4`.`time`,
    `t4`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t3`.`day`,
      DATE_TRUNC('second', `t3`.`time`) AS `time`,
      `t3`.`session`,
      `t3`.`client`,
      `t3`.`environment`,
      `t3`.`organizations`,
      `t3`.`channel`,
      `t3`.`subdir`,
      `t3`.`name`,
      `t3`.`version`,
      `t3`.`build`,
      `t3`.`build_number`,
      `t3`.`extension`,
      `t3`.`bytes`
    FROM (
      SELECT
        *
      FROM `t1` AS `t2`
      UNION ALL
      SELECT
        *
      FROM `t1` AS `t2`
    ) AS `t3`
    WHERE
      `t3`.`day` BETWEEN MAKE_DATE(2024, 1, 3) AND MAKE_DATE(2024, 1, 3)
      AND `t3`.`time` BETWEEN CAST('2024-01-03T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-03T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t4`
  GROUP BY
    1,
    2,
    3
) AS `t5`
WHERE
  `t5`.`number` > 1
LIMIT 3;

WITH `t1` AS (
  SELECT
    *
  FROM `downloads` AS `t0`
  WHERE
    `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
)
SELECT
  *
FROM (
  SELECT
    `t4`.`session`,
    `t4`.`time`,
    `t4`.`bytes`,
    COUNT(*) AS `number`
  FROM (
    SELECT
      `t3`.`day`,
      DATE_TRUNC('second', `t3`.`time`) AS `time`,
      `t3`.`session`,
      `t3`.`client`,
      `t3`.`environment`,
      `t3`.`organizations`,
      `t3`.`channel`,
      `t3`.`subdir`,
      `t3`.`name`,
      `t3`.`version`,
      `t3`.`build`,
      `t3`.`build_number`,
      `t3`.`extension`,
      `t3`.`bytes`
    FROM (
      SELECT
        *
      FROM `t1` AS `t2`
      UNION ALL
      SELECT
        *
      FROM `t1` AS `t2`
    ) AS `t3`
    WHERE
      `t3`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 1)
      AND `t3`.`time` BETWEEN CAST('2024-01-01T00:00:00+00:00' AS TIMESTAMP) AND CAST('2024-01-01T23:59:00.999999+00:00' AS TIMESTAMP)
  ) AS `t4`
  GROUP BY
    1,
    2,
    3
) AS `t5`
WHERE
  `t5`.`number` > 1
LIMIT 3;
