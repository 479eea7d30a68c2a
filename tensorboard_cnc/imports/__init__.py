"""What was not logged by a training script: experiment tables and checkpoints."""
