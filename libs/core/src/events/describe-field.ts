import type { Field, ValueField } from './data-type.js';

/** A field as its team wrote it: `optional(string({ maxLength: 16 }))`. Of a record, without its fields. */
export const describeField = (field: Field): string =>
  field.optional ? `optional(${describePresent(field)})` : describePresent(field);

const describePresent = (field: Field): string => (field.kind === 'record' ? 'record' : describeValue(field));

function describeValue(field: ValueField): string {
  switch (field.kind) {
    case 'string':
      return `string({ maxLength: ${field.maxLength} })`;
    case 'enum':
      return `enumOf(${field.values.map((value) => JSON.stringify(value)).join(', ')})`;
    case 'decimal':
      return `decimal(${field.scale})`;
    case 'list':
      return `list(${describeValue(field.of)}, { maxItems: ${field.maxItems} })`;
    default:
      return `${field.kind}()`;
  }
}
