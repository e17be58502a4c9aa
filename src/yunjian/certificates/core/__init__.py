"""Verification of certificates and signatures, without Django."""
