import { seconds, type Family, type Put } from './family.ts';
import type { Facts } from './facts.ts';
import type { Histogram } from '../core/histogram.ts';

/*
 * Prometheus' text format, version 0.0.4. A library would be a hundred kilobytes of code and eleven megabytes of memory for what is
 * escaping and three kinds of lines.
 */
export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** One piece of text per family, so that whoever writes it can let others have their turn in between. */
export function* exposition(families: readonly Family[], facts: Facts): Generator<string> {
  for (const family of families) yield familyText(family, facts);
}

function familyText({ name, type, help, labels, collect }: Family, facts: Facts): string {
  let text = '';
  const put: Put = (value, ...values) => {
    if (value === undefined) return;
    const pairs = labelPairs(labels, values);
    text +=
      typeof value === 'object' ? histogramText(name, pairs, value) : sample(name, pairs, Number(value));
  };
  collect(facts, put);
  // A family that nothing is known of is left out: its absence can be asked for, and a heading alone says nothing.
  return text === '' ? '' : `# HELP ${name} ${escapedHelp(help)}\n# TYPE ${name} ${type}\n${text}`;
}

function labelPairs(labels: readonly string[], values: readonly string[]): string {
  let pairs = '';
  for (let place = 0; place < labels.length; place++)
    pairs += `${place === 0 ? '' : ','}${labels[place]}="${escapedValue(values[place] ?? '')}"`;
  return pairs;
}

const sample = (name: string, pairs: string, value: number): string =>
  pairs === '' ? `${name} ${numberText(value)}\n` : `${name}{${pairs}} ${numberText(value)}\n`;

function histogramText(name: string, pairs: string, { boundsMs, counts, sumMs }: Histogram): string {
  const beside = pairs === '' ? '' : `${pairs},`;
  let text = '';
  let below = 0;
  for (let place = 0; place < counts.length; place++) {
    below += counts[place]!;
    const bound = place < boundsMs.length ? numberText(seconds(boundsMs[place]!)) : '+Inf';
    text += `${name}_bucket{${beside}le="${bound}"} ${below}\n`;
  }
  return text + sample(`${name}_sum`, pairs, seconds(sumMs)) + sample(`${name}_count`, pairs, below);
}

const numberText = (value: number): string =>
  value === Number.POSITIVE_INFINITY ? '+Inf' : value === Number.NEGATIVE_INFINITY ? '-Inf' : String(value);

const SPECIAL = /[\\"\n]/;
const escapedValue = (text: string): string =>
  SPECIAL.test(text) ? text.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n') : text;
const escapedHelp = (text: string): string => text.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');
