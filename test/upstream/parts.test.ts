import { expect, test } from 'vitest'
import { declarationsIn } from './declarations.js'
import { touchedElsewhere } from './elsewhere.js'
import { movedParts } from './installed.js'

const WIRE = 'packages/replicator/src/wire'
const SESSIONS = 'packages/sessions/src/upstream'
const declarations = declarationsIn(WIRE).filter(({ of }) => of === 'Peer')

test('a part that is gone, or is not what it was, is named, with who uses it', () => {
  const peer = {
    remoteRequests: {},
    receiverQueue: {},
    _handleRequest: (_request: object, _more: object) => {},
    wireNoData: null
  }
  const problems = movedParts(
    declarations,
    new Map([['hypercore Peer', { object: peer, version: '12.0.0' }]])
  )

  const file = `${WIRE}/hypercore-peer.ts`
  expect(problems).toContain(
    `hypercore 12.0.0: Peer._send(request) is gone; ${file} uses it in CHANGES, beforeRequests()`
  )
  expect(problems).toContain(
    `hypercore 12.0.0: Peer._handleRequest(request) takes 2 arguments, not 1; ${file} uses it in aroundAnswers()`
  )
  expect(problems.join('\n')).toMatch(
    `hypercore 12.0.0: Peer.remoteRequests is object, not Map; ${file} uses it in unansweredRequests(), `
  )
  expect(problems).toContain(
    `hypercore 12.0.0: Peer.receiverQueue.push(request) is gone; ${file} uses it in postpone()`
  )
  expect(problems).toContain(
    `hypercore 12.0.0: Peer.wireNoData is null, not object; ${file} uses it in refuseRequest()`
  )
})

test('a class that nobody makes an object of is no pass', () => {
  expect(Array.from(new Set(movedParts(declarations, new Map())))).toEqual([
    'nobody says what Peer of hypercore is here: the test has to make one'
  ])
})

test('a file that touches a private part from elsewhere is named', () => {
  const problems = touchedElsewhere(
    'packages/replicator/src',
    'packages/replicator/src/streams',
    declarations
  )
  expect(problems).toContain(
    `${WIRE}/hypercore-peer.ts touches \`receiverQueue\`, a private part of upstream; do that in packages/replicator/src/streams`
  )
})

test('a plain name with the tag @private is named as well, even as an option', () => {
  const [from, of, name] = ['hypercore', 'Hypercore', 'ongc']
  const [member] = declarationsIn(SESSIONS).flatMap(({ members }) =>
    members.filter((each) => each.name === name)
  )
  expect(member).toMatchObject({ isPrivate: true })
  const problems = touchedElsewhere('packages/sessions/src', 'packages/sessions/src/scope', [
    { from, of, members: [member!] }
  ])
  expect(problems).toContain(
    `${SESSIONS}/session.ts touches \`ongc\`, a private part of upstream; do that in packages/sessions/src/scope`
  )
})
