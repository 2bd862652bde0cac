"""Fast parsers for regular lines, as whole arrays; other lines are left to their format's SQL"""
