"""Where bytes of logs come from: files, objects, standard input, compressed or not."""
