"""The Pipedrive connector: persons, organisations, leads, deals, activities and notes."""
