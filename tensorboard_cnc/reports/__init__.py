"""One HTML file that holds the panel and its answers: see ``tensorboard-cnc report``."""
