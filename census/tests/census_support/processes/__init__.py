"""Real programs that tests start: the census, servers, a browser, Spark."""
