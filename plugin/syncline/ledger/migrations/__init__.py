"""What changed in the ledger's tables, a module a version; ``migrate`` runs them in order."""
