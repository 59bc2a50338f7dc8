"""Programs for those who work on Longshore itself."""
