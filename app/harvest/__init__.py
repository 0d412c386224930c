"""Datasets that are described elsewhere and only pointed to from here."""
