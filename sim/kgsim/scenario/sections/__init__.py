"""The sections of a scenario file, one a module: each turns checked shapes into parts of the model.

Every function takes the shapes, the names the file declares and the report, and returns what is sound; what
is not is reported and left out.
"""
