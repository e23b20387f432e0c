"""The HubSpot connector: contacts, companies, deals and engagements over its CRM API."""
