"""The ``behaviors`` and ``instance_media`` routes."""
