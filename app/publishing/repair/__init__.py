"""Repairs with a receipt: what is changed in a table on its way in, by which rule, where, before and after."""
