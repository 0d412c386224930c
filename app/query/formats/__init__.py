"""The formats that an answer's rows are written in, one file each."""
