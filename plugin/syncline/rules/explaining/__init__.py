"""Why a criterion says what it says of a record."""
