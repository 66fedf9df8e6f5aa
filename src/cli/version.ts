// Put in by scripts/build.ts; a run from source has neither.
declare const SEALBEAT_VERSION: string | undefined;
declare const SEALBEAT_COMMIT: string | undefined;

export const version = typeof SEALBEAT_VERSION === 'string' ? SEALBEAT_VERSION : '0.0.0-source';
export const commit = typeof SEALBEAT_COMMIT === 'string' ? SEALBEAT_COMMIT : 'unknown';
