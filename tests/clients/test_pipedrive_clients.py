"""Pipedrive's own client, unchanged, against the sandbox: both of its entry points (B10)."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support_pipedrive import served
from syncline_sandbox.pipedrive.gate import API_TOKEN

pytestmark = pytest.mark.clients

NODE = """
const { v1, v2 } = require('pipedrive')

async function main(url) {
  const told = {}
  // OAuth, as an app does it: a code from the page, a pair of tokens, a token in each call.
  const oauth = new v2.OAuth2Configuration({
    clientId: 'sandbox', clientSecret: 'sandbox', redirectUri: 'http://127.0.0.1:9/back', host: url,
  })
  const page = await fetch(oauth.authorizationUrl, { redirect: 'manual' })
  await oauth.authorize(new URL(page.headers.get('location')).searchParams.get('code'))
  told.domain = oauth.basePath
  oauth.updateToken(await oauth.tokenRefresh())
  const two = new v2.Configuration({ accessToken: oauth.getAccessToken, basePath: oauth.basePath })
  const one = new v1.Configuration({ apiKey: process.argv[3], basePath: `${url}/v1` })

  const fields = new v2.PersonFieldsApi(two)
  const field = await fields.addPersonField({ AddPersonFieldRequest: {
    field_name: 'Tier', field_type: 'enum', options: [{ label: 'A' }, { label: 'B' }] } })
  const key = field.data.field_code
  told.field = [key.length, field.data.options.map((each) => each.label)]
  const known = (await fields.getPersonFields({ limit: 500 })).data
  told.fields = known.some((each) => each.field_code === key)

  const orgs = new v2.OrganizationsApi(two)
  const org = (await orgs.addOrganization({ AddOrganizationRequest: {
    name: 'Engines', address: { value: '1 Main St', country: 'UK' } } })).data
  const persons = new v2.PersonsApi(two)
  const ada = (await persons.addPerson({ AddPersonRequest: {
    name: 'Ada de Vries', org_id: org.id, emails: [{ value: 'ada@example.org', primary: true }],
    custom_fields: { [key]: field.data.options[0].id } } })).data
  told.created = [ada.first_name, ada.last_name, ada.emails[0].label, org.address.country]
  const changed = (await persons.updatePerson({ id: ada.id, UpdatePersonRequest: {
    custom_fields: { [key]: null } } })).data
  told.cleared = changed.custom_fields[key]
  try {
    await persons.addPerson({ AddPersonRequest: { name: 'X', org_id: 999 } })
  } catch (err) {
    told.refused = err.error
  }
  try {
    await persons.addPerson({ AddPersonRequest: {} })
  } catch (err) {
    told.invalid = err.code
  }
  for (let n = 0; n < 3; n += 1) {
    await persons.addPerson({ AddPersonRequest: { name: `P ${n}` } })
  }
  let cursor
  told.pages = []
  do {
    const page = await persons.getPersons({ limit: 3, sort_by: 'update_time', cursor })
    told.pages.push(page.data.length)
    cursor = page.additional_data.next_cursor
  } while (cursor)
  told.found = (await persons.searchPersons({ term: 'Ada de Vries', exact_match: true }))
    .data.items.map((each) => each.item.id === ada.id)

  const deals = new v2.DealsApi(two)
  const deal = (await deals.addDeal({ AddDealRequest: { title: 'D', person_id: ada.id } })).data
  await deals.updateDeal({ id: deal.id, UpdateDealRequest: { status: 'lost', lost_reason: 'No' } })
  told.deal = (await deals.getDeal({ id: deal.id })).data.status
  await deals.deleteDeal({ id: deal.id })
  told.deleted = (await deals.getDeals({ status: 'deleted' })).data.length
  const activities = new v2.ActivitiesApi(two)
  const activity = (await activities.addActivity({ AddActivityRequest: {
    subject: 'Call', type: 'call', due_time: '09:30',
    participants: [{ person_id: ada.id, primary: true }] } })).data
  told.activity = [activity.person_id === ada.id, activity.due_time]
  told.stages = (await new v2.StagesApi(two).getStages()).data.length

  const leads = new v1.LeadsApi(one)
  const lead = (await leads.addLead({ AddLeadRequest: {
    title: 'L', person_id: ada.id, value: { amount: 5, currency: 'EUR' } } })).data
  await leads.updateLead({ id: lead.id, UpdateLeadRequest: { title: 'M' } })
  told.lead = (await leads.getLead({ id: lead.id })).data.title
  told.leads = (await leads.getLeads()).data.length
  const notes = new v1.NotesApi(one)
  const note = (await notes.addNote({ AddNoteRequest: { content: 'N', person_id: ada.id } })).data
  told.note = (await notes.updateNote({ id: note.id, NoteRequest: { content: 'O' } })).data.content
  told.me = (await new v1.UsersApi(one).getCurrentUser()).data.company_domain
  told.users = (await new v1.UsersApi(one).getUsers()).data.length
  told.recents = (await new v1.RecentsApi(one).getRecents({
    since_timestamp: '2020-01-01 00:00:00', items: 'person' })).data.length
  const hooks = new v1.WebhooksApi(one)
  const hook = await hooks.addWebhook({ AddWebhookRequest: {
    subscription_url: 'http://127.0.0.1:9/x', event_action: 'change', event_object: 'person',
    name: 'W' } })
  told.hooks = (await hooks.getWebhooks()).data.length
  await hooks.deleteWebhook({ id: hook.data.id })
  const eve = (await persons.addPerson({ AddPersonRequest: { name: 'Eve' } })).data
  told.merged = (await new v1.PersonsApi(one).mergePersons({
    id: eve.id, MergePersonsRequest: { merge_with_id: ada.id } })).data.id === ada.id
  await oauth.revokeToken('refresh_token')
  try {
    await persons.getPerson({ id: ada.id })
  } catch (err) {
    told.revoked = err.errorCode
  }
  console.log(JSON.stringify(told))
}

main(process.argv[2]).catch((err) => {
  console.error(err)
  process.exit(1)
})
"""

EXPECTED: dict[str, Any] = {
    "field": [40, ["A", "B"]],
    "fields": True,
    "created": ["Ada", "de Vries", "work", "UK"],
    "cleared": None,
    "refused": "Organization 999 was not found",
    "invalid": "ERR_SCHEMA_VALIDATION_FAILED",
    "pages": [3, 1],
    "found": [True],
    "deal": "lost",
    "deleted": 1,
    "activity": [True, "09:30:00"],
    "stages": 4,
    "lead": "M",
    "leads": 1,
    "note": "O",
    "me": "sandbox",
    "users": 1,
    "recents": 4,
    "hooks": 1,
    "merged": True,
    "revoked": 401,
}


def test_the_client_of_npm_finds_its_vendor(
    npm_folder: Callable[..., Path], tmp_path: Path
) -> None:
    """B10: fields, records, pages, refusals, leads, notes, webhooks, a merge, and OAuth."""
    folder = npm_folder("pipedrive")
    (folder / "client.js").write_text(NODE, "utf-8")
    with served(tmp_path) as company:
        done = subprocess.run(
            ["node", "client.js", company.url, API_TOKEN],
            cwd=folder, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert told.pop("domain") == f"{company.url}/api/v2"
        assert told == EXPECTED
        assert company.counted() > 0
