SELECT
  *
FROM (
  SELECT
    `t1`.`period`,
    `t1`.`product`,
    `t1`.`platform`,
    `t1`.`version`,
    `t1`.`agent`,
    COUNT(*) AS `downloads`
  FROM (
    SELECT
      DATE_FORMAT(`t0`.`day`, 'yyyy-MM') AS `period`,
      COALESCE(`t0`.`product`, '') AS `product`,
      COALESCE(`t0`.`platform`, '') AS `platform`,
      COALESCE(`t0`.`version`, '') AS `version`,
      CASE `t0`.`tool`
        WHEN 'aiohttp'
        THEN 'other'
        WHEN 'ana'
        THEN 'conda tool'
        WHEN 'anaconda-client'
        THEN 'conda tool'
        WHEN 'anaconda-navigator'
        THEN 'conda tool'
        WHEN 'apache-httpclient'
        THEN 'other'
        WHEN 'aria2'
        THEN 'command-line fetcher'
        WHEN 'artifactory'
        THEN 'other'
        WHEN 'axel'
        THEN 'command-line fetcher'
        WHEN 'bandersnatch'
        THEN 'other'
        WHEN 'bits'
        THEN 'command-line fetcher'
        WHEN 'chrome'
        THEN 'browser'
        WHEN 'cloudfront'
        THEN 'other'
        WHEN 'conda'
        THEN 'conda tool'
        WHEN 'conda-build'
        THEN 'conda tool'
        WHEN 'conda-lock'
        THEN 'conda tool'
        WHEN 'conda-mirror'
        THEN 'other'
        WHEN 'constructor'
        THEN 'conda tool'
        WHEN 'crawler'
        THEN 'other'
        WHEN 'curl'
        THEN 'command-line fetcher'
        WHEN 'devpi'
        THEN 'other'
        WHEN 'edge'
        THEN 'browser'
        WHEN 'firefox'
        THEN 'browser'
        WHEN 'github-actions'
        THEN 'other'
        WHEN 'go-http-client'
        THEN 'other'
        WHEN 'homebrew'
        THEN 'command-line fetcher'
        WHEN 'httpie'
        THEN 'command-line fetcher'
        WHEN 'internet-explorer'
        THEN 'browser'
        WHEN 'java'
        THEN 'other'
        WHEN 'julia'
        THEN 'other'
        WHEN 'lftp'
        THEN 'command-line fetcher'
        WHEN 'libcurl'
        THEN 'other'
        WHEN 'libfetch'
        THEN 'command-line fetcher'
        WHEN 'mamba'
        THEN 'conda tool'
        WHEN 'micromamba'
        THEN 'conda tool'
        WHEN 'monitor'
        THEN 'other'
        WHEN 'nexus'
        THEN 'other'
        WHEN 'node'
        THEN 'other'
        WHEN 'okhttp'
        THEN 'other'
        WHEN 'opera'
        THEN 'browser'
        WHEN 'perl'
        THEN 'other'
        WHEN 'pip'
        THEN 'other'
        WHEN 'pixi'
        THEN 'conda tool'
        WHEN 'poetry'
        THEN 'other'
        WHEN 'powershell'
        THEN 'command-line fetcher'
        WHEN 'pulp'
        THEN 'other'
        WHEN 'python-httpx'
        THEN 'other'
        WHEN 'python-requests'
        THEN 'other'
        WHEN 'python-urllib'
        THEN 'other'
        WHEN 'r'
        THEN 'other'
        WHEN 'rattler'
        THEN 'conda tool'
        WHEN 'rattler-build'
        THEN 'conda tool'
        WHEN 'safari'
        THEN 'browser'
        WHEN 'samsung-internet'
        THEN 'browser'
        WHEN 'scanner'
        THEN 'other'
        WHEN 'scoop'
        THEN 'command-line fetcher'
        WHEN 'spack'
        THEN 'command-line fetcher'
        WHEN 'uv'
        THEN 'other'
        WHEN 'wget'
        THEN 'command-line fetcher'
        WHEN 'winget'
        THEN 'command-line fetcher'
        ELSE 'other'
      END AS `agent`
    FROM `installer_downloads` AS `t0`
    WHERE
      `t0`.`day` BETWEEN MAKE_DATE(2024, 1, 1) AND MAKE_DATE(2024, 1, 3)
  ) AS `t1`
  GROUP BY
    1,
    2,
    3,
    4,
    5
) AS `t2`
ORDER BY
  `t2`.`period` ASC NULLS LAST,
  `t2`.`product` ASC NULLS LAST,
  `t2`.`platform` ASC NULLS LAST,
  `t2`.`version` ASC NULLS LAST,
  `t2`.`agent` ASC NULLS LAST;
