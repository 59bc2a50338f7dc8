"""The domain of a platform: its certificate, its records, and who makes certificates where AWS does not."""
