import { gapTeller, type GapTeller, type Telling } from './gap-teller.ts';

export type ShopperMessage = Telling<Visit, AnswererMessage>;
type AnswererMessage = { readonly kind: 'answerer' } & Answerer;

/** Through whom an answer came, and from whom, since when. */
export interface Answerer {
  readonly proxy: string;
  readonly server: string;
  readonly atMs: number;
}

export interface Visit {
  readonly answered: number;
  readonly refused: number;
  /** `NAME=VALUE`; empty before the first answer. */
  readonly cookie: string;
}

/** One visitor, who goes on asking with the same cookie until the test is over. */
export interface Shopper extends GapTeller<Visit> {
  /** Each change, the first answer included. */
  readonly answerers: readonly Answerer[];
}

const EVERY_MS = 5;
const SHORTEST_GAP_MS = 20;

export async function shopperAt(namespace: string, url: string): Promise<Shopper> {
  const answerers: Answerer[] = [];
  const teller = await gapTeller<Visit, AnswererMessage>(
    namespace,
    'shopper.ts',
    [url, EVERY_MS, SHORTEST_GAP_MS],
    (answerer) => answerers.push(answerer),
  );
  return { ...teller, answerers };
}
