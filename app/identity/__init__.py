"""Who acts: accounts, tokens, and the one table of what each may do."""
