import { FaultPlan, MemoryEngine, RandomAccessEngine } from '@manycore/kv'
import { Keychain } from '@manycore/keychain'
import { HypercoreSet, Replicator, allOf } from '@manycore/replicator'
import type { SessionTable } from '@manycore/sessions'
import { RocksEngine, openStorage } from '@manycore/storage-adapters'
import { expectTypeOf, test } from 'vitest'
import { Corestore } from '../../src/index.js'

declare const store: Corestore
declare const table: SessionTable
declare const key: Uint8Array

// Checked by the compiler: the test command type-checks all tests.
test('an option that does not exist does not compile', () => {
  const never = (): void => {
    // @ts-expect-error primaryKey
    void new Corestore('dir', { primarykey: key, unsafe: true })
    // @ts-expect-error policy
    void new Corestore('dir', { polcy: { access: () => false } })
    // @ts-expect-error lingerMs
    void new Corestore('dir', { lingerms: 0 })
    // @ts-expect-error lingerMs
    void new Corestore('dir', { lingerMS: 1 })
    // @ts-expect-error lingerMs
    void Corestore.from('dir', { lingerMS: 1 })
    // @ts-expect-error allowBackup
    void new Corestore('dir', { allowbackup: true })
    // @ts-expect-error an option of openStorage() that a store does not have
    void new Corestore('dir', { alwaysRecover: true })
    // @ts-expect-error an option of the store
    store.session({ lingerMs: 1 })
    // @ts-expect-error access
    void new Corestore('dir', { policy: { acces: () => false } })
    // @ts-expect-error pendingOpens
    void new Corestore('dir', { limits: { pendingOpen: 1 } })
    // @ts-expect-error maxSize
    void new Corestore('dir', { treeCache: { maxsize: 1 } })
    // @ts-expect-error readOnly
    store.session({ readonly: true })
    // @ts-expect-error policy
    store.namespace('a', { polcy: null })
    // @ts-expect-error encryptionKey
    store.get({ name: 'a', encryptionkey: key })
    // @ts-expect-error an option of the store
    store.get({ name: 'a', namespace: key })
    // @ts-expect-error an option of the store
    store.get({ name: 'a', manifestVersion: 2 })
    // @ts-expect-error createIfMissing
    void store.staticify(store.get('key'), { createIfMising: false })
    // @ts-expect-error policy
    store.replicate(true, { polcy: null })
    // @ts-expect-error peer
    void store.policyChanged({ pear: key })
    // @ts-expect-error dryRun
    store.audit({ dryrun: true })
    // @ts-expect-error log
    void store.suspend({ logg: () => {} })
    // @ts-expect-error since
    store.notifyGroup(key).updates({ sinse: 0 })
    // @ts-expect-error namespace
    void new Keychain(key, { namespaces: key })
    // @ts-expect-error manifestVersion
    new Keychain(key).coreOptions('a', { manifestversion: 1 })
    // @ts-expect-error createIfMissing
    table.openCore({ key, createifmissing: false })
    // @ts-expect-error exclusive
    table.scope().session(table.openCore({ key }), { exclusve: true })
    // @ts-expect-error readOnly
    openStorage('dir', { readonly: true })
    // @ts-expect-error blockCache
    void new RocksEngine('dir', { blockcache: false })
    // @ts-expect-error reusable
    void new MemoryEngine({ reuseable: true })
    // @ts-expect-error memtableBytes
    void new RandomAccessEngine(() => null as never, { memtablebytes: 1 })
    // @ts-expect-error gte
    new MemoryEngine().iterator({ gt: key })
    // @ts-expect-error oneIn
    void new FaultPlan([{ on: 'write', action: 'fail', onein: 3 }])
    // @ts-expect-error active
    void new Replicator(new HypercoreSet(), { activ: false })
    // @ts-expect-error download
    allOf({ downlaod: () => false })
  }
  expectTypeOf(never).toBeFunction()
})
