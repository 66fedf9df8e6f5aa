import { type Vip, type VipChange } from '../../src/core/ports.ts';

export interface Call {
  readonly id: number;
  readonly method: 'up' | 'renew' | 'down' | 'look' | 'plan' | 'announce' | 'watch' | 'leave' | 'close';
  readonly vips: readonly Vip[];
  readonly leaseSeconds: number;
}

export interface PlainError {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

export type Report =
  | { readonly kind: 'done'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: PlainError }
  | { readonly kind: 'problem'; readonly error: PlainError }
  | { readonly kind: 'change'; readonly change: VipChange }
  | { readonly kind: 'log'; readonly text: string };
