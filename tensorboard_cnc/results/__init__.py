"""What a log directory holds, as Python objects: see `tensorboard_cnc.read`."""
