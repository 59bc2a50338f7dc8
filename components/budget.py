"""`MonthlyBudget`: a mail before the bill."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NotRequired, TypedDict

import pulumi
import pulumi_aws as aws

from longshore.components.component import Component

ACTUAL, FORECAST = 80, 100


class Currency(StrEnum):
    """What the limit is in: AWS bills in these two."""

    USD = "USD"
    CNY = "CNY"


class MonthlyBudgetArgs(TypedDict):
    """What may be spent on what, and who is told."""

    monthly: int
    """The limit of a calendar month."""
    notify: Sequence[pulumi.Input[str]]
    """Mail addresses."""
    tags: Mapping[str, str]
    """What is counted: resources with one of these tags, each of which was activated as a cost allocation tag."""
    currency: NotRequired[Currency]
    """What the limit is in. Default: `USD`."""
    budget_name: NotRequired[str]
    """Name of the budget, unique in its account; one that is there keeps its own. Default: that of the component."""


class MonthlyBudget(Component):
    """A budget for what carries a tag; mails at 80 % spent and at 100 % forecast.

    AWS counts a tag only from the day it is activated as a cost allocation tag in the billing console.
    """

    arn: pulumi.Output[str]
    """ARN of the budget."""

    def __init__(self, name: str, args: MonthlyBudgetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, opts, formerly="longshore:aws:MonthlyBudget")
        budget = aws.budgets.Budget(
            f"{name}-monthly",
            name=args.get("budget_name", name),
            budget_type="COST",
            time_unit="MONTHLY",
            limit_amount=str(int(args["monthly"])),
            limit_unit=Currency(args.get("currency", Currency.USD)).value,
            cost_filters=[
                aws.budgets.BudgetCostFilterArgs(
                    name="TagKeyValue", values=[f"user:{key}${value}" for key, value in sorted(args["tags"].items())]
                )
            ],
            notifications=[
                aws.budgets.BudgetNotificationArgs(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=threshold,
                    threshold_type="PERCENTAGE",
                    subscriber_email_addresses=list(args["notify"]),
                )
                for kind, threshold in (("ACTUAL", ACTUAL), ("FORECASTED", FORECAST))
            ],
            opts=pulumi.ResourceOptions.merge(self._after, pulumi.ResourceOptions(ignore_changes=["name"])),
        )
        self.arn = budget.arn
        self.register_outputs({"arn": self.arn})
