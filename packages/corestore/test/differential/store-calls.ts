import b4a from 'b4a'
import crypto from 'hypercore-crypto'
import { boolean, constantFrom, option } from 'fast-check'
import { BLOCKS, type Call, call, INDEX, NAME, NOTHING, storeCall } from './call.js'
import { hex, pick } from './world.js'

/** Calls that open, close and ask stores. */
export const storeCalls: Record<string, Call> = {
  namespace: call(
    4,
    {
      store: INDEX,
      name: constantFrom('a', 'b', 'ç'),
      asBytes: boolean(),
      readOnly: boolean(),
      manifestVersion: constantFrom(undefined, 1, 2)
    },
    async (world, { store, name, asBytes, readOnly, manifestVersion }) => {
      const parent = pick(
        world.stores.filter(({ leaf }) => !leaf),
        store
      )!
      const child = parent.store.namespace(asBytes ? b4a.from(name) : name, {
        ...(readOnly ? { writable: false } : {}),
        manifestVersion: manifestVersion ?? undefined
      })
      await child.ready()
      world.addStore(child, readOnly)
      return hex(child.ns)
    }
  ),

  // session() alone keeps the namespace in ours and resets it in stock: so it is always given.
  session: call(2, { store: INDEX, namespace: INDEX }, async (world, { store, namespace }) => {
    const parent = pick(
      world.stores.filter(({ leaf }) => !leaf),
      store
    )!
    const child = parent.store.session({ namespace: pick(world.stores, namespace)!.store.ns })
    await child.ready()
    world.addStore(child, false)
    return hex(child.ns)
  }),

  closeStore: call(1, { store: INDEX }, async (world, { store }) => {
    const child = pick(world.stores.slice(1), store)
    if (child === undefined) return NOTHING
    await child.store.close()
    return null
  }),

  closeRoot: call(1, {}, async (world) => await world.root.close()),

  reopen: call(3, {}, async (world) => {
    await world.root.close()
    world.open()
    await world.root.ready()
    return hex(world.root.primaryKey)
  }),

  createKeyPair: storeCall(
    2,
    { name: NAME, asBytes: boolean(), namespace: constantFrom(undefined, 1, 2) },
    async (store, { name, asBytes, namespace }) => {
      const ns = namespace && b4a.alloc(32, namespace)
      const keyPair = await store.createKeyPair(asBytes ? b4a.from(name) : name, ns || undefined)
      return [hex(keyPair.publicKey), hex(keyPair.secretKey)]
    }
  ),

  list: storeCall(2, { namespace: option(INDEX) }, async (store, { namespace }, world) => {
    const ns = namespace === null ? undefined : pick(world.stores, namespace)!.store.ns
    const rows = []
    for await (const discoveryKey of store.list(ns)) rows.push(hex(discoveryKey))
    return rows.toSorted()
  }),

  getAuth: storeCall(1, { key: INDEX }, async (store, { key }, world) => {
    const auth = await store.getAuth(crypto.discoveryKey(world.key(key)))
    if (auth === null) return null
    return {
      key: hex(auth.key),
      signers: auth.manifest?.signers.map(({ publicKey }) => hex(publicKey)),
      version: auth.manifest?.version,
      secretKey: auth.keyPair?.secretKey ? hex(auth.keyPair.secretKey) : null
    }
  }),

  audit: storeCall(1, { dryRun: boolean() }, async (store, { dryRun }, world) => {
    if (world.statics > 0) return NOTHING
    const rows = []
    for await (const { key, audit } of store.audit({ dryRun })) rows.push({ key: hex(key), audit })
    return rows
  }),

  staticify: storeCall(1, { blocks: BLOCKS }, async (store, { blocks }, world) => {
    const keyPair = crypto.keyPair(b4a.alloc(32, 100 + world.statics++))
    const source = store.get({ keyPair })
    if (blocks.length > 0) await source.append(blocks as never)
    const key = await world.hold(await store.staticify(source))
    await source.close()
    return key
  }),

  watch: call(1, { store: INDEX }, async (world, { store }) => {
    const found = pick(
      world.stores.filter(({ store }) => !store.closed),
      store
    )
    if (found === undefined) return NOTHING
    found.watcher ??= ({ discoveryKey }) => found.watched.push(hex(discoveryKey))
    found.store.watch(found.watcher)
    return null
  }),

  unwatch: call(1, { store: INDEX }, async (world, { store }) => {
    const found = pick(
      world.stores.filter(({ store, watcher }) => !store.closed && watcher !== null),
      store
    )
    if (found === undefined) return NOTHING
    found.store.unwatch(found.watcher!)
    found.watcher = null
    return null
  }),

  suspendAndResume: storeCall(1, {}, async (store) => {
    await store.suspend()
    await store.resume()
  })
}
