"""What people search for and do not find."""
