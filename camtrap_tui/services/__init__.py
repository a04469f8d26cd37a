"""Use cases: what the screens and the command line ask for; no Textual, no click."""
