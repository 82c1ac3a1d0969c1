import { itemTypeOf, scaleOf, type DataTypeName } from '../events/data-type.js';
import { TIME_PARTS, TRUNCATE_UNITS } from '../time/time-functions.js';
import { DAY_PARTS } from '../time/civil-date.js';
import { isTimeZone } from '../time/zone-offsets.js';
import type { ExpressionNode } from './expression.js';
import type { FunctionName } from './functions.js';

/** Of a result: `nullable` where it may be null though no operand is. */
export type Signature = { readonly type: DataTypeName; readonly nullable: boolean };

type Refuse = (message: string) => never;

/** Operands of concat: more are several concats. */
const MAX_CONCAT = 32;

/** What a function gives for its operands; `refuse` is called where it does not take them. */
export function signatureOf(name: FunctionName, operands: readonly ExpressionNode[], refuse: Refuse): Signature {
  const takes = (...types: readonly DataTypeName[]): void => {
    const given = operands.map(({ type }) => type);
    if (given.length !== types.length || given.some((type, index) => type !== types[index]))
      refuse(`${name} is of (${types.join(', ')}), not of (${given.join(', ')})`);
  };
  const never = (type: DataTypeName): Signature => ({ type, nullable: false });
  switch (name) {
    case 'lower':
    case 'upper':
      takes('string');
      return never('string');
    case 'concat':
      if (operands.length < 1 || operands.length > MAX_CONCAT) refuse(`concat has 1 to ${MAX_CONCAT} operands`);
      takes(...operands.map(() => 'string' as const));
      return never('string');
    case 'substring':
      takes('string', 'int', 'int');
      return never('string');
    case 'startsWith':
    case 'contains':
      takes('string', 'string');
      return never('boolean');
    case 'position':
      takes('string', 'string');
      return never('int');
    case 'length':
      takes('string');
      return never('int');
    case 'listLength':
      if (operands.length !== 1 || listItem(operands[0]) === null) refuse('listLength is of a list');
      return never('int');
    case 'listContains':
      if (operands.length !== 2 || listItem(operands[0]) !== operands[1]?.type)
        refuse('listContains is of a list and a value of its type');
      return never('boolean');
    case 'datePart':
      return datePartOf(operands, refuse);
    case 'truncate':
      takes('timestamp', 'string', 'string');
      oneOf(operands[1], TRUNCATE_UNITS, 'unit', refuse);
      timeZone(operands[2], refuse);
      return never('timestamp');
    case 'dateOf':
      takes('timestamp', 'string');
      timeZone(operands[1], refuse);
      return never('date');
    case 'toText':
      if (operands.length !== 1 || !hasText(operands[0]?.type))
        refuse('toText is of an int, a decimal, a boolean or a string');
      return never('string');
    case 'parseInteger':
      takes('string');
      return { type: 'int', nullable: true };
  }
}

const listItem = (operand: ExpressionNode | undefined): DataTypeName | null =>
  operand === undefined ? null : itemTypeOf(operand.type);

const hasText = (type: DataTypeName | undefined): boolean =>
  type !== undefined && (type === 'string' || type === 'boolean' || scaleOf(type) !== null);

/** Of a date, or of a timestamp in a zone. */
function datePartOf(operands: readonly ExpressionNode[], refuse: Refuse): Signature {
  const [of, part, zone] = operands;
  const isOfDate = of?.type === 'date' && operands.length === 2;
  const isOfTime = of?.type === 'timestamp' && operands.length === 3;
  if (!isOfDate && !isOfTime) refuse('datePart is of a date and a part, or of a timestamp, a part and a time zone');
  oneOf(part, isOfDate ? DAY_PARTS : TIME_PARTS, 'part', refuse);
  if (isOfTime) timeZone(zone, refuse);
  return { type: 'int', nullable: false };
}

function oneOf(operand: ExpressionNode | undefined, names: readonly string[], what: string, refuse: Refuse): void {
  if (operand?.kind !== 'literal' || !names.includes(String(operand.value)))
    refuse(`a ${what} is one of ${names.join(', ')}`);
}

function timeZone(operand: ExpressionNode | undefined, refuse: Refuse): void {
  if (operand?.kind !== 'literal' || typeof operand.value !== 'string' || !isTimeZone(operand.value))
    refuse(
      `${operand?.kind === 'literal' ? JSON.stringify(operand.value) : 'this'} is no time zone of the IANA database, such as Europe/Berlin`,
    );
}
