import type { Facts } from './facts.ts';
import { fine, type Finding } from './finding.ts';

export const clockFindings = (_: Facts): readonly Finding[] => [
  fine('clock', '', 'clocks need not agree between nodes, and may jump; only the times in logs differ then'),
];
