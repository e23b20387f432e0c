"""The Salesloft connector: people, cadences and memberships of a cadence platform."""
