"""What crosses the air gap, as bytes: the booth package, the station report, the desk's book, the published folder.

Pure: the rooms read and write the files. Whatever is read here is checked before it is believed.
"""
