"""Questions in SQL by strangers: looked at by a gate, then answered by a process that can do nothing else."""
