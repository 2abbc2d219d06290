"""kgsim for assistants: a language model writes the story, and asks here what follows from it."""
