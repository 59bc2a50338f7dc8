"""What a stack costs in a month: functions over its plan and a table of prices."""
