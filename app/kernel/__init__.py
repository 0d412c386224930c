"""What every part may know: plain values with no I/O and no framework."""
