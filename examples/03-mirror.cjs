// A mirror knows keys only: it stores and serves what it cannot write, and need not be able to read.
const { mkdtemp, rm } = require('node:fs/promises')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { randomBytes } = require('node:crypto')
const Corestore = require('@manycore/corestore')

async function main() {
  const directory = await mkdtemp(join(tmpdir(), 'example-'))
  const writer = new Corestore(join(directory, 'writer'))
  const mirror = new Corestore(join(directory, 'mirror'))
  const reader = new Corestore(join(directory, 'reader'))
  const encryptionKey = randomBytes(32)

  const diary = writer.get({ name: 'diary', encryptionKey, valueEncoding: 'utf-8' })
  await diary.append(['monday', 'tuesday'])

  const cut = connect(writer, mirror)
  const copy = mirror.get(String(diary.id))
  await copy.get(1) // wait for it …
  await copy.download({ start: 0, end: 2 }).done()
  console.log('the mirror sees:', Buffer.from((await copy.get(1)) ?? '').toString('hex'))
  cut()
  await writer.close()

  connect(mirror, reader)
  const read = reader.get({ key: String(diary.id), encryptionKey, valueEncoding: 'utf-8' })
  console.log('the reader sees:', await read.get(1))

  await Promise.all([mirror.close(), reader.close()])
  await rm(directory, { recursive: true })
}

/**
 * @param {Corestore} a
 * @param {Corestore} b
 */
function connect(a, b) {
  const [near, far] = [a.replicate(true), b.replicate(false)]
  for (const stream of [near, far]) stream.on('error', () => {}) // closing one side cuts the other
  near.pipe(far).pipe(near)
  return () => near.destroy()
}

main()
