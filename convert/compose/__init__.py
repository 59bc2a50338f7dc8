"""The input language: compose files as Docker reads them, with a place in a file for everything."""
