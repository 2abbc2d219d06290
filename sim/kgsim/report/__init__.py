"""Results told to people and to programs: text, terminal, Markdown, HTML, JSON and data frames.

`sections` turns a result into a few neutral blocks (`content`); `plain`, `terminal`, `markdown` and `html` render
them. `document` is the result as JSON, `files` writes outputs atomically.
"""
