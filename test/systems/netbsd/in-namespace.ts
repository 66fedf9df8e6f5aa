import { bsdInNamespace } from '../bsd/rebootable.ts';
import type { MakeSystemHost } from '../system-host.ts';
import { netbsdHost } from './netbsd.ts';

export const hostInNamespace: MakeSystemHost = (place) => bsdInNamespace(netbsdHost, place);
