"""The file a user writes: format, strict reading, expressions, parameters, evidence. No solver."""
