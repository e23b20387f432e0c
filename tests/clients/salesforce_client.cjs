// Drives jsforce against the address that it is given; prints what it saw.
const jsforce = require('jsforce')

async function main() {
  const url = process.argv[2]
  const told = {}
  const oauth2 = new jsforce.OAuth2({
    loginUrl: url, clientId: 'sandbox-rotating', redirectUri: 'http://127.0.0.1:9/done', useVerifier: true,
  })
  const page = await fetch(oauth2.getAuthorizationUrl({ scope: 'api refresh_token', state: 's' }), { redirect: 'manual' })
  const code = new URL(page.headers.get('location')).searchParams.get('code')
  const conn = new jsforce.Connection({ oauth2, version: '62.0' })
  let refreshed = 0
  conn.on('refresh', () => { refreshed += 1 })
  const who = await conn.authorize(code)
  told.org = who.organizationId.slice(0, 3)
  told.identity = (await conn.identity()).username

  told.objects = (await conn.describeGlobal()).sobjects.some((each) => each.name === 'Lead')
  told.fields = (await conn.sobject('Lead').describe()).fields.some((each) => each.name === 'Syncline_Key__c')
  const Lead = conn.sobject('Lead')
  const made = await Lead.create({ LastName: "O'Hara", Company: 'Acme', Email: 'ohara@example.com' })
  told.created = made.success
  told.updated = (await Lead.update({ Id: made.id, Title: 'Countess' })).success
  told.read = (await Lead.retrieve(made.id)).Title
  const keyed = { LastName: 'Key', Company: 'Acme', Syncline_Key__c: 'k1' }
  told.upserts = [(await Lead.upsert({ ...keyed }, 'Syncline_Key__c')).success, (await Lead.upsert({ ...keyed }, 'Syncline_Key__c')).success]
  const many = await Lead.create([
    { LastName: 'A', Company: 'Acme' }, { LastName: 'B' }, { LastName: 'C', Company: 'Acme' },
  ], { allOrNone: false })
  told.collection = many.map((each) => each.success)
  const ids = many.filter((each) => each.success).map((each) => each.id)
  told.many = (await Lead.update(ids.map((Id) => ({ Id, City: 'Paris' })))).map((each) => each.success)
  told.retrieved = (await Lead.retrieve(ids)).map((each) => each.City)
  told.query = (await conn.query("SELECT Id, Owner.Email FROM Lead WHERE LastName = 'O\\'Hara'")).records[0].Owner.Email
  told.found = (await Lead.find({ City: 'Paris' }, 'Id, LastName').sort('LastName').limit(5).execute()).map((each) => each.LastName)
  told.count = await Lead.count({ City: 'Paris' })
  const now = new Date()
  const [before, after] = [new Date(now - 3600e3), new Date(now.getTime() + 3600e3)]
  told.changed = (await Lead.updated(before, after)).ids.length
  told.destroyed = (await Lead.destroy(ids)).map((each) => each.success)
  told.gone = (await Lead.deleted(before, after)).deletedRecords.length
  try {
    await Lead.create({ LastName: 'x' })
  } catch (err) {
    told.refused = err.errorCode
  }

  const root = '/services/data/v62.0'
  const composite = await conn.requestPost(`${root}/composite`, {
    allOrNone: true,
    compositeRequest: [
      { method: 'POST', referenceId: 'acc', url: `${root}/sobjects/Account`, body: { Name: 'Engines' } },
      { method: 'POST', referenceId: 'con', url: `${root}/sobjects/Contact`, body: { LastName: 'Roe', AccountId: '@{acc.id}' } },
      { method: 'GET', referenceId: 'back', url: `${root}/sobjects/Contact/@{con.id}?fields=LastName,AccountId` },
    ],
  })
  told.composite = composite.compositeResponse.map((each) => each.httpStatusCode)
  told.referred = composite.compositeResponse[2].body.AccountId === composite.compositeResponse[0].body.id
  const children = await conn.query('SELECT Name, (SELECT LastName FROM Contacts) FROM Account')
  told.children = children.records[0].Contacts.records.map((each) => each.LastName)

  conn.bulk2.pollInterval = 50
  conn.bulk2.pollTimeout = 20000
  const input = Array.from({ length: 50 }, (_, n) => ({ LastName: `B${n}`, Company: 'Acme', Syncline_Key__c: `b${n}` }))
  input[7].LastName = 'x'.repeat(81)
  const results = await conn.bulk2.loadAndWaitForResults({
    object: 'Lead', operation: 'upsert', externalIdFieldName: 'Syncline_Key__c', input, pollInterval: 50, pollTimeout: 20000,
  })
  told.bulk = [results.successfulResults.length, results.failedResults.length, results.unprocessedRecords.length]
  told.why = results.failedResults[0].sf__Error.split(':')[0]
  const rows = await (await conn.bulk2.query("SELECT Id, LastName FROM Lead WHERE LastName LIKE 'B%'", { pollInterval: 50 })).toArray()
  told.bulkQuery = rows.length

  await fetch(`${url}/sandbox/salesforce/expire`, { method: 'POST', body: '{}' })
  told.again = (await conn.query('SELECT Id FROM Account')).totalSize
  told.refreshed = refreshed
  told.usage = conn.limitInfo.apiUsage.limit
  await conn.logout()
  console.log(JSON.stringify(told))
}

main().catch((err) => { console.error(err); process.exit(1) })
