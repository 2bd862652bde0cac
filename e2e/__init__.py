"""Both distributions together: a real conda, a real web server, real logs."""
