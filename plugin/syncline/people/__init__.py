"""Who may do what in a workspace, and the audit of who changed what (K12, K13, K14, RS11)."""
