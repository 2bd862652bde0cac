"""Tables, files and records of the lake, and the code that reads and writes them."""
