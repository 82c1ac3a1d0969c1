/** Injects the AcceptPorts of the flow. */
export const ACCEPT_PORTS = Symbol('accept-ports');
/** Injects the Catalog. */
export const CATALOG = Symbol('catalog');
/** Injects the EventLogWriter and EventLogAdmin ports. */
export const EVENT_LOG_WRITER = Symbol('event-log-writer');
export const EVENT_LOG_ADMIN = Symbol('event-log-admin');
