import { dimensionsOf, groupKeyOf, type Scalar } from '@twofold/core';

/** Between the values of a group's name: JSON text never has it, so the name can be taken apart without parsing. */
const SEPARATOR = '\x1f';

/** One dimension's value as it stands in a group's name. JSON.stringify alone, where it can, takes a quarter of the time. */
export const valueText = (value: Scalar): string =>
  typeof value === 'bigint' ? groupKeyOf([value]).slice(1, -1) : JSON.stringify(value);

export const groupNameOf = (dimensions: readonly Scalar[]): string => dimensions.map(valueText).join(SEPARATOR);

export const dimensionsIn = (groupName: string): readonly Scalar[] =>
  dimensionsOf(`[${groupName.replaceAll(SEPARATOR, ',')}]`);

/** The lexical range (ZRANGEBYLEX) of the groups whose leading dimensions have single wanted values. */
export function groupRange(wanted: readonly (readonly Scalar[] | null)[]): readonly [string, string] {
  const leading: Scalar[] = [];
  for (const values of wanted) {
    const [only] = values ?? [];
    if (values?.length !== 1 || only === undefined) break;
    leading.push(only);
  }
  if (leading.length === 0) return ['-', '+'];
  const prefix = groupNameOf(leading);
  return leading.length === wanted.length ? [`[${prefix}`, `[${prefix}`] : [`[${prefix}${SEPARATOR}`, `(${prefix}\x20`];
}
