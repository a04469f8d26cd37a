"""The survey file: the only place with SQL."""
