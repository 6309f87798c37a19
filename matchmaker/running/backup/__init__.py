"""Backups of the whole site as one file: database, files and keys."""
