// Compile-only: which-runtime 1.4.0 ships no types.
declare module 'which-runtime' {
  export const isAndroid: boolean
}
