"""What is seen of a cluster and of the teams on it: logs with an end, alarms, dashboards."""
