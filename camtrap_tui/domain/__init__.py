"""What the product knows of camera traps: pure functions and values, no I/O, no clock."""
