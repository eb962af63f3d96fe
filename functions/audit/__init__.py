"""Every change of a revocation, kept where nobody can rewrite it."""
