"""The index of a directory as plain Python on numpy arrays: built from entries, searched, kept in files.

`entries` is what goes in, `segment` what lies on disk, `searching` what answers. Nothing here knows Django.
"""
