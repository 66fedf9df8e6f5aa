import { bsdInNamespace } from '../bsd/rebootable.ts';
import type { MakeSystemHost } from '../system-host.ts';
import { freebsdHost } from './freebsd.ts';

export const hostInNamespace: MakeSystemHost = (place) => bsdInNamespace(freebsdHost, place);
