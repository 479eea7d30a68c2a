"""Compress & Compare: lineage and comparison of compressed models in TensorBoard.

Log with :mod:`tensorboard_cnc.cnc_summary`; look with ``tensorboard --logdir``.
Importing the package imports neither torch nor any part of TensorBoard's backend.
"""

__version__ = "0.1.0"
