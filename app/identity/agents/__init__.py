"""Registered AI agents: who answers for them, what they may read, how much, and what they did."""
