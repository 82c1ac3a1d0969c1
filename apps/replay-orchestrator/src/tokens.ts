/** Injects the RebuildPorts of the flow. */
export const REBUILD_PORTS = Symbol('rebuild-ports');
