"""A sandbox of Microsoft Graph for one user: delta queries of mail and calendar, and batches."""
