import * as z from 'zod/mini';
import { byName, must } from './value-shapes.ts';

export const interfaces = () => {
  const error = must('the name of an interface, or a mapping of nodes to interfaces');
  const one = z
    .string({ error })
    .check(z.minLength(1, { error: 'is empty; it must be the name of an interface' }));
  return z.union([one, byName(one)], { error });
};
