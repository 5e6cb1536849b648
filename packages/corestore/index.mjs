import Corestore from './index.cjs'

export default Corestore
export { Corestore }
export const { CorestoreError, CORESTORE_ERRORS, isManycoreError } = Corestore
