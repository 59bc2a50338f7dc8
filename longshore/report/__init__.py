"""What a conversion tells people: findings, counts, tables and manifests as text, JSON and GitHub annotations."""
