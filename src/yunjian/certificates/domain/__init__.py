"""Pure rules of certificates: whom we trust, what a holder proves, why one is refused."""
