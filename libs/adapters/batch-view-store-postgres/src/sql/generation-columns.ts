import { impossible, type DataTypeKind, type ViewPlan } from '@twofold/core';

/** A column of a generation's table. `sqlType` is what a parameter compared with it is cast to. */
export type GenerationColumn = {
  readonly name: string;
  readonly sqlType: string;
  readonly collation: string;
  readonly isNullable: boolean;
};

/** The window is a column like the others: whole windows since 1970. */
export const WINDOW: GenerationColumn = column('window_number', 'int', false);

/** One column per dimension, by its index in the plan: d0, d1, … */
export const dimensionColumns = (plan: ViewPlan): readonly GenerationColumn[] =>
  plan.dimensions.map(({ column: { kind, nullable } }, index) => column(`d${index}`, kind, nullable));

/** One column per part, by its index in the plan: p0, p1, … A sum always has a value. */
export const partColumns = (plan: ViewPlan): readonly GenerationColumn[] =>
  plan.parts.map(({ kind, type }, index) => column(`p${index}`, type, kind !== 'sum'));

/** All columns in the order in which rows are loaded and read. */
export const generationColumns = (plan: ViewPlan): readonly GenerationColumn[] => [
  ...dimensionColumns(plan),
  WINDOW,
  ...partColumns(plan),
];

function column(name: string, kind: DataTypeKind, isNullable: boolean): GenerationColumn {
  // Text by code point, whatever the database's own collation: the order of bytes in UTF-8.
  return { name, sqlType: sqlTypeOf(kind), collation: kind === 'string' ? ' COLLATE "C"' : '', isNullable };
}

/** Timestamps are milliseconds since 1970, as everywhere else. */
function sqlTypeOf(kind: DataTypeKind): string {
  switch (kind) {
    case 'string':
      return 'text';
    case 'int':
    case 'timestamp':
      return 'bigint';
    case 'double':
      return 'double precision';
    case 'boolean':
      return 'boolean';
    default:
      return impossible(`data type ${JSON.stringify(kind satisfies never)}`);
  }
}
