"""What an organisation forbids, whoever writes the stack: one source for `longshore check` and for a policy pack.

`rules` judges single resources, as plain data. `check` asks it of what a conversion makes; `policy/` asks it of every
resource that an engine is about to make.
"""
