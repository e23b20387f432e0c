// Drives HubSpot's own client for node against the address that it is given; prints what it saw.
const { Client } = require('@hubspot/api-client')

async function main() {
  const client = new Client({ accessToken: 'pat-na1-sandbox', basePath: process.argv[2] })
  const { contacts, companies } = client.crm
  const told = {}
  const made = await contacts.basicApi.create({ properties: { email: 'ada@example.org' }, associations: [] })
  told.created = made.properties.email
  try {
    await contacts.basicApi.create({ properties: { email: 'ada@example.org' }, associations: [] })
  } catch (err) {
    told.conflict = [err.code, err.body.category]
  }
  await contacts.basicApi.update(made.id, { properties: { city: 'London' } })
  told.read = (await contacts.basicApi.getById(made.id, ['city'])).properties.city
  const rows = [0, 1, 2].map((n) => ({ properties: { firstname: `${n}` }, associations: [], objectWriteTraceId: `${n}` }))
  rows.push({ properties: { email: 'nonsense' }, associations: [], objectWriteTraceId: 'bad' })
  const batch = await contacts.batchApi.create({ inputs: rows })
  told.batch = [batch.results.length, batch.numErrors, batch.errors[0].context]
  const upsert = { inputs: [{ id: 'k1', idProperty: 'syncline_key', properties: { lastname: 'K' } }] }
  told.upsert = [
    (await contacts.batchApi.upsert(upsert)).results[0]._new,
    (await contacts.batchApi.upsert(upsert)).results[0]._new,
  ]
  told.search = (await contacts.searchApi.doSearch({
    filterGroups: [{ filters: [{ propertyName: 'city', operator: 'EQ', value: 'london' }] }],
    sorts: ['createdate'], properties: ['city'], limit: 10, after: '0',
  })).total
  told.all = (await contacts.getAll()).length
  const company = await companies.basicApi.create({ properties: { name: 'Engines' }, associations: [] })
  await client.crm.associations.v4.basicApi.createDefault('contacts', made.id, 'companies', company.id)
  const page = await client.crm.associations.v4.basicApi.getPage('contacts', made.id, 'companies')
  told.tied = page.results[0].toObjectId == company.id
  await contacts.basicApi.archive(made.id)
  told.archived = (await contacts.basicApi.getPage(10, undefined, undefined, undefined, undefined, true)).results.length
  told.owners = (await client.crm.owners.ownersApi.getPage()).results.map((each) => each.email)
  told.properties = (await client.crm.properties.coreApi.getAll('contacts')).results.some((each) => each.name === 'hs_lead_status')
  console.log(JSON.stringify(told))
}

main().catch((err) => { console.error(err); process.exit(1) })
