"""`make up | preview | destroy STACK=…`: a stack on a real Pulumi engine, with nothing installed by hand."""
