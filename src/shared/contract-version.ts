/**
 * The version of the contract. Host and page refuse each other when they differ. Stands alone, so that the page can
 * say it without carrying the schemas.
 */
export const CONTRACT_VERSION = 1
