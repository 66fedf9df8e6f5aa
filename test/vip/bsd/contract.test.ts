import { contract } from '../contract.ts';
import { modelContract } from '../model-contract.ts';
import { type BsdStage, freebsd, netbsd, netbsdWithoutProbing, openbsd } from './stages.ts';

const stages: Readonly<Record<string, () => BsdStage | Promise<BsdStage>>> = {
  'freebsd 14': () => freebsd(),
  'freebsd 13': () => freebsd({ version: 13 }),
  'freebsd, other outcomes': () =>
    freebsd({
      variants: { netlinkLine: true, announcesIPv6: false, leaseLatenessMs: 2_000, listing: 'byFamily' },
    }),
  openbsd: () => openbsd(),
  'openbsd, other outcomes': () =>
    openbsd({
      variants: { aliasAgain: 'refused', deleteMissing: 'ENXIO', hostBroadcast: false, announcesIPv6: false },
    }),
  netbsd: () => netbsd(),
  'netbsd without duplicate detection': () => netbsdWithoutProbing(),
  'netbsd, other outcomes': () =>
    netbsd({
      variants: { aliasAgain: 'refused', deleteMissing: 'ENXIO', zeroFlags: '0x0', unknownLink: 'silent' },
    }),
};

for (const [system, makeStage] of Object.entries(stages)) {
  contract(system, makeStage);
  if (!system.includes('other outcomes')) modelContract(system, makeStage);
}
