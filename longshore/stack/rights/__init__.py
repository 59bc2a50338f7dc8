"""The rights of those who look at stacks and deploy them, in AWS's own words: IAM policies, made from stack files.

`kinds` says what each kind of resource takes, `platform` and `team` whose resources these are, `state` where stacks
are written down, `trust` which jobs of GitHub get a role, and `roles` puts them together.
"""
