// Written by `node scripts/checks/types.mjs --write`.
import * as api from './dist/index.js'

/** What require() gives: the class itself, with everything else as a member. */
declare class Corestore extends api.Corestore {}

declare namespace Corestore {
  export { Corestore }
  export type ActiveFor = api.ActiveFor
  export type AliasEntry = api.AliasEntry
  export type Amount = api.Amount
  export type AppendOptions = api.AppendOptions
  export type ArgumentError = api.ArgumentError
  export type AuditOptions = api.AuditOptions
  export type AuditResult = api.AuditResult
  export type Block<T> = api.Block<T>
  export type Bytes = api.Bytes
  export type ByteStream = api.ByteStream
  export type ByteStreamOptions = api.ByteStreamOptions
  export type ChangePlace = api.ChangePlace
  export type Channel = api.Channel
  export type Clock = api.Clock
  export type CloseOptions = api.CloseOptions
  export type Codec<T> = api.Codec<T>
  export type CompactEncoding<T> = api.CompactEncoding<T>
  export type CoreAlias = api.CoreAlias
  export type CoreAudit = api.CoreAudit
  export type CoreAuth = api.CoreAuth
  export type CoreErrorInfo = api.CoreErrorInfo
  export type CoreFigures = api.CoreFigures
  export type CoreHolder = api.CoreHolder
  export type CoreInfo = api.CoreInfo
  export type CoreName = api.CoreName
  export type CoreOptions = api.CoreOptions
  export type CoreRead = api.CoreRead
  export type CoreReplicator = api.CoreReplicator
  export type CoreSource = api.CoreSource
  export type CoreStats = api.CoreStats
  export type CoreStorage = api.CoreStorage
  export import CORESTORE_ERRORS = api.CORESTORE_ERRORS
  export import CorestoreError = api.CorestoreError
  export type CorestoreErrorCode = api.CorestoreErrorCode
  export type CorestoreEvents = api.CorestoreEvents
  export type CorestoreOptions = api.CorestoreOptions
  export type CorestoreStorage = api.CorestoreStorage
  export type CoreSync = api.CoreSync
  export type Decoded<E> = api.Decoded<E>
  export type Download = api.Download
  export type DownloadRange = api.DownloadRange
  export type Encoder<T> = api.Encoder<T>
  export type EncodingName = api.EncodingName
  export type EncodingNameFor<T> = api.EncodingNameFor<T>
  export type EncodingState = api.EncodingState
  export type Encryption = api.Encryption
  export type EncryptionOption = api.EncryptionOption
  export type Engine = api.Engine
  export type EngineErrorCode = api.EngineErrorCode
  export type EngineIterator = api.EngineIterator
  export type EngineSnapshot = api.EngineSnapshot
  export type EngineSupports = api.EngineSupports
  export type Entry = api.Entry
  export type EventSource<
    Events extends {
      [K in keyof Events]: unknown[]
    }
  > = api.EventSource<Events>
  export type Extension<M = Uint8Array> = api.Extension<M>
  export type ExtensionHandlers<M = Uint8Array> = api.ExtensionHandlers<M>
  export type Figures = api.Figures
  export type GetBlockOptions<V = unknown> = api.GetBlockOptions<V>
  export type GetOptions<T = unknown> = api.GetOptions<T>
  export type GroupHandle = api.GroupHandle
  export type GroupUpdate = api.GroupUpdate
  export type Hypercore<T = Uint8Array> = api.Hypercore<T>
  export type HypercoreEvents = api.HypercoreEvents
  export type HypercoreOptions<T = unknown> = api.HypercoreOptions<T>
  export type IdentityOptions = api.IdentityOptions
  export type InnerCore = api.InnerCore
  export import isManycoreError = api.isManycoreError
  export type KeychainErrorCode = api.KeychainErrorCode
  export type KeyPair = api.KeyPair
  export type LevelDatabase = api.LevelDatabase
  export type LevelIterator<K, V> = api.LevelIterator<K, V>
  export type LevelOperation<K, V> = api.LevelOperation<K, V>
  export type LevelRange<K> = api.LevelRange<K>
  export type LevelReadOptions = api.LevelReadOptions
  export type LevelSnapshot = api.LevelSnapshot
  export type LevelWriteOptions = api.LevelWriteOptions
  export type Limits = api.Limits
  export type Listener<Args extends unknown[]> = api.Listener<Args>
  export type LoadedCores = api.LoadedCores
  export type Manifest = api.Manifest
  export type ManifestInput = api.ManifestInput
  export type ManifestPrologue = api.ManifestPrologue
  export type ManifestSigner = api.ManifestSigner
  export type ManifestVersion = api.ManifestVersion
  export type ManycoreError<Code extends string = string> = api.ManycoreError<Code>
  export type ManycoreErrorGuard<Codes extends string> = api.ManycoreErrorGuard<Codes>
  export type MirrorOptions = api.MirrorOptions
  export type NodeDuplex = api.NodeDuplex
  export type NodeWritable = api.NodeWritable
  export type NoiseStream = api.NoiseStream
  export type Op = api.Op
  export type OpenCoreOptions = api.OpenCoreOptions
  export type OpenStorageOptions = api.OpenStorageOptions
  export type OrderedStore = api.OrderedStore
  export type Peer = api.Peer
  export type PolicyChange = api.PolicyChange
  export type PolicyCore = api.PolicyCore
  export type PolicyPeer = api.PolicyPeer
  export type ProofRequest = api.ProofRequest
  export type ProtocolStream = api.ProtocolStream
  export type Protomux = api.Protomux
  export type PublicKeyPair = api.PublicKeyPair
  export type RandomAccess = api.RandomAccess
  export type RandomAccessStorage = api.RandomAccessStorage
  export type Range = api.Range
  export type ReadableEvents<T> = api.ReadableEvents<T>
  export type ReadableStream<T> = api.ReadableStream<T>
  export type ReadStreamOptions = api.ReadStreamOptions
  export type ReplicateOptions = api.ReplicateOptions
  export type ReplicationPolicy = api.ReplicationPolicy
  export type ReplicationStream = api.ReplicationStream
  export type Replicator = api.Replicator
  export type ReplicatorError = api.ReplicatorError
  export type ReplicatorErrorCode = api.ReplicatorErrorCode
  export type ReplicatorEvents = api.ReplicatorEvents
  export type ReplicatorOptions = api.ReplicatorOptions
  export type ReplicatorStats = api.ReplicatorStats
  export type RocksDatabase = api.RocksDatabase
  export type RocksTuning = api.RocksTuning
  export type ScopeSessionOptions<T = unknown> = api.ScopeSessionOptions<T>
  export type SessionOptions<T = unknown> = api.SessionOptions<T>
  export type SessionScope = api.SessionScope
  export type SessionsErrorCode = api.SessionsErrorCode
  export type SessionSource = api.SessionSource
  export type SessionTable = api.SessionTable
  export type SessionTableEvents = api.SessionTableEvents
  export type SessionTableStats = api.SessionTableStats
  export type Stall = api.Stall
  export type StorageAtom = api.StorageAtom
  export type StorageErrorCode = api.StorageErrorCode
  export type StorageInput = api.StorageInput
  export type StoredChange = api.StoredChange
  export type StoredChanges = api.StoredChanges
  export type StoredCopies = api.StoredCopies
  export type StoredCopy = api.StoredCopy
  export type StoredCore = api.StoredCore
  export type StoreEntry = api.StoreEntry
  export type StoreIterator = api.StoreIterator
  export type StoreOp = api.StoreOp
  export type StoreOptions = api.StoreOptions
  export type StoreSessionOptions = api.StoreSessionOptions
  export type StreamFigures = api.StreamFigures
  export type StreamRecord = api.StreamRecord
  export type StreamSync = api.StreamSync
  export type SuspendOptions = api.SuspendOptions
  export type SyncView = api.SyncView
  export type TextEncodingName = api.TextEncodingName
  export type TruncateOptions = api.TruncateOptions
  export type UpdatesOptions = api.UpdatesOptions
  export type ValueEncoding<T = unknown> = api.ValueEncoding<T>
  export type WritableEvents = api.WritableEvents
  export type WritableStream<T> = api.WritableStream<T>
}

export = Corestore
