"""`python -m camtrap_tui` is the command `camtrap-tui`."""

from camtrap_tui.cli import main

if __name__ == "__main__":
    main()
