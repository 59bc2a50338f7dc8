"""The images of a project: which are built and which pulled, how a builder is told, and what they are locked to."""
