import b4a from 'b4a'
import { boolean, constantFrom, subarray } from 'fast-check'
import crypto from 'hypercore-crypto'
import ID from 'hypercore-id-encoding'
import { BLOCKS, type Call, call, INDEX, NAME } from './call.js'
import { hex, pick, type World } from './world.js'

/** How a caller may write a key. */
const FORM = constantFrom('bytes', 'hex', 'z32', 'bare bytes', 'bare hex', 'bare z32')

const KEY_PAIRS = [1, 2, 3].map((byte) => crypto.keyPair(b4a.alloc(32, byte)))

/** Some names always mean an encrypted core, others always a core of one group: stock keeps a core
 * whose opening failed, ours forgets it, so no call here asks for what contradicts an earlier one. */
const BY_NAME: Record<string, object> = {
  secret: { encryption: { key: b4a.alloc(32, 4) } },
  sealed: { encryptionKey: b4a.alloc(32, 5), isBlockKey: true },
  team: { group: b4a.alloc(32, 1) },
  crew: { group: b4a.alloc(32, 2) }
}

const SESSION = {
  writable: constantFrom(undefined, undefined, true, false),
  active: constantFrom(undefined, false),
  valueEncoding: constantFrom(undefined, undefined, 'json', 'utf-8')
}

/** Every way to ask a store for a core. Closed stores are asked as well. */
export const getCalls: Record<string, Call> = {
  getByName: call(
    10,
    { store: INDEX, name: NAME, preload: boolean(), blocks: BLOCKS, ...SESSION },
    async (world, { store, name, preload, blocks, ...session }) => {
      const identity = { name, ...BY_NAME[name] }
      const opts = preload ? { preload: Promise.resolve(identity) } : identity
      return await get(world, store, { ...opts, ...defined(session) }, blocks)
    }
  ),

  // What is asked of a session before it is open, and of sessions made from it by then.
  useUnopened: call(
    4,
    {
      store: INDEX,
      name: NAME,
      exclusive: boolean(),
      child: constantFrom<object>({}, { writable: false }, { snapshot: true }, { valueEncoding: 'utf-8' }),
      blocks: BLOCKS,
      ...SESSION
    },
    async (world, { store, name, exclusive, child, blocks, ...session }) => {
      const { store: asked, leaf } = pick(world.stores, store)!
      const core = asked.get({
        name,
        exclusive,
        ...BY_NAME[name],
        ...defined(session),
        ...(leaf ? UNDECIDED : {})
      })
      const derived = core.session(child)
      const state = () => [core.key && hex(core.key), core.opened, core.writable]
      const early = state()
      try {
        const appended = await Promise.allSettled(blocks.map((block) => core.append(block as never)))
        await derived.ready()
        const first = await derived.get(0, { wait: false })
        const { length, writable, exclusive, snapshotted } = derived
        return {
          // Stock knows nothing of a name before ready(), ours may: when its core is open. It must be right.
          early: state().every((value, i) => !early[i] || early[i] === value),
          appended: appended.map(({ status }) => status),
          first,
          length,
          writable,
          exclusive,
          snapshotted
        }
      } finally {
        await derived.close()
        await core.close()
      }
    }
  ),

  getByKey: call(
    6,
    { store: INDEX, key: INDEX, form: FORM, ...SESSION },
    async (world, { store, key, form, ...session }) => {
      const bytes = world.key(key)
      const written = form.endsWith('hex') ? hex(bytes) : form.endsWith('z32') ? ID.encode(bytes) : bytes
      return await get(
        world,
        store,
        form.startsWith('bare') ? written : { key: written, ...defined(session) }
      )
    }
  ),

  getByDiscoveryKey: call(4, { store: INDEX, key: INDEX, ...SESSION }, async (world, drawn) => {
    const { store, key, ...session } = drawn
    const discoveryKey = crypto.discoveryKey(world.key(key))
    return await get(world, store, { discoveryKey, ...defined(session) })
  }),

  getByKeyPair: call(
    2,
    { store: INDEX, keyPair: INDEX, blocks: BLOCKS, ...SESSION },
    async (world, drawn) => {
      const { store, keyPair, blocks, ...session } = drawn
      return await get(world, store, { keyPair: pick(KEY_PAIRS, keyPair), ...defined(session) }, blocks)
    }
  ),

  getByManifest: call(
    2,
    {
      store: INDEX,
      signers: subarray([0, 1, 2], { minLength: 1 }),
      version: constantFrom(1, 2),
      ...SESSION
    },
    async (world, { store, signers, version, ...session }) => {
      const manifest = {
        version,
        quorum: 1,
        signers: signers.map((i) => ({ publicKey: KEY_PAIRS[i]!.publicKey }))
      }
      return await get(world, store, { manifest, ...defined(session) })
    }
  ),

  getWrongly: call(
    1,
    { store: INDEX, opts: constantFrom(...wrongOptions()) },
    async (world, { store, opts }) => await get(world, store, opts.value())
  )
}

function wrongOptions(): { readonly mistake: string; value(): object }[] {
  return [
    { mistake: 'nothing', value: () => ({}) },
    { mistake: 'a short key', value: () => ({ key: b4a.alloc(31) }) },
    { mistake: 'a key that is no id', value: () => ({ key: 'not a key' }) },
    { mistake: 'a preload that rejects', value: () => ({ preload: failing() }) },
    { mistake: 'a preload that names nothing', value: () => ({ preload: Promise.resolve({}) }) }
  ]
}

/** A rejection that somebody has seen, should the store refuse before it looks. */
function failing(): Promise<never> {
  const rejected = Promise.reject(new Error('preload'))
  rejected.catch(() => {})
  return rejected
}

/** In a read-only store, stock lets `writable: true` overrule it; ours does not. */
const UNDECIDED = { writable: undefined }

/** Keeps the session, and appends where it may. */
async function get(
  world: World,
  store: number,
  opts: object | string,
  blocks: readonly string[] = []
): Promise<string> {
  const { store: asked, leaf } = pick(world.stores, store)!
  const core = asked.get(leaf && typeof opts === 'object' ? { ...opts, ...UNDECIDED } : opts)
  const key = await world.hold(core)
  if (core.writable && blocks.length > 0) await core.append(blocks as never)
  return key
}

/** Without the options that are undefined, as a caller would write it. */
const defined = (opts: object): object =>
  Object.fromEntries(Object.entries(opts).filter(([, value]) => value !== undefined))
