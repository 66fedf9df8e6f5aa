import fc from 'fast-check';
import type { Body, GroupRecord } from '../../src/core/frame.ts';
import type { GroupId, NodeId } from '../../src/core/units.ts';
import { ROLES } from '../../src/wire/layout.ts';

const u8 = fc.nat(255);
const priority = fc.nat(254);
const u16 = fc.nat(65_535);
const u32 = fc.nat(0xffff_ffff);
const u53 = fc.oneof(fc.maxSafeNat(), fc.nat(1_000), fc.constant(Number.MAX_SAFE_INTEGER));
const id = fc.uint8Array({ minLength: 8, maxLength: 8 }).map((bytes) => Buffer.from(bytes).toString('hex'));
const role = fc.constantFrom(...ROLES);

const plain = { noNullPrototype: true } as const;

const anyGroup: fc.Arbitrary<GroupRecord> = fc.record(
  {
    id: id as fc.Arbitrary<GroupId>,
    role,
    priority,
    base: priority,
    has: fc.boolean(),
    sticky: fc.boolean(),
    frozen: fc.boolean(),
    overlap: fc.boolean(),
    checksOnly: fc.boolean(),
    heir: u8,
    holder: u8,
    holderRole: role,
    holderPriority: priority,
    freezeCounter: u16,
    epoch: u53,
  },
  plain,
);

/** Every body that a node may say. */
export const anyBody: fc.Arbitrary<Body> = fc
  .record(
    {
      hello: fc.boolean(),
      probe: fc.boolean(),
      answer: fc.boolean(),
      hearsYou: fc.boolean(),
      canReceive: fc.boolean(),
      versionMax: u8,
      path: u8,
      intervalUs: u32.filter((us) => us > 0),
      timeoutUs: u32.filter((us) => us > 0),
      session: u53.filter((number) => number > 0),
      seq: u53.filter((number) => number > 0),
      sentUs: u53,
      ack: u53,
      echo: id,
      ackDelayUs: u53,
      ackedLow: u32,
      ackedHigh: u32,
      yourKey: id as fc.Arbitrary<NodeId>,
      digest: id,
      promiseMs: u16,
      more: fc.nat(200),
      // As many as fit behind 35 records: none.
      configParts: fc.oneof(
        fc.constant([]),
        fc.array(
          fc.nat(0xffff_ffff).map((n) => n.toString(16).padStart(8, '0')),
          { minLength: 1, maxLength: 8 },
        ),
      ),
      asksFor: fc.oneof(
        fc.constant([]),
        fc.array(id as fc.Arbitrary<GroupId>, { minLength: 1, maxLength: 31 }),
      ),
      groups: fc.uniqueArray(anyGroup, { maxLength: 35, selector: (group) => group.id }),
    },
    plain,
  )
  .map(({ more, ...rest }) => ({
    ...rest,
    groupsInAll: rest.groups.length + more,
    configParts: rest.groups.length < 35 ? rest.configParts : [],
    // 31 groups asked for, and eight parts of a config, are 286 bytes.
    asksFor: rest.groups.length < 23 ? rest.asksFor : [],
  }));
