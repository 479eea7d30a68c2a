"""Why the models of a selection differ: in which steps, parameters, order and roots."""
