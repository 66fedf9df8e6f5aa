import { bsdInNamespace } from '../bsd/rebootable.ts';
import type { MakeSystemHost } from '../system-host.ts';
import { openbsdHost } from './openbsd.ts';

export const hostInNamespace: MakeSystemHost = (place) => bsdInNamespace(openbsdHost, place);
