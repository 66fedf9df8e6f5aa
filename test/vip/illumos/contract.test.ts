import { OTHER_OUTCOMES } from '../../systems/illumos/variants.ts';
import { contract } from '../contract.ts';
import { modelContract } from '../model-contract.ts';
import { IFCONFIG, illumosStage, IPADM } from './stages.ts';

const slow = { links: [{ name: 'e1000g0', mac: '8:0:27:1:2:3', driver: 'slow' }] } as const;

for (const [name, kind] of [
  ['illumos', IPADM],
  ['illumos-ifconfig', IFCONFIG],
] as const) {
  contract(name, () => illumosStage(kind));
  contract(`${name}, other outcomes`, () => illumosStage(kind, { variants: OTHER_OUTCOMES }));
  contract(`${name}, a driver that does not report link changes`, () => illumosStage(kind, slow));
  modelContract(name, () => illumosStage(kind));
  modelContract(`${name}, other outcomes`, () => illumosStage(kind, { variants: OTHER_OUTCOMES }));
}
