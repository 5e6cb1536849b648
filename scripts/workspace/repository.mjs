/** The one address of the repository: manifests name it, and READMEs that are shown elsewhere link below it. */
export const REPOSITORY = 'https://github.com/manycore/manycore'
