"""The few things every room stands on: ids, clock, errors, digests, queries, partitions."""
