import { i, s, tags, sizes, LEAST, GREATEST, type ExpressionCase, of } from './case.js';
import { listContains, listLength } from '../calls.js';
import { coalesce, gt } from '../expressions.js';
import { nullOf } from '../operand.js';

export const lists: readonly ExpressionCase[] = [
  ...of(listLength(tags), ['tags'], [['a', 'b'], 2], [[], 0], [null, null]),
  ...of(
    listContains(tags, s),
    ['tags', 's'],
    [['a', 'b'], 'b', true],
    [['a'], 'A', false],
    [[], 'a', false],
    [null, 'a', null],
    [['a'], null, null],
  ),
  ...of(listContains(sizes, 7), ['sizes'], [[1, 7], true], [[1], false]),
  ...of(listContains(sizes, i), ['sizes', 'i'], [[GREATEST], GREATEST, true], [[LEAST, 0], 1, false], [[], null, null]),
  ...of(listContains(tags, ''), ['tags'], [[''], true], [['a'], false]),
  ...of(listLength(sizes), ['sizes'], [[1, 1, 1], 3], [[], 0]),
  ...of(gt(listLength(coalesce(tags, nullOf('list(string)'))), 1), ['tags'], [['a', 'b'], true], [null, null]),
];
