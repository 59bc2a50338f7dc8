"""What is wrong with what runs in a cluster: each cause by name, in one sentence, with what to do. Pure.

One module per place where a workload gets stuck. What the cluster says in fields decides; its sentences are read only
where no field says the same, and shown only without what looks like a secret.
"""
