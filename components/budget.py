"""`MonthlyBudget`: a mail before the bill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pulumi
import pulumi_aws as aws

if TYPE_CHECKING:
    from collections.abc import Mapping

    from longshore.stack.settings import Budget, Settings

ACTUAL, FORECAST = 80, 100


class MonthlyBudget(pulumi.ComponentResource):
    """A budget for what carries `tags`; mails at 80 % spent and at 100 % forecast.

    AWS counts a tag only from the day it is activated as a cost allocation tag in the billing console.
    """

    def __init__(
        self, name: str, settings: Budget, *, tags: Mapping[str, str], opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("longshore:aws:MonthlyBudget", name, None, opts)
        aws.budgets.Budget(
            f"{name}-monthly",
            name=name,
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(settings.monthly),
            limit_unit=settings.currency,
            cost_filters=[
                aws.budgets.BudgetCostFilterArgs(
                    name="TagKeyValue", values=[f"user:{key}${value}" for key, value in sorted(tags.items())]
                )
            ],
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=threshold,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(settings.notify),
                )
                for kind, threshold in (("ACTUAL", ACTUAL), ("FORECASTED", FORECAST))
            ],
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.register_outputs({})

    @classmethod
    def of(cls, settings: Settings, tags: Mapping[str, str], opts: pulumi.ResourceOptions) -> MonthlyBudget | None:
        """The budget of a stack; None where it has none."""
        if settings.budget is None:
            return None
        name = f"longshore-{settings.environment}" + (f"-{settings.team}" if settings.team else "")
        return cls(name, settings.budget, tags=tags, opts=opts)
