import type { DataTypeName } from '../events/data-type.js';

const SCALAR = 'string|int|double|boolean|timestamp|date|decimal\\((?:\\d|1[0-8])\\)';
const TYPE_NAME = new RegExp(`^(?:${SCALAR}|list\\((?:${SCALAR})\\))$`);

/** Whether there is a type of this name: of a node that came as plain data. */
export const isTypeName = (name: unknown): name is DataTypeName => typeof name === 'string' && TYPE_NAME.test(name);
