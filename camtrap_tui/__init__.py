"""Review camera-trap pictures in the terminal: predictions, human grades, one SQLite file."""

__version__ = "0.1.0"
