"""Files that hold weights, a module for each format; `table` tells which file is of which."""
