export type { KeyPair, PublicKeyPair } from './key-pair.js'
export type {
  Manifest,
  ManifestInput,
  ManifestPrologue,
  ManifestSigner,
  ManifestVersion
} from './manifest.js'
export type {
  Codec,
  Encoder,
  CompactEncoding,
  Decoded,
  EncodingName,
  EncodingNameFor,
  EncodingState,
  TextEncodingName,
  ValueEncoding
} from './encoding.js'
export type { EventSource, Listener } from './event-source.js'
export type { ByteStream, ReadableEvents, ReadableStream, WritableEvents, WritableStream } from './streams.js'
export type { Bytes, NodeDuplex, NodeWritable } from './node.js'
export type { Channel, NoiseStream, ProtocolStream, Protomux, ReplicationStream } from './protocol-stream.js'
export type {
  CoreOptions,
  Encryption,
  EncryptionOption,
  HypercoreOptions,
  SessionOptions
} from './hypercore-options.js'
export type { CoreReplicator, GroupUpdate, InnerCore, Peer } from './inner-core.js'
export type {
  AliasEntry,
  CoreAlias,
  CoreAuth,
  CoreInfo,
  CoreRead,
  CoreStorage,
  CorestoreStorage,
  StorageAtom,
  StoredCore
} from './storage.js'
export type {
  AppendOptions,
  AuditResult,
  Block,
  ByteStreamOptions,
  CoreStats,
  Download,
  DownloadRange,
  Extension,
  ExtensionHandlers,
  GetBlockOptions,
  ProofRequest,
  ReadStreamOptions,
  TruncateOptions
} from './hypercore-calls.js'
export type { Hypercore, HypercoreEvents } from './hypercore.js'
