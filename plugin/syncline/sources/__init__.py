"""Sources of activities: telephony, mail and calendar, matched to the cadence's prospects (RS2)."""
