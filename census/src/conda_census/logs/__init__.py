"""Where do lines come from?"""
