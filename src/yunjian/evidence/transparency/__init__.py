"""The transparency log in itself: hashes, proofs, signed notes; no database, no Django."""
