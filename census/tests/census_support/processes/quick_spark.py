"""How does Spark start quickly and work quickly on a handful of rows?"""

from __future__ import annotations

from pathlib import Path

__all__ = ["quick_spark"]

# Plans are not looked at again while they run, and nothing is compiled that runs a few times only.
_SETTINGS = """\
spark.sql.adaptive.enabled false
spark.sql.codegen.wholeStage false
spark.sql.codegen.factoryMode NO_CODEGEN
spark.sql.shuffle.partitions 2
"""


def quick_spark(folder: Path) -> dict[str, str]:
    """Variables for whatever starts Spark; ``folder`` is for its settings."""
    folder.mkdir()
    (folder / "spark-defaults.conf").write_text(_SETTINGS)
    return {
        "SPARK_CONF_DIR": str(folder),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "JDK_JAVA_OPTIONS": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    }
