/** @ts-ignore Without @types/node there is no such module, and `any` stands in. */
type Duplex = import('node:stream').Duplex
/** @ts-ignore Without @types/node there is no such module, and `any` stands in. */
type Writable = import('node:stream').Writable
/** @ts-ignore Without @types/node there is no such module, and `any` stands in. */
type Buffer = import('node:buffer').Buffer

/** `any`, and nothing above, has all strings as keys. The usual test, `0 extends 1 & T`, gives `any` for what is missing. */
type IfMissing<T, Then> = string extends keyof T ? Then : T

/**
 * Where Node's types are present, its `stream.Duplex`: with it, a stream of ours goes into `pipeline()` and everything
 * else that asks for one. Elsewhere `unknown`, which adds nothing. At run time the streams are those of streamx, which
 * lack some of Node's methods, such as `map()`.
 */
export type NodeDuplex = IfMissing<Duplex, unknown>

/** As `NodeDuplex`, for `stream.Writable`. */
export type NodeWritable = IfMissing<Writable, unknown>

/**
 * Bytes that are a Buffer wherever there are Buffers, so that `bytes.toString('hex')` compiles where Node's types are
 * present; elsewhere a `Uint8Array`.
 */
export type Bytes = IfMissing<Buffer, Uint8Array>
