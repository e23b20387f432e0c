"""Files and lists of the CRM become prospects: read, mapped, compared, written (RS11)."""
