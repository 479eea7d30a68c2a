"""The names under which the writer knows `tensorboard_cnc.wording`."""

from tensorboard_cnc.wording import shown, storable, text_of, type_name

__all__ = ["shown", "storable", "text_of", "type_name"]
