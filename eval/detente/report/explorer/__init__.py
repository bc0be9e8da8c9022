"""The dataset as linked pages: articles with their layers, claims joined across them, stances, sources.

`site.files` makes all of it; the other modules are one page each, as values that the templates in
`report/html/explorer/` show.
"""
