"""A scenario to play with: sliders, a regime map and payoffs that follow, in a notebook and as a page."""
