"""The Pulumi program of every stack in `stacks/`."""

import sys

sys.path.append(sys.path.pop(0))  # what is installed goes before what is called the same in this folder

from longshore.program import deploy

deploy()
