import type * as z from 'zod/mini';
import { closest } from './closest.ts';
import { keysAllowedAt, placesOfKey } from './json-schema.ts';
import type { YamlPath } from './yaml-source.ts';

/** A sentence about a place in the file, before the place has a line and a column. */
export interface Finding {
  readonly severity: 'error' | 'warning' | 'note';
  readonly path: YamlPath;
  /** Whether the key is meant, and not what it holds. */
  readonly atKey?: boolean;
  readonly text: string;
}

type Issue = z.core.$ZodIssue;

/** What zod found wrong, in our words; one finding for each thing that has to be changed. */
export function findingsOf(issues: readonly Issue[], around: YamlPath = []): readonly Finding[] {
  return issues.flatMap((issue): readonly Finding[] => {
    const path = [...around, ...issue.path];
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => unknownKey(path, key));
      case 'invalid_union':
        return unionFindings(issue, path);
      case 'invalid_key':
        return [{ severity: 'error', path, atKey: true, text: issue.issues[0]?.message ?? issue.message }];
      case 'invalid_value':
        return [{ severity: 'error', path, text: issue.message + suggestionFor(issue) }];
      default:
        return [{ severity: 'error', path, text: issue.message }];
    }
  });
}

/** Of several shapes the one that was meant: the first whose complaint isn't that it is another kind of value. */
function unionFindings(issue: Extract<Issue, { code: 'invalid_union' }>, path: YamlPath): readonly Finding[] {
  const isOtherKind = (problem: Issue): boolean => {
    const { code, path: at, input } = problem;
    if (at.length === 0)
      return code === 'invalid_type' || (code === 'invalid_value' && typeof input !== 'string');
    if (at.length !== 1 || typeof at[0] !== 'number' || problem.code !== 'invalid_type') return false;
    // A list in the place of an element, of words or of lists of words; or a word in the place of a mapping.
    return Array.isArray(input) || (typeof input === 'string' && problem.expected === 'object');
  };
  const meant = issue.errors.find((branch) => !branch.some(isOtherKind));
  return meant ? findingsOf(meant, path) : [{ severity: 'error', path, text: issue.message }];
}

function unknownKey(path: YamlPath, key: string): Finding {
  return {
    severity: 'error',
    path: [...path, key],
    atKey: true,
    text: `is not a key here${whatWasMeant(path, key)}`,
  };
}

function whatWasMeant(path: YamlPath, key: string): string {
  const allowed = keysAllowedAt(path);
  if (path.includes('vips') && /^[0-9a-f:]+$/i.test(key)) return '; an IPv6 address must stand in quotes';
  const near = closest(key, allowed);
  if (near !== undefined) return `; did you mean "${near}"?`;
  const [elsewhere] = placesOfKey(key);
  if (elsewhere !== undefined) return `; it belongs to ${elsewhere}`;
  return allowed.length > 0 ? `; there are ${allowed.join(', ')}` : '';
}

function suggestionFor(issue: Extract<Issue, { code: 'invalid_value' }>): string {
  if (typeof issue.input !== 'string') return '';
  const near = closest(issue.input, issue.values.map(String));
  return near === undefined ? '' : `; did you mean "${near}"?`;
}
