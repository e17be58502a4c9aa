"""法人一证通: signing in with the certificate of a legal person."""
