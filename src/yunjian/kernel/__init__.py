"""The few things every room stands on: ids, clock, actor, scope, errors, digests, partitions."""
