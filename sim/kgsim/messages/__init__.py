"""What results say, each in a sentence: the title of a figure, and of a briefing's section on the same."""
