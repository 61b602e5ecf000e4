"""The program's words: catalogs in gettext's form and the tools that keep them whole."""
