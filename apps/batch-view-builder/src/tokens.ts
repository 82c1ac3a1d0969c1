/** Injects the catalog. */
export const CATALOG = Symbol('catalog');
