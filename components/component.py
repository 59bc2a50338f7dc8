"""`Component`: what all components of this package have in common.

A component's type is what Pulumi's schema of the package calls it; a state that knows it by an earlier type goes on.
"""

import pulumi


class Component(pulumi.ComponentResource):
    """A component of this package.

    What it is told to wait for (`depends_on`), its children wait for: Pulumi itself would let only the component wait,
    which is nothing but a name.
    """

    def __init__(self, name: str, opts: pulumi.ResourceOptions | None, *, formerly: str = "") -> None:
        """Register the component. formerly: its type before it was that of the schema, if it had one."""
        before = [pulumi.Alias(type_=formerly)] if formerly else None
        given = pulumi.ResourceOptions.merge(pulumi.ResourceOptions(aliases=before), opts or pulumi.ResourceOptions())
        after = pulumi.ResourceOptions(depends_on=given.depends_on)
        given.depends_on = None
        super().__init__(f"longshore:index:{type(self).__name__}", name, None, given)
        self._child = pulumi.ResourceOptions(parent=self)
        """For children that may be made at once."""
        self._after = pulumi.ResourceOptions.merge(self._child, after)
        """For children that wait for what the component is told to wait for."""
