"""Articles as pages of invented sites."""

NAMES = ("news", "blog", "amp", "divs", "tables", "builder", "scroll", "reader")
"""The site templates, as words on the command line, which must not read them to say what there is."""

AT = "@"
"""Between an article's id and a template's name in the id of a rendered page."""
