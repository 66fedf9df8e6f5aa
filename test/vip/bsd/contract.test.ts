import { contract } from '../contract.ts';
import { freebsd, netbsd, netbsdWithoutProbing, openbsd } from './stages.ts';

contract('freebsd 14', () => freebsd());
contract('freebsd 13', () => freebsd({ version: 13 }));
contract('freebsd, other outcomes', () =>
  freebsd({
    variants: { netlinkLine: true, announcesIPv6: false, leaseLatenessMs: 2_000, listing: 'byFamily' },
  }),
);
contract('openbsd', () => openbsd());
contract('openbsd, other outcomes', () =>
  openbsd({
    variants: { aliasAgain: 'refused', deleteMissing: 'ENXIO', hostBroadcast: false, announcesIPv6: false },
  }),
);
contract('netbsd', () => netbsd());
contract('netbsd without duplicate detection', () => netbsdWithoutProbing());
contract('netbsd, other outcomes', () =>
  netbsd({
    variants: { aliasAgain: 'refused', deleteMissing: 'ENXIO', zeroFlags: '0x0', unknownLink: 'silent' },
  }),
);
