"""Commands of ``tensorboard-cnc`` that read logs; each imports what it needs when it runs."""
