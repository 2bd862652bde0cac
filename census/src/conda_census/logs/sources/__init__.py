"""Sources of log bytes: files, objects, standard input, compressed or not"""
