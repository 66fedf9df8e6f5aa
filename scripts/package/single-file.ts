import sea from '@yao-pkg/pkg/lib-es5/sea.js';
import { inject } from 'postject';
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { env, execPath } from 'node:process';
import { type Target, isHere, nameOf } from './target.ts';

/** Beside each other in one folder; see `shape`. */
const PROGRAM = 'sealbeat.cjs';
/** Node looks for this word in itself to see whether it carries a program; see its manual, "Single executable applications". */
const FUSE = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';
