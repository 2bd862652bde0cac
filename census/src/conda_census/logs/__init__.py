"""Log reading: where lines come from"""
