// Compile-only: quickbit-universal 2.2.0 ships no types. Of its members, those that benchmarks use.
declare module 'quickbit-universal' {
  export class Index {
    static from(field: Uint32Array, byteLength: number): Index
  }
}
