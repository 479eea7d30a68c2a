"""What lm-evaluation-harness writes: results of tasks, and samples of them."""
