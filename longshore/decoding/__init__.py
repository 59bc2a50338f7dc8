"""Settings that people write, read by pydantic: what a value may be, every error at once, and the JSON Schema.

For stack files and for `x-longshore`. The import of pydantic takes as long as the conversion of many services, so that
these modules are imported only where there are such settings to read.
"""
